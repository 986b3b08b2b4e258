//! `lethe log show`.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::text;
use crate::views::Entry;

/// Show entries, the newest first
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only those about this person: a `sub_…` or `ord_…` token
    #[arg(long, value_name = "TOKEN")]
    subject: Option<String>,
    /// Only those before this index
    #[arg(long, value_name = "INDEX")]
    before: Option<u64>,
    /// How many, at most 1,000
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let subject = args.subject.as_deref();
    let entries = door::open(globals)?.entries(subject, args.before, args.limit)?;
    output.result(&serde_json::json!({ "entries": entries }), || {
        table(&entries)
    })?;
    Ok(Exit::Done)
}

/// Sets entries in a table.
pub(in crate::commands) fn table(entries: &[Entry]) -> String {
    let mut table = Table::new(&[
        ">entry",
        "when (UTC)",
        "act",
        "by",
        "purpose",
        ">people",
        "fields",
        "outcome",
    ]);
    for entry in entries {
        let when = entry.at.get(..19).unwrap_or(&entry.at).replace('T', " ");
        let act = match entry.phase.as_str() {
            "act" => entry.act.clone(),
            phase => format!("{} {phase}", entry.act),
        };
        table.row([
            entry.index.to_string(),
            when,
            act,
            entry.credential.clone(),
            entry.purpose.clone().unwrap_or_else(|| "-".to_owned()),
            text::count(entry.subjects),
            fields(&entry.fields),
            outcome(entry),
        ]);
    }
    table.to_string()
}

fn fields(names: &[String]) -> String {
    match names {
        [] => "-".to_owned(),
        [one] => one.clone(),
        [one, two] => format!("{one} {two}"),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

fn outcome(entry: &Entry) -> String {
    match (&entry.denied, entry.misses) {
        (Some(reason), _) => format!("refused: {reason}"),
        (None, 0) => "done".to_owned(),
        (None, _) => "nobody".to_owned(),
    }
}
