//! One input on its way in, and what became of it.

use super::open::{Format, Input};
use super::rejects::Rejects;
use crate::door::Folder;
use crate::error::CliError;
use crate::text;
use indicatif::{ProgressBar, ProgressStyle};
use lethe_formats::code;
use lethe_ops::{ImportOptions, ImportReport};
use serde::Serialize;
use std::time::{Duration, Instant};

/// What became of one input.
#[derive(Debug, Serialize)]
pub(in crate::commands) struct FileReport {
    pub(in crate::commands) file: String,
    #[serde(flatten)]
    pub(in crate::commands) counts: ImportReport,
    /// The input broke off: what comes after was not read.
    pub(in crate::commands) incomplete: bool,
    /// Characters that the bytes did not give had to be replaced by U+FFFD.
    pub(in crate::commands) damaged_text: bool,
    pub(in crate::commands) encoding: String,
    pub(in crate::commands) seconds: f64,
    pub(in crate::commands) per_second: u64,
}

/// Imports one input.
pub(in crate::commands) fn import_file(
    folder: &Folder,
    format: &Format,
    input: Input,
    batch: usize,
    rejects: &mut Rejects,
) -> Result<FileReport, CliError> {
    let bar = bar(input.bytes);
    let mut source = format
        .read(input.reader)
        .map_err(|error| CliError::format(&input.name, &error))?;
    let options = ImportOptions {
        batch,
        source: input.source,
    };
    let begun = Instant::now();
    let mut incomplete = false;
    let counts = folder.vault.import(
        &folder.credential,
        &mut *source,
        &options,
        |progress| {
            bar.set_position(progress.bytes_read);
            bar.set_message(text::plural(progress.rows, "row", "rows"));
        },
        |row| {
            incomplete |= [code::READ_FAILED, code::ROW_TOO_LONG, code::QUOTE_OPEN]
                .contains(&row.code.as_str());
            rejects.note(&input.name, row)
        },
    );
    bar.finish_and_clear();
    let counts = counts?;
    let seconds = begun.elapsed().as_secs_f64();
    let done = counts.imported + counts.updated + counts.unchanged + counts.rejected;
    let now = done - counts.resumed_after.min(done);
    Ok(FileReport {
        file: input.name,
        counts,
        incomplete,
        damaged_text: source.is_damaged(),
        encoding: source.encoding().to_string(),
        seconds,
        per_second: (now as f64 / seconds.max(0.001)) as u64,
    })
}

/// Makes the progress bar: of bytes where the length is known. Hidden when nobody watches.
fn bar(bytes: Option<u64>) -> ProgressBar {
    let (bar, template) = match bytes {
        Some(bytes) => (
            ProgressBar::new(bytes),
            "importing  {wide_bar} {bytes}/{total_bytes}  {msg}  {eta}",
        ),
        None => (
            ProgressBar::new_spinner(),
            "importing  {spinner} {bytes}  {msg}",
        ),
    };
    let style = ProgressStyle::with_template(template).expect("the template is valid");
    let bar = bar.with_style(style);
    // Drawn before the first batch is stored, and while one is.
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Tells what became of each input.
pub(in crate::commands) fn words(reports: &[FileReport]) -> String {
    let mut lines = Vec::new();
    for report in reports {
        let counts = &report.counts;
        lines.push(format!(
            "{}: {} imported, {} updated, {} unchanged, {} refused, in {:.1} s ({}/s)",
            report.file,
            text::count(counts.imported),
            text::count(counts.updated),
            text::count(counts.unchanged),
            text::count(counts.rejected),
            report.seconds,
            text::count(report.per_second),
        ));
        if counts.resumed_after > 0 {
            lines.push(format!(
                "  went on behind the {} of an interrupted import",
                text::plural(counts.resumed_after, "row", "rows"),
            ));
        }
        if counts.secrets_removed > 0 {
            lines.push(format!(
                "  {} removed before anything was stored: card numbers, recovery phrases, private keys, passwords",
                text::plural(counts.secrets_removed, "secret", "secrets"),
            ));
        }
        if report.damaged_text {
            lines.push(format!(
                "  read as {}: some characters could not be read and were replaced",
                report.encoding
            ));
        }
        if report.incomplete {
            lines.push(
                "  the rest of the file was not read: the last refused row says why".to_owned(),
            );
        }
    }
    lines.join("\n")
}
