//! `lethe key revoke`.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;

/// Revoke a key: its next request is refused
///
/// Keys that were derived from it end with it. With --derived only one of those ends, with all that
/// were derived from it, and the key itself goes on.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The key's id, from `lethe key list`
    id: String,
    /// Revoke this derived key alone, by its fingerprint: `lethe key check` shows it, and so does the
    /// log
    #[arg(long, value_name = "FINGERPRINT")]
    derived: Option<String>,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    if let Some(fingerprint) = args.derived {
        let key = door::open(globals)?.revoke_derived(&args.id, &fingerprint)?;
        output.result(&key, || {
            format!(
                "revoked {fingerprint}, derived from {} of {}",
                key.id, key.recipient
            )
        })?;
        return Ok(Exit::Done);
    }
    let key = door::open(globals)?.revoke_key(&args.id)?;
    output.result(&key, || format!("revoked {} of {}", key.id, key.recipient))?;
    Ok(Exit::Done)
}
