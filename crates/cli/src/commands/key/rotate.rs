//! `lethe key rotate`.

use super::show_created;
use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::surroundings::SystemClock;
use lethe_model::Clock;

/// Replace a key by a new one with the same grant and recipient; the old one is revoked
///
/// The recipient's tokens stay valid.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The key's id, from `lethe key list`
    id: String,
    /// When the new key ends: a period such as P90D or a date, at most a year away
    #[arg(long, value_name = "PERIOD|DATE", default_value = "P90D")]
    expires: String,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let expires_at_ms = expiry::parse(&args.expires, SystemClock.now())?;
    let created = door::open(globals)?.rotate_key(&args.id, expires_at_ms)?;
    show_created(&created, output)?;
    Ok(Exit::Done)
}
