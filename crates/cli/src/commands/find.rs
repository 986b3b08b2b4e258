//! `lethe find`: exact look-up, answered with tokens.

use crate::args::{self, Globals};
use crate::door::{self, Look};
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::text;
use lethe_model::{Personal, Purpose};
use std::io::stdin;

/// Look a person up by e-mail address, phone number or order number
///
/// Prints tokens, not data: `lethe reveal` opens fields. The look-up is logged and counts against
/// the quota, hit or miss, because a hit tells that the person is known. Give `-` as the value to
/// read it from standard input: the command line is seen by every process and kept by the shell.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("whom").required(true))]
pub(crate) struct Args {
    /// E-mail address; upper and lower case are alike
    #[arg(long, value_name = "ADDRESS", group = "whom")]
    email: Option<String>,
    /// Phone number, as +33… or with --country
    #[arg(
        long,
        value_name = "NUMBER",
        group = "whom",
        allow_hyphen_values = true
    )]
    phone: Option<String>,
    /// Order number, such as #1001
    #[arg(long, value_name = "NUMBER", group = "whom")]
    order: Option<String>,
    /// Country of a phone number in national spelling, such as FR
    #[arg(long, value_name = "CODE", requires = "phone")]
    country: Option<String>,
    /// Why: `lethe fields` lists the purposes
    #[arg(long, value_parser = args::purpose)]
    purpose: Purpose,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let look = match (args.email, args.phone, args.order) {
        (Some(email), _, _) => Look::Email(value(email)?),
        (_, Some(phone), _) => Look::Phone {
            number: value(phone)?,
            country: args.country.map(|code| code.to_uppercase()),
        },
        (_, _, order) => Look::Order(value(order.unwrap_or_default())?),
    };
    let found = door::open(globals)?.find(&look, args.purpose)?;
    output.result(&found, || {
        let lines = found.subjects.iter().map(|one| match &one.order {
            Some(order) => format!("{}  {order}", one.subject),
            None => one.subject.clone(),
        });
        lines.collect::<Vec<_>>().join("\n")
    })?;
    let hits = match found.subjects.len() as u64 {
        0 => "nobody".to_owned(),
        hits => text::plural(hits, "person", "people"),
    };
    output.note(&format!("{hits}; logged as entry {}", found.log_index));
    Ok(if found.subjects.is_empty() {
        Exit::NotFound
    } else {
        Exit::Done
    })
}

fn value(given: String) -> Result<Personal, CliError> {
    if given != "-" {
        return Ok(Personal::new(given));
    }
    let mut line = String::new();
    stdin()
        .read_line(&mut line)
        .map_err(CliError::file("cannot read standard input"))?;
    Ok(Personal::new(line.trim_end_matches(['\r', '\n'])))
}
