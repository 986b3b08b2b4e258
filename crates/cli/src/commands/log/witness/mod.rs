//! `lethe log witness`: countersigning logs, and what those who countersign this one know.

mod explain;
mod init;
mod serve;
mod status;

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use clap::Subcommand;
use lethe_witness::WitnessError;

/// Witness other vaults' logs, and see what the witnesses of this one know
///
/// A witness belongs where whoever owns the vault's machine has no say: docs/witness.md.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: WitnessCommand,
}

#[derive(Subcommand)]
enum WitnessCommand {
    Init(init::Args),
    Serve(serve::Args),
    Status(status::Args),
    Explain(explain::Args),
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        WitnessCommand::Init(args) => init::run(&args, output),
        WitnessCommand::Serve(args) => serve::run(args, output),
        WitnessCommand::Status(args) => status::run(globals, &args, output),
        WitnessCommand::Explain(args) => explain::run(globals, &args, output),
    }
}

impl From<WitnessError> for CliError {
    fn from(error: WitnessError) -> Self {
        let exit = match error {
            WitnessError::BadKey(_) | WitnessError::BadState(_) => Exit::Altered,
            WitnessError::InUse(_) => Exit::Locked,
            WitnessError::File { .. } => Exit::Failure,
            _ => Exit::Usage,
        };
        Self::new(exit, "witness", error.to_string())
    }
}
