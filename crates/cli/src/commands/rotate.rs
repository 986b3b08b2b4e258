//! `lethe rotate`: a new key-encryption key, every data key wrapped anew.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::text;
use indicatif::{ProgressBar, ProgressStyle};

/// Rotate the key-encryption key; the sealed data is not touched
///
/// It can be interrupted at any moment: run it again and it goes on where it stopped. Earlier
/// key-encryption keys are destroyed at the end; keyring backups from before hold them still.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(globals: &Globals, _: Args, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let style = "wrapping keys  {wide_bar} {pos}/{len}";
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template(style).expect("the template is valid"));
    let report = folder.vault.rotate(&folder.credential, |progress| {
        bar.set_length(progress.total.max(progress.done));
        bar.set_position(progress.done);
    })?;
    bar.finish_and_clear();
    let value = serde_json::json!({
        "epoch": report.epoch,
        "was_resumed": report.was_resumed,
        "rewrapped": report.rewrapped,
        "destroyed": report.destroyed,
    });
    output.result(&value, || {
        let resumed = if report.was_resumed {
            "Finished an interrupted rotation. "
        } else {
            ""
        };
        format!(
            "{resumed}Epoch {}: {} wrapped anew, {} destroyed.",
            report.epoch,
            text::plural(report.rewrapped, "key", "keys"),
            text::plural(report.destroyed, "earlier epoch", "earlier epochs"),
        )
    })?;
    Ok(Exit::Done)
}
