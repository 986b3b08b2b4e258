//! `lethe archive read`: the approved records, with the custodians' reply.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::text;
use lethe_custody::Reply;
use lethe_ops::OpenedRecord;
use std::path::PathBuf;

/// Read the approved records with the custodians' reply; it can be done once
///
/// The request is used up when all records were shown. Stopped before that, it can be run again.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The reply file
    reply: PathBuf,
}

pub(super) fn run(globals: &Globals, args: &Args, output: &Output) -> Result<Exit, CliError> {
    let reply = Reply::parse(&files::read_text(&args.reply)?)?;
    let folder = door::folder(globals)?;
    let show = |opened: &[OpenedRecord]| {
        let records: Vec<_> = opened.iter().map(view).collect();
        output.result(&serde_json::json!({ "records": records }), || {
            opened.iter().map(words).collect::<Vec<_>>().join("\n")
        })
    };
    folder
        .vault
        .open_archive(&folder.credential, &reply, show)?;
    Ok(Exit::Done)
}

fn view(record: &OpenedRecord) -> serde_json::Value {
    let fields: serde_json::Map<String, serde_json::Value> = record
        .fields
        .iter()
        .map(|(field, value)| (field.to_string(), value.expose().into()))
        .collect();
    serde_json::json!({ "n": record.n, "category": record.category.name(), "fields": fields })
}

fn words(record: &OpenedRecord) -> String {
    let lines = record.fields.iter().map(|(field, value)| {
        format!(
            "  {:20}  {}",
            field.to_string(),
            text::printable(value.expose())
        )
    });
    let lines: Vec<String> = lines.collect();
    format!(
        "record {} ({})\n{}",
        record.n,
        record.category.name(),
        lines.join("\n")
    )
}
