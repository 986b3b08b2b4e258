//! `lethe archive test`: once a year, that shares and data still open.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use lethe_custody::Reply;
use std::path::PathBuf;

/// Prove that shares and data still open, once a year; nothing is shown
///
/// Writes a request with a few records of every key (`--out`); two custodians answer it with
/// `archive open`; `--reply` finishes the test.
#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("step").required(true))]
pub(super) struct Args {
    /// Begin: write the request for the custodians here
    #[arg(long, value_name = "FILE", group = "step")]
    out: Option<PathBuf>,
    /// End: the custodians' reply
    #[arg(long, value_name = "FILE", group = "step")]
    reply: Option<PathBuf>,
}

pub(super) fn run(globals: &Globals, args: &Args, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    if let Some(path) = &args.reply {
        let reply = Reply::parse(&files::read_text(path)?)?;
        let keys = folder
            .vault
            .finish_archive_test(&folder.credential, &reply)?;
        output.result(&serde_json::json!({ "proved": keys }), || {
            format!("Proved to open: {}.", keys.join(", "))
        })?;
        return Ok(Exit::Done);
    }
    let request = folder.vault.request_archive_test(&folder.credential)?;
    let path = args.out.clone().unwrap_or_default();
    files::write_private(&path, &request.to_json())?;
    let value = serde_json::json!({ "file": path, "records": request.items.len() });
    output.result(&value, || {
        format!(
            "{}\nWritten to {}: two custodians answer it with lethe archive open.",
            request.summary(),
            path.display()
        )
    })?;
    Ok(Exit::Done)
}
