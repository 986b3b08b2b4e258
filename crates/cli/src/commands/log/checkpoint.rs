//! `lethe log checkpoint`: the signed head.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;

/// Print the log's signed checkpoint (C2SP tlog-checkpoint)
///
/// Keep copies of it elsewhere: whoever owns this machine can drop entries that no checkpoint
/// outside it commits to.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(globals: &Globals, _: Args, output: &Output) -> Result<Exit, CliError> {
    let vault = door::vault(globals)?;
    let checkpoint = vault.log_checkpoint()?;
    let value = serde_json::json!({ "checkpoint": checkpoint, "log_key": vault.log_key() });
    output.result(&value, || checkpoint.trim_end().to_owned())?;
    Ok(Exit::Done)
}
