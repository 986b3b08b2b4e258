//! `lethe document`: invoices and credit notes as they were issued.

mod add;
mod get;
mod list;

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use clap::Subcommand;

/// Keep documents as they were issued, list them, and get them back
///
/// PDF (also Factur-X) and XML, kept byte for byte: at most 10 MiB a document, 20 documents and
/// 25 MiB an order. They are sealed, archived and erased like every record of their order.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: DocumentCommand,
}

#[derive(Subcommand)]
enum DocumentCommand {
    Add(add::Args),
    List(list::Args),
    Get(get::Args),
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        DocumentCommand::Add(args) => add::run(globals, args, output),
        DocumentCommand::List(args) => list::run(globals, args, output),
        DocumentCommand::Get(args) => get::run(globals, args, output),
    }
}
