//! `lethe staff role`, `renew` and `disable`.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::surroundings::SystemClock;
use lethe_model::Clock;

/// Give a person another role
///
/// In force for their next request. Tokens of the former role mean nothing in the new one; what they
/// met stays counted. Access lasts a year from now unless --expires says less.
#[derive(clap::Args)]
pub(crate) struct RoleArgs {
    /// Their name
    name: String,
    /// The new role
    role: String,
    /// When access ends unless it is renewed
    #[arg(long, value_name = "PERIOD|DATE", default_value = "P1Y")]
    expires: String,
}

/// Let a person's access last longer
#[derive(clap::Args)]
pub(crate) struct RenewArgs {
    /// Their name
    name: String,
    /// When access ends: a period or a date, at most a year away
    #[arg(long, value_name = "PERIOD|DATE", default_value = "P1Y")]
    expires: String,
}

/// End a person's access for good, and delete their secrets
///
/// What they did stays in the log under the id of their credential. The name is free again.
#[derive(clap::Args)]
pub(crate) struct DisableArgs {
    /// Their name
    name: String,
}

pub(crate) fn role(globals: &Globals, args: RoleArgs, output: &Output) -> Result<Exit, CliError> {
    change(globals, &args.name, Some(&args.role), &args.expires, output)
}

pub(crate) fn renew(globals: &Globals, args: RenewArgs, output: &Output) -> Result<Exit, CliError> {
    change(globals, &args.name, None, &args.expires, output)
}

fn change(
    globals: &Globals,
    name: &str,
    role: Option<&str>,
    expires: &str,
    output: &Output,
) -> Result<Exit, CliError> {
    let expires_at_ms = expiry::parse(expires, SystemClock.now())?;
    let folder = door::folder(globals)?;
    let changed = folder
        .vault
        .change_staff(&folder.credential, name, role, expires_at_ms)?;
    output.result(&changed, || {
        let ends = expiry::show(expires_at_ms);
        format!(
            "{} has the role {} until {ends}.",
            changed.name, changed.role
        )
    })?;
    Ok(Exit::Done)
}

pub(crate) fn disable(
    globals: &Globals,
    args: DisableArgs,
    output: &Output,
) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let ended = folder.vault.disable_staff(&folder.credential, &args.name)?;
    output.result(&ended, || {
        format!(
            "{} cannot log in any more; {} is revoked.",
            args.name, ended.id
        )
    })?;
    Ok(Exit::Done)
}
