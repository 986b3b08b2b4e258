//! `lethe accesses`: who has read one person's data.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::text;

/// Show who has read or changed one person's data: when, for what, which fields
///
/// This is what a person may be told (GDPR Art. 15): it names systems, vendors and teams, and nobody
/// else's data. Reading it is in the log too.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A `sub_…` or `ord_…` token
    token: String,
}

pub(crate) fn run(globals: &Globals, args: &Args, output: &Output) -> Result<Exit, CliError> {
    let accesses = door::open(globals)?.accesses(&args.token)?;
    output.result(&serde_json::json!({ "accesses": accesses }), || {
        let mut table = Table::new(&["at", "who", "what", "for", "fields", ">entry"]);
        for one in &accesses {
            table.row([
                one.at.clone(),
                one.recipient.clone(),
                one.act.clone(),
                one.purpose.clone().unwrap_or_default(),
                match one.fields.len() {
                    0 => String::new(),
                    1..=3 => one.fields.join(" "),
                    many => text::plural(many as u64, "field", "fields"),
                },
                text::count(one.log_index),
            ]);
        }
        table.to_string()
    })?;
    Ok(Exit::Done)
}
