//! `lethe key revoke`.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;

/// Revoke a key: its next request is refused
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The key's id, from `lethe key list`
    id: String,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let key = door::open(globals)?.revoke_key(&args.id)?;
    output.result(&key, || format!("revoked {} of {}", key.id, key.recipient))?;
    Ok(Exit::Done)
}
