//! `lethe archive request` and `lethe archive file`.

use crate::args::{self, Globals};
use crate::commands::legal_hold::category;
use crate::door;
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::target::value;
use crate::text;
use lethe_model::{Category, Purpose};
use lethe_ops::NewArchiveRequest;
use std::path::PathBuf;

/// Ask for archived records by order or invoice number; the list is frozen
#[derive(clap::Args)]
pub(super) struct RequestArgs {
    /// Order number; may be given several times; `-` reads one from standard input
    #[arg(long, value_name = "NUMBER", required = true)]
    order: Vec<String>,
    /// Why: `lethe fields` lists the purposes
    #[arg(long, value_parser = args::purpose)]
    purpose: Purpose,
    /// Why, in one line: a case number, never a name
    #[arg(long)]
    reason: String,
    /// The kinds of records; all when not named
    #[arg(long, value_delimiter = ',', value_parser = category)]
    categories: Vec<Category>,
}

/// Write the file for the custodians, once two people have approved
#[derive(clap::Args)]
pub(super) struct FileArgs {
    /// The proposal's id
    proposal: String,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn request(
    globals: &Globals,
    args: RequestArgs,
    output: &Output,
) -> Result<Exit, CliError> {
    let orders = args.order.into_iter().map(value);
    let new = NewArchiveRequest {
        orders: orders.collect::<Result<_, _>>()?,
        categories: args.categories,
        purpose: args.purpose,
        reason: args.reason,
    };
    let folder = door::folder(globals)?;
    let asked = folder.vault.request_archive(&folder.credential, &new)?;
    output.result(&asked, || {
        let count = asked.records.unwrap_or(0);
        format!(
            "{}\n{} frozen. Two people approve it with their keys, then:\n  lethe archive file {} --out FILE",
            asked.id,
            text::plural(count, "record is", "records are"),
            asked.id
        )
    })?;
    Ok(Exit::Done)
}

pub(super) fn file(globals: &Globals, args: &FileArgs, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let request = folder
        .vault
        .archive_request_file(&folder.credential, &args.proposal)?;
    files::write_private(&args.out, &request.to_json())?;
    let value = serde_json::json!({ "file": args.out, "records": request.items.len() });
    output.result(&value, || {
        format!(
            "{}\nWritten to {}. On the custodians' machine:\n  lethe archive open {} --share A --share B --out REPLY",
            request.summary(),
            args.out.display(),
            args.out.display()
        )
    })?;
    Ok(Exit::Done)
}
