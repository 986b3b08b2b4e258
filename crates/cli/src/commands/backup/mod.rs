//! `lethe backup`: encrypted copies of an installation in use, with a day of destruction each.

mod identity;
mod list;
mod make;
mod progress;
mod prune;
mod verify;

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use clap::Subcommand;
use lethe_backup::BackupError;

/// Back up the installation, encrypted, while it is in use
///
/// Data (sealed records and the access log) may be kept for years; the keyring, which opens and finds
/// people, for 35 days: an erasure is complete when the last keyring backup from before it is gone.
/// Neither contains `root.key`: keep a copy of that apart from both, and of the passphrase apart
/// from that.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: BackupCommand,
}

#[derive(Subcommand)]
enum BackupCommand {
    /// Back up the sealed records, the archive and the access log
    ///
    /// Incremental, if the newest data backup in the folder can be continued; a restore then needs
    /// all links of the chain. Neither the passphrase nor the folder's lock is needed: a server may
    /// be running.
    Data(make::DataArgs),
    /// Back up the keyring, for 35 days at most
    ///
    /// Back up the data first, so that every record in it has its key. Neither the passphrase nor
    /// the folder's lock is needed.
    Keyring(make::KeyringArgs),
    List(list::Args),
    Verify(verify::Args),
    Prune(prune::Args),
    Identity(identity::Args),
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        BackupCommand::Data(args) => make::data(globals, args, output),
        BackupCommand::Keyring(args) => make::keyring(globals, args, output),
        BackupCommand::List(args) => list::run(&args, output),
        BackupCommand::Verify(args) => verify::run(&args, output),
        BackupCommand::Prune(args) => prune::run(globals, &args, output),
        BackupCommand::Identity(args) => identity::run(&args, output),
    }
}

impl From<BackupError> for CliError {
    fn from(error: BackupError) -> Self {
        let exit = match error.code() {
            "usage" | "backup-key" => Exit::Usage,
            "wrong-identity" => Exit::Refused,
            "not-initialised" => Exit::NotFound,
            "backup-damaged" | "log" => Exit::Altered,
            _ => Exit::Failure,
        };
        Self::new(exit, error.code(), error.to_string())
    }
}

/// Writes a moment as a day and a time, UTC.
fn when(at_ms: i64) -> String {
    crate::expiry::show(at_ms)
}
