//! `lethe subject`: which orders belong to one person.

use super::orders;
use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::text;

/// Show which orders belong to one person
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A `sub_…` token
    token: String,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let subject = door::open(globals)?.subject(&args.token)?;
    output.result(&subject, || {
        let count = text::plural(subject.orders.len() as u64, "order", "orders");
        if subject.orders.is_empty() {
            count
        } else {
            format!("{}\n{count}", orders::table(&subject.orders))
        }
    })?;
    Ok(Exit::Done)
}
