//! `lethe import`: exports go in.

mod open;
mod rejects;
mod run;

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use clap::Subcommand;
pub(super) use open::{Format, Input};
pub(super) use rejects::Rejects;
use run::words;
pub(super) use run::{FileReport, import_file};
use std::path::PathBuf;

/// Import an export of a shop
///
/// Streaming, so the file may be larger than the memory; harmless to repeat, and resumable: an
/// interrupted import of the same file goes on where it stopped. Rows that cannot be taken are
/// refused alone, with a reason and never with the value.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    format: FormatCommand,
}

#[derive(Subcommand)]
enum FormatCommand {
    /// Shopify's orders export (CSV)
    ShopifyOrders(Files),
    /// Shopify's customers export (CSV)
    ShopifyCustomers(Files),
    /// Orders as Shopify's REST API and webhooks write them: one, an array, or one a line
    ShopifyOrdersJson(Files),
    /// Any other CSV export, read by a map
    Csv {
        /// The map: which column is what (TOML; `docs/import.md` describes it)
        #[arg(long, value_name = "FILE")]
        map: PathBuf,
        #[command(flatten)]
        files: Files,
    },
}

#[derive(clap::Args)]
struct Files {
    /// The files; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Write refused rows to a CSV file: row, code, column, reason, file
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Orders in one transaction
    #[arg(long, value_name = "N", default_value_t = 5_000, hide = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    batch: u32,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let (format, files) = match args.format {
        FormatCommand::ShopifyOrders(files) => (Format::ShopifyOrders, files),
        FormatCommand::ShopifyCustomers(files) => (Format::ShopifyCustomers, files),
        FormatCommand::ShopifyOrdersJson(files) => (Format::ShopifyOrdersJson, files),
        FormatCommand::Csv { map, files } => (Format::mapped(&map)?, files),
    };
    // Every file is looked at before anything is opened: a wrong one must not be met halfway.
    for path in &files.files {
        Input::check(path, &format)?;
    }
    let folder = door::folder(globals)?;
    let mut rejects = Rejects::open(files.rejects.as_deref())?;
    let mut reports = Vec::new();
    for path in &files.files {
        let input = Input::open(path, &folder.credential, &format)?;
        reports.push(import_file(
            &folder,
            &format,
            input,
            files.batch as usize,
            &mut rejects,
        )?);
    }
    rejects.finish()?;
    output.result(&serde_json::json!({ "files": reports }), || words(&reports))?;
    rejects.tell(output);
    Ok(if reports.iter().any(|report| report.incomplete) {
        Exit::Failure
    } else {
        Exit::Done
    })
}
