//! `lethe staff add` and `lethe staff reset`.

use super::secrets;
use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::password;
use crate::surroundings::SystemClock;
use lethe_model::Clock;

/// Add a person with a role
///
/// Asks for a password, and shows once what the authenticator app needs and ten recovery codes. The
/// person changes the password after the first login (`POST /v1/me/password`).
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Their name: lower-case letters, digits, dots, dashes, underscores; not an address
    name: String,
    /// Their role: `lethe staff roles show` explains them
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// When access ends unless it is renewed: a period or a date, at most a year away
    #[arg(long, value_name = "PERIOD|DATE", default_value = "P1Y")]
    expires: String,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

/// Make a person's login anew: password, app, recovery codes
///
/// For whoever lost them, and after a restore. Sessions end, and what was before opens nothing.
#[derive(clap::Args)]
pub(crate) struct ResetArgs {
    /// Their name
    name: String,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let expires_at_ms = expiry::parse(&args.expires, SystemClock.now())?;
    let folder = door::folder(globals)?;
    let password = password::read_new(&args.name, args.password_stdin)?;
    let (vault, by) = (&folder.vault, &folder.credential);
    let added = vault.add_staff(by, &args.name, &args.role, &password, expires_at_ms)?;
    secrets::show(&added, output)?;
    Ok(Exit::Done)
}

pub(crate) fn reset(globals: &Globals, args: ResetArgs, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let password = password::read_new(&args.name, args.password_stdin)?;
    let (vault, by) = (&folder.vault, &folder.credential);
    secrets::show(&vault.reset_staff(by, &args.name, &password)?, output)?;
    Ok(Exit::Done)
}
