//! `lethe archive`: what the law still wants, sealed to keys that are not on this machine.

mod open;
mod read;
mod request;
pub(in crate::commands) mod setup;
mod test;

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::text;
use clap::Subcommand;
use lethe_custody::CustodyError;

/// Set the archive up, ask for archived records, and prove that it still opens
///
/// Archived records are sealed to the key of their financial year. Its private half is split two of
/// three among custodians and joined only on another machine: `request`, two `lethe approve`, `file`
/// here; `open` there with two shares; `read` here with their reply.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: ArchiveCommand,
}

#[derive(Subcommand)]
enum ArchiveCommand {
    Setup(setup::Args),
    /// Show the archive's keys and what hangs on each
    Status,
    Request(request::RequestArgs),
    File(request::FileArgs),
    Open(open::Args),
    Read(read::Args),
    Test(test::Args),
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        ArchiveCommand::Setup(args) => setup::run(globals, &args, output),
        ArchiveCommand::Status => status(globals, output),
        ArchiveCommand::Request(args) => request::request(globals, args, output),
        ArchiveCommand::File(args) => request::file(globals, &args, output),
        ArchiveCommand::Open(args) => open::run(&args, output),
        ArchiveCommand::Read(args) => read::run(globals, &args, output),
        ArchiveCommand::Test(args) => test::run(globals, &args, output),
    }
}

fn status(globals: &Globals, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let status = folder.vault.archive_status(&folder.credential)?;
    output.result(&status, || {
        if status.keys.is_empty() {
            return "There is no archive key yet: lethe archive setup".to_owned();
        }
        let mut table = Table::new(&["key", "set", ">records", "last proved to open", ""]);
        for key in &status.keys {
            let overdue = if key.is_test_overdue {
                "test overdue: lethe archive test"
            } else {
                ""
            };
            table.row([
                key.key_id.clone(),
                key.set.clone(),
                text::count(key.records),
                key.tested_at
                    .map_or_else(|| "never".to_owned(), |at| at.to_string()),
                overdue.to_owned(),
            ]);
        }
        table.to_string()
    })?;
    Ok(Exit::Done)
}

impl From<CustodyError> for CliError {
    fn from(error: CustodyError) -> Self {
        let exit = match error {
            CustodyError::Passphrase => Exit::Refused,
            CustodyError::NotFrozen | CustodyError::WrongKey(_) | CustodyError::Unopenable => {
                Exit::Altered
            }
            _ => Exit::Usage,
        };
        Self::new(exit, "archive-ceremony", error.to_string())
    }
}
