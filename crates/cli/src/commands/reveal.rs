//! `lethe reveal`: fields in clear, for a purpose, after the log.

use crate::args::{self, Globals};
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::text;
use lethe_model::{Field, FieldSet, Purpose};

/// Reveal fields of a person or an order
///
/// The access log holds the reveal before anything is decrypted. A `sub_…` token opens account
/// fields, an `ord_…` token the fields of that order. Values go to standard output, one a line.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A token from `lethe find` or `lethe orders`
    token: String,
    /// Which fields, separated by commas: `lethe fields` lists them
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', required = true)]
    #[arg(value_parser = args::field)]
    fields: Vec<Field>,
    /// Why
    #[arg(long, value_parser = args::purpose)]
    purpose: Purpose,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let fields: FieldSet = args.fields.iter().copied().collect();
    let revealed = door::open(globals)?.reveal(&args.token, fields, args.purpose)?;
    let value_of = |field: &Field| revealed.fields.get(&field.to_string())?.as_str();
    output.result(&revealed, || {
        let width = fields.iter().map(|field| field.to_string().len()).max();
        let width = width.unwrap_or_default();
        let lines = fields.iter().filter_map(|field| {
            let value = text::printable(value_of(&field)?);
            Some(format!("{:width$}  {value}", field.to_string()))
        });
        lines.collect::<Vec<_>>().join("\n")
    })?;
    let absent: Vec<String> = fields
        .iter()
        .filter(|field| value_of(field).is_none())
        .map(|field| field.to_string())
        .collect();
    if !absent.is_empty() {
        output.note(&format!("nothing is stored for {}", absent.join(", ")));
    }
    output.note(&format!("logged as entry {}", revealed.log_index));
    Ok(Exit::Done)
}
