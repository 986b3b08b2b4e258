//! `lethe log witness explain`: the operator has found out why a witness knows another history.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::passphrase;
use crate::surroundings;

/// Go on after a witness contradicted this vault: say why it did
///
/// The reason goes into the log. As after a restore the vault begins a log of its own, the one that
/// was contradicted is set aside, and for 24 hours nobody new can be read. Give the new log's key to
/// the witnesses.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What happened: which copy was put back, and by whom
    #[arg(long)]
    reason: String,
}

pub(crate) fn run(globals: &Globals, args: &Args, output: &Output) -> Result<Exit, CliError> {
    if args.reason.trim().is_empty() {
        return Err(CliError::usage("say why with --reason"));
    }
    let installation = door::installation(&globals.data())?;
    let words = passphrase::read(globals)?;
    let key = installation.explain_rollback(&words, surroundings::real(), &args.reason)?;
    let value = serde_json::json!({ "log_key": key });
    output.result(&value, || {
        format!(
            "The vault goes on with a log of its own; the earlier one lies in logs-before/. Give the \
             witnesses its key:\n{key}\nFor 24 hours nobody new can be read: the day's quotas count as spent."
        )
    })?;
    Ok(Exit::Done)
}
