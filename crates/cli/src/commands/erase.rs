//! `lethe erase`: a person is forgotten, keys first.

use super::erase_list;
use crate::args::Globals;
use crate::confirm;
use crate::door::{self, Erased};
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::target::Target;
use crate::text;
use lethe_model::Purpose;
use lethe_ops::{Erasure, ErasureReport, KeptRecords};
use lethe_receipt::Language;
use std::path::PathBuf;

/// Erase a person: their keys are destroyed, so that no copy of their data opens again
///
/// What the law keeps (an invoice, say) is sealed into the archive, cut loose from the person; all
/// else goes now: records, look-up rows, log openings. It cannot be undone. With an API key it is a
/// request that waits for the policy's delay or for the operator's `erasures confirm`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// Erase everybody whose token stands in this file, one a line; for the operator
    #[arg(long, value_name = "FILE", group = "target", requires = "receipts", conflicts_with_all = ["receipt", "letter"])]
    list: Option<PathBuf>,
    /// With --list: the folder for the receipts
    #[arg(long, value_name = "DIR", requires = "list")]
    receipts: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Where the signed receipt is written [default: erasure-….receipt here]
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// Print the letter to the person: en, fr, de or es
    #[arg(long, value_parser = language)]
    letter: Option<Language>,
}

/// Said when the keyring was too large to be compacted at once.
const ROTATION_DUE: &str = "\nThe keyring is too large to be compacted now: run `lethe rotate`, so \
                            that copies of wrapped keys left in unused parts of it open nothing.";

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    if let (Some(list), Some(receipts)) = (&args.list, &args.receipts) {
        return erase_list::run(globals, list, receipts, args.yes, output);
    }
    let acts = door::open(globals)?;
    let token = args.target.token(&*acts, Purpose::SubjectRequest)?;
    if !args.yes {
        if let Some(kept) = acts.preview_erasure(&token)? {
            output.note(&foreseen(&kept));
        }
        confirm::typed(
            &format!("Erasing {token} cannot be undone"),
            "erase",
            "--yes",
        )?;
    }
    match acts.erase(&token)? {
        Erased::Waiting(waiting) => output.result(&waiting, || {
            format!(
                "{} waits: it is carried out from {} on, or with `lethe erasures confirm {}`.",
                waiting.id, waiting.not_before, waiting.id
            )
        })?,
        Erased::Done(erasure) => tell(*erasure, args.receipt, args.letter, output)?,
    }
    Ok(Exit::Done)
}

/// Writes the receipt, which is kept nowhere else, and says what was done.
pub(in crate::commands) fn tell(
    erasure: Erasure,
    receipt: Option<PathBuf>,
    letter: Option<Language>,
    output: &Output,
) -> Result<(), CliError> {
    let report = &erasure.report;
    let path = receipt.unwrap_or_else(|| PathBuf::from(format!("erasure-{}.receipt", report.id)));
    if let Err(error) = files::write_private(&path, &erasure.signed) {
        // The person is erased, and nobody else has this: better on the screen than lost.
        output.note(&format!("{}\n{}", error.message, erasure.signed));
    }
    let mut value = serde_json::to_value(report).expect("a report serialises");
    value["receipt_file"] = path.display().to_string().into();
    if let Some(language) = letter {
        value["letter"] = erasure.receipt.letter(language).into();
    }
    output.result(&value, || {
        let mut lines = vec![summary(report)];
        lines.push(format!(
            "Gone from the live system today, from the last keyring backup on {}.",
            erasure.receipt.dates.last_keyring_backup
        ));
        if report.state != "complete" {
            lines.push(format!(
                "The erasure {} is {}: lethe erasures says what is open.",
                report.id, report.state
            ));
        }
        lines.push(format!(
            "The receipt, for the person alone: {}{}",
            path.display(),
            if report.is_rotation_due {
                ROTATION_DUE
            } else {
                ""
            }
        ));
        if let Some(language) = letter {
            lines.push(format!("\n{}", erasure.receipt.letter(language).trim_end()));
        }
        lines.join("\n")
    })
}

/// Says what was erased and what the law keeps.
pub(in crate::commands) fn summary(report: &ErasureReport) -> String {
    let mut lines = vec![format!(
        "Erased a person{}: {} of {}. Logged as entry {}.",
        match report.subjects.saturating_sub(1) as u64 {
            0 => String::new(),
            gifts => format!(
                " and {} known through gifts alone",
                text::plural(gifts, "recipient", "recipients")
            ),
        },
        text::plural(report.records, "record", "records"),
        text::plural(report.orders, "order", "orders"),
        report.log_index,
    )];
    lines.extend(report.kept.iter().map(line));
    lines.join("\n")
}

fn foreseen(kept: &[KeptRecords]) -> String {
    if kept.is_empty() {
        return "Nothing has to be kept: everything goes.".to_owned();
    }
    let lines: Vec<String> = kept.iter().map(line).collect();
    format!("The law keeps:\n{}", lines.join("\n"))
}

fn line(kept: &KeptRecords) -> String {
    let until = kept
        .until
        .map_or_else(|| "it is released".to_owned(), |day| day.to_string());
    format!(
        "  kept: {} of {} until {until}: {} ({})",
        text::plural(kept.records, "record", "records"),
        kept.category,
        kept.reason,
        kept.reference
    )
}

/// Parses a language.
pub(crate) fn language(text: &str) -> Result<Language, String> {
    Language::parse(text).ok_or_else(|| "use one of en, fr, de, es".to_owned())
}
