//! `lethe log`: the access log, shown, verified, proved.

mod checkpoint;
mod proof;
mod show;
mod verify;
mod witness;

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use clap::Subcommand;
pub(super) use show::table;

/// Show and verify the access log
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: LogCommand,
}

#[derive(Subcommand)]
enum LogCommand {
    Show(show::Args),
    Verify(verify::Args),
    Proof(proof::Args),
    Checkpoint(checkpoint::Args),
    Witness(witness::Args),
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        LogCommand::Show(args) => show::run(globals, args, output),
        LogCommand::Verify(args) => verify::run(globals, args, output),
        LogCommand::Proof(args) => proof::run(globals, args, output),
        LogCommand::Checkpoint(args) => checkpoint::run(globals, args, output),
        LogCommand::Witness(args) => witness::run(globals, args, output),
    }
}
