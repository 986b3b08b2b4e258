//! `lethe erase --list`: many people, a thousand in one act.

use crate::args::Globals;
use crate::confirm;
use crate::door;
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::text;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::path::Path;

/// Erases everybody whose token stands in a file, and writes each one's receipt into a folder.
///
/// Interrupted, it is run again with the same file: whoever is erased already is passed over.
pub(super) fn run(
    globals: &Globals,
    list: &Path,
    receipts: &Path,
    is_confirmed: bool,
    output: &Output,
) -> Result<Exit, CliError> {
    let tokens = files::read_text(list)?;
    let tokens: Vec<&str> = tokens
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let people = text::plural(tokens.len() as u64, "person", "people");
    if tokens.is_empty() {
        return Err(CliError::usage("the list holds no token: write one a line"));
    }
    let folder = door::folder(globals)?;
    if !folder.credential.is_operator() {
        let text = "a key asks for erasures one by one: only the operator erases a list";
        return Err(CliError::new(Exit::Refused, "power-not-granted", text));
    }
    if !is_confirmed {
        let asked = format!("Erasing {people} cannot be undone");
        confirm::typed(&asked, &format!("erase {}", tokens.len()), "--yes")?;
    }
    let what = format!("cannot make {}", receipts.display());
    fs::create_dir_all(receipts).map_err(CliError::file(what))?;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} people  {per_sec}  {eta}");
    let style = style.expect("the template is valid");
    let bar = ProgressBar::new(tokens.len() as u64).with_style(style);
    let (mut erased, mut kept) = (0_u64, 0_u64);
    let (known, unknown): (Vec<&str>, Vec<&str>) = tokens
        .iter()
        .partition(|token| folder.vault.is_known(&folder.credential, token));
    let tokens = known.iter().map(|token| (*token).to_owned());
    folder
        .vault
        .erase_many(&folder.credential, tokens, |erasure| {
            let file = receipts.join(format!("{}.receipt", erasure.report.id));
            if let Err(error) = files::write_private(&file, &erasure.signed) {
                // The person is erased, and nobody else has this: better on the screen than lost.
                output.note(&format!("{}\n{}", error.message, erasure.signed));
            }
            kept += erasure
                .report
                .kept
                .iter()
                .map(|one| one.records)
                .sum::<u64>();
            erased += 1;
            bar.inc(1);
            Ok(())
        })?;
    bar.finish_and_clear();
    let json = serde_json::json!({
        "erased": erased, "unknown": unknown.len(), "records_kept": kept, "receipts": receipts,
    });
    output.result(&json, || {
        format!(
            "{} erased, {} not there (any more). The law keeps {} in the archive.\nThe receipts, \
             each for its person alone: {}",
            text::plural(erased, "person is", "people are"),
            text::count(unknown.len() as u64),
            text::plural(kept, "record", "records"),
            receipts.display(),
        )
    })?;
    Ok(Exit::Done)
}
