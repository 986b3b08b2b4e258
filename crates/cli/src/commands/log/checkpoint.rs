//! `lethe log checkpoint`: the signed head.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use lethe_keeper::log::LogFiles;
use lethe_ops::Error;
use lethe_store::Folder;

/// Print the log's signed checkpoint (C2SP tlog-checkpoint)
///
/// It is public: no passphrase is needed, and a server may be running. Keep copies of it elsewhere:
/// whoever owns this machine can drop entries that no checkpoint outside it commits to.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(globals: &Globals, _: Args, output: &Output) -> Result<Exit, CliError> {
    let folder = Folder::new(globals.data());
    if !folder.root_key().exists() {
        return Err(Error::NotInitialised(globals.data()).into());
    }
    let files = LogFiles::new(&folder.log_dir());
    let failed = || CliError::file(format!("cannot read {}", files.tree().display()));
    let checkpoint = files.checkpoint().map_err(failed())?;
    let checkpoint = checkpoint.ok_or(CliError::from(Error::NotFound))?;
    let key = files.verifier_key().map_err(failed())?;
    let value = serde_json::json!({ "checkpoint": checkpoint, "log_key": key });
    output.result(&value, || checkpoint.trim_end().to_owned())?;
    Ok(Exit::Done)
}
