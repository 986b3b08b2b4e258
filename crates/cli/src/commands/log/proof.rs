//! `lethe log proof`: that an entry is in the log, for anybody to check offline.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use std::fs;
use std::path::PathBuf;

/// Write a proof that an entry is in the log (C2SP tlog-proof)
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The entry's index
    index: u64,
    /// Where to write it [default: entry-INDEX.tlog-proof]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let proof = door::vault(globals)?.log_proof(args.index)?;
    if output.json && args.out.is_none() {
        output.result(&proof, String::new)?;
        return Ok(Exit::Done);
    }
    let path = args
        .out
        .unwrap_or_else(|| format!("entry-{}.tlog-proof", args.index).into());
    let what = format!("cannot write {}", path.display());
    fs::write(&path, &proof.proof).map_err(CliError::file(what))?;
    output.result(&proof, || {
        format!("wrote {}\nentry {}", path.display(), proof.entry)
    })?;
    Ok(Exit::Done)
}
