//! `lethe document get`.

use crate::args::{self, Globals};
use crate::door;
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::target::Target;
use crate::text;
use lethe_model::Purpose;
use std::path::PathBuf;

/// Write a document into a file, byte for byte: a reveal, in the log first
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    /// Which: `lethe document list` shows the ids
    #[arg(long, value_name = "ID")]
    document: String,
    /// A new file for it; only its owner can read it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Why
    #[arg(long, value_parser = args::purpose)]
    purpose: Purpose,
}

pub(super) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let acts = door::open(globals)?;
    let token = args.target.token(&*acts, args.purpose)?;
    let fetched = acts.document(&token, &args.document, args.purpose)?;
    files::write_private_bytes(&args.out, fetched.bytes.expose())?;
    let value = serde_json::json!({
        "document": args.document, "file": args.out, "bytes": fetched.bytes.count(),
        "log_index": fetched.log_index,
    });
    output.result(&value, || {
        format!("written: {} bytes", text::count(fetched.bytes.count()))
    })?;
    if let Some(index) = fetched.log_index {
        output.note(&format!("logged as entry {index}"));
    }
    Ok(Exit::Done)
}
