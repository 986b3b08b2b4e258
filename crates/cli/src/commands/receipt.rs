//! `lethe receipt`: checking what was handed out, offline.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use clap::Subcommand;
use lethe_receipt::{
    DestructionRecord, ErasureReceipt, Language, PublishedScope, ReceiptError, ScopeError,
};
use lethe_tlog::VerifierKey;
use std::path::PathBuf;

/// Check erasure receipts and destruction records, offline
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: ReceiptCommand,
}

#[derive(Subcommand)]
enum ReceiptCommand {
    /// Check the signature of a receipt or record, and show what it says
    ///
    /// Needs no data folder and no network. The verifier key is the text in `log/vkey`, as the shop
    /// publishes it. With `--scope`, a list that was published after an incident, it says whether the
    /// person of this receipt is in it.
    Verify(VerifyArgs),
}

#[derive(clap::Args)]
struct VerifyArgs {
    /// The receipt or record
    file: PathBuf,
    /// The installation's verifier key: a file, or the text itself
    #[arg(long, value_name = "FILE|TEXT")]
    vkey: String,
    /// A published scope to look the person up in
    #[arg(long, value_name = "FILE")]
    scope: Option<PathBuf>,
    /// Print the receipt as a letter: en, fr, de or es
    #[arg(long, value_parser = super::erase::language)]
    letter: Option<Language>,
}

pub(crate) fn run(_: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let ReceiptCommand::Verify(args) = args.command;
    let text = files::read_text(&args.file)?;
    let key = verifier_key(&args.vkey)?;
    match ErasureReceipt::verify(&text, &key) {
        Ok(receipt) => show_receipt(&receipt, &args, output)?,
        Err(ReceiptError::OtherKind(_)) => {
            let record = DestructionRecord::verify(&text, &key)?;
            output.result(&record, || {
                format!("The signature fits.\n\n{}", record.to_text().trim_end())
            })?;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Exit::Done)
}

fn show_receipt(
    receipt: &ErasureReceipt,
    args: &VerifyArgs,
    output: &Output,
) -> Result<(), CliError> {
    let mut value = serde_json::json!({
        "valid": true, "receipt_id": receipt.receipt_id, "controller": receipt.controller,
        "erased_at": receipt.erased_at, "complete": receipt.is_complete(), "dates": receipt.dates,
        "kept": receipt.kept,
    });
    let mut lines = vec![
        format!(
            "The signature fits: {} of {}.",
            receipt.receipt_id, receipt.controller
        ),
        format!(
            "Erased on {}: {} records.",
            receipt.dates.live_system, receipt.erased.records
        ),
        format!(
            "Last keyring backup gone on {}.",
            receipt.dates.last_keyring_backup
        ),
    ];
    if let Some(path) = &args.scope {
        let scope: PublishedScope =
            serde_json::from_str(&files::read_text(path)?).map_err(|_| {
                CliError::usage("the scope is no lethe-published-scope, or it is damaged")
            })?;
        let hits = receipt.recognise(&scope)?;
        value["hits"] = serde_json::to_value(&hits).expect("hits serialise");
        lines.push(match hits.len() {
            0 => "The person of this receipt is not in the published scope.".to_owned(),
            count => {
                format!("The person of this receipt is in {count} entries of the published scope:")
            }
        });
        let told = hits
            .iter()
            .map(|hit| format!("  entry {}: {}", hit.index, hit.fields.join(", ")));
        lines.extend(told);
    }
    if let Some(language) = args.letter {
        lines.push(format!("\n{}", receipt.letter(language).trim_end()));
    }
    output.result(&value, || lines.join("\n"))
}

fn verifier_key(given: &str) -> Result<VerifierKey, CliError> {
    let text = if given.contains('+') && !std::path::Path::new(given).exists() {
        given.to_owned()
    } else {
        files::read_text(std::path::Path::new(given))?
    };
    text.trim()
        .parse()
        .map_err(|_| CliError::usage("this is no verifier key: give the text of log/vkey"))
}

impl From<ScopeError> for CliError {
    fn from(error: ScopeError) -> Self {
        Self::new(Exit::Usage, "receipt", error.to_string())
    }
}

impl From<ReceiptError> for CliError {
    fn from(error: ReceiptError) -> Self {
        let exit = match error {
            ReceiptError::Signature => Exit::Altered,
            _ => Exit::Usage,
        };
        Self::new(exit, "receipt", error.to_string())
    }
}
