//! `lethe backup list`: what lies in a folder, by the files' names.

use super::when;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::surroundings::SystemClock;
use crate::table::Table;
use indicatif::HumanBytes;
use lethe_backup::{Listed, list};
use lethe_model::Clock;
use std::path::PathBuf;

/// List the backups in a folder, and which should be destroyed by now
///
/// It goes by the files' names, so neither an identity nor the data folder is needed.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The folder that backups lie in
    dir: PathBuf,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, CliError> {
    let backups = list(&args.dir)?;
    let now_ms = SystemClock.now_ms();
    let views: Vec<_> = backups
        .iter()
        .map(|one| view(one, &backups, now_ms))
        .collect();
    output.result(&serde_json::json!({ "backups": views }), || {
        if backups.is_empty() {
            return format!("No backups in {}.", args.dir.display());
        }
        let mut table = Table::new(&[
            "class",
            "id",
            "made (UTC)",
            "destroy after",
            ">size",
            "continues",
            "note",
        ]);
        for one in &backups {
            table.row([
                one.name.class.to_string(),
                one.name.id.to_string(),
                when(one.name.created_at_ms),
                when(one.name.destroy_after_ms),
                HumanBytes(one.bytes).to_string(),
                one.name
                    .base
                    .map_or_else(|| "-".to_owned(), |base| base.to_string()),
                note(one, &backups, now_ms).to_owned(),
            ]);
        }
        table.to_string()
    })?;
    Ok(Exit::Done)
}

pub(super) fn view(one: &Listed, backups: &[Listed], now_ms: i64) -> serde_json::Value {
    serde_json::json!({
        "class": one.name.class,
        "id": one.name.id,
        "file": one.file.display().to_string(),
        "bytes": one.bytes,
        "created_at_ms": one.name.created_at_ms,
        "destroy_after_ms": one.name.destroy_after_ms,
        "base": one.name.base,
        "is_base_missing": is_base_missing(one, backups),
        "is_overdue": one.is_overdue(now_ms),
    })
}

fn note(one: &Listed, backups: &[Listed], now_ms: i64) -> &'static str {
    match (one.is_overdue(now_ms), is_base_missing(one, backups)) {
        (true, _) => "overdue: run `lethe backup prune`",
        (false, true) => "what it continues is not here",
        (false, false) => "",
    }
}

fn is_base_missing(one: &Listed, backups: &[Listed]) -> bool {
    let base = one.name.base;
    base.is_some_and(|base| backups.iter().all(|other| other.name.id != base))
}
