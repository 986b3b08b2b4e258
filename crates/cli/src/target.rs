//! Whom or what a command is about: a token, or something that is looked up first, which is logged and
//! metered like every look-up.

use crate::door::{Acts, Folder, Look};
use crate::error::{CliError, Exit};
use lethe_model::{Personal, Purpose};
use std::io::stdin;

/// A token, an order number or an e-mail address.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("target").required(true))]
pub(crate) struct Target {
    /// A `sub_…` or `ord_…` token
    #[arg(group = "target")]
    token: Option<String>,
    /// Order number, such as #1001; `-` reads it from standard input
    #[arg(long, value_name = "NUMBER", group = "target")]
    order: Option<String>,
    /// E-mail address; `-` reads it from standard input, which other processes do not see
    #[arg(long, value_name = "ADDRESS", group = "target")]
    email: Option<String>,
}

impl Target {
    /// Returns the token, looked up where needed.
    pub(crate) fn token(self, acts: &dyn Acts, purpose: Purpose) -> Result<String, CliError> {
        let (look, is_order) = match (self.token, self.order, self.email) {
            (Some(token), _, _) => return Ok(token),
            (_, Some(order), _) => (Look::Order(value(order)?), true),
            (_, _, email) => (Look::Email(value(email.unwrap_or_default())?), false),
        };
        let mut found = acts.find(&look, purpose)?.subjects;
        match found.len() {
            0 => {
                let text = "nobody is found by this: it may be erased, archived or never seen";
                Err(CliError::new(Exit::NotFound, "not-found", text))
            }
            1 => {
                let one = found.remove(0);
                let order = one.order.filter(|_| is_order);
                Ok(order.unwrap_or(one.subject))
            }
            _ => {
                let tokens: Vec<String> = found.into_iter().map(|one| one.subject).collect();
                Err(CliError::usage(format!(
                    "several people have this address: name one of {}",
                    tokens.join(", ")
                )))
            }
        }
    }
}

/// Looks orders up by number; each look-up is logged.
pub(crate) fn order_token(folder: &Folder, number: &str) -> Result<String, CliError> {
    let target = Target {
        token: None,
        order: Some(number.to_owned()),
        email: None,
    };
    target.token(folder, Purpose::Legal)
}

/// Reads a value from standard input where `-` stands for it.
pub(crate) fn value(given: String) -> Result<Personal, CliError> {
    if given != "-" {
        return Ok(Personal::new(given));
    }
    let mut line = String::new();
    stdin()
        .read_line(&mut line)
        .map_err(CliError::file("cannot read standard input"))?;
    Ok(Personal::new(line.trim_end_matches(['\r', '\n'])))
}
