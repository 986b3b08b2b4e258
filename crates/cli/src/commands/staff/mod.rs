//! `lethe staff`: people who log in, and their roles.

mod add;
mod change;
mod list;
mod roles;
mod secrets;

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use clap::Subcommand;

/// Add people who log in, give them roles, and end their access
///
/// Everybody has a login of their own: a password, a code of an authenticator app, a role. All of it is
/// the operator's, on the folder itself: stop the server first, or end somebody's access through it
/// with `lethe key revoke`.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: StaffCommand,
}

#[derive(Subcommand)]
enum StaffCommand {
    Add(add::Args),
    List(list::Args),
    Role(change::RoleArgs),
    Renew(change::RenewArgs),
    Reset(add::ResetArgs),
    Disable(change::DisableArgs),
    Roles(roles::Args),
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        StaffCommand::Add(args) => add::run(globals, args, output),
        StaffCommand::List(args) => list::run(globals, args, output),
        StaffCommand::Role(args) => change::role(globals, args, output),
        StaffCommand::Renew(args) => change::renew(globals, args, output),
        StaffCommand::Reset(args) => add::reset(globals, args, output),
        StaffCommand::Disable(args) => change::disable(globals, args, output),
        StaffCommand::Roles(args) => roles::run(globals, args, output),
    }
}
