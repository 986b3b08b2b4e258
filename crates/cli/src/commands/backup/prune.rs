//! `lethe backup prune`: backups are destroyed on their day.

use super::when;
use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::surroundings::SystemClock;
use crate::text;
use lethe_backup::{Catalog, Destroyed, Listed, PrunePlan};
use lethe_model::Clock;
use lethe_store::Folder;
use std::io::{IsTerminal, stderr, stdin};
use std::path::PathBuf;

/// Destroy the backups in a folder whose day has come
///
/// A data backup that a living one continues is kept until that one's day. Files are unlinked, not
/// overwritten: no disk of today promises that. What was destroyed is recorded in the data folder,
/// if that is here.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The folder that backups lie in
    dir: PathBuf,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(globals: &Globals, args: &Args, output: &Output) -> Result<Exit, CliError> {
    let plan = PrunePlan::make(&args.dir, SystemClock.now_ms())?;
    if !plan.doomed.is_empty() && !args.yes {
        confirm(&plan.doomed)?;
    }
    let folder = Folder::new(globals.data());
    let catalog = folder.root_key().exists().then(|| Catalog::of(&folder));
    if catalog.is_none() && !plan.doomed.is_empty() {
        output.note(&format!(
            "{} is no data folder: what is destroyed is not recorded there",
            folder.path().display()
        ));
    }
    let needed = plan.needed.clone();
    let (destroyed, result) = plan.carry_out(catalog.as_ref(), &SystemClock);
    let views: Vec<_> = destroyed.iter().map(view).collect();
    let kept: Vec<_> = needed.iter().map(|one| one.name.id).collect();
    let value = serde_json::json!({
        "destroyed": views,
        "kept_for_their_chain": kept,
        "is_recorded": catalog.is_some(),
    });
    // Told also when one could not be removed: the others are gone.
    if result.is_ok() || !destroyed.is_empty() {
        output.result(&value, || words(&destroyed, &needed))?;
    }
    result?;
    Ok(Exit::Done)
}

fn view(one: &Destroyed) -> serde_json::Value {
    serde_json::json!({
        "class": one.backup.name.class,
        "id": one.backup.name.id,
        "file": one.backup.file.display().to_string(),
        "bytes": one.backup.bytes,
        "created_at_ms": one.backup.name.created_at_ms,
        "destroy_after_ms": one.backup.name.destroy_after_ms,
        "destroyed_at_ms": one.at_ms,
    })
}

fn words(destroyed: &[Destroyed], needed: &[Listed]) -> String {
    let mut lines: Vec<String> = destroyed
        .iter()
        .map(|one| {
            let name = &one.backup.name;
            let (class, id) = (name.class, name.id);
            format!(
                "destroyed {class} backup {id} of {}",
                when(name.created_at_ms)
            )
        })
        .collect();
    lines.extend(needed.iter().map(|one| {
        let (class, id) = (one.name.class, one.name.id);
        format!("kept {class} backup {id}: a backup whose day has not come continues it")
    }));
    if destroyed.is_empty() {
        lines.insert(0, "Nothing to destroy.".to_owned());
    }
    lines.join("\n")
}

fn confirm(doomed: &[Listed]) -> Result<(), CliError> {
    let not_confirmed = |text: &str| CliError::new(Exit::Usage, "not-confirmed", text);
    let count = text::plural(doomed.len() as u64, "backup", "backups");
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(not_confirmed(&format!(
            "{count} would be destroyed: confirm it on a terminal, or give --yes"
        )));
    }
    for one in doomed {
        eprintln!("{}", one.file.display());
    }
    eprint!("Destroying {count} cannot be undone. Type `destroy` to go on: ");
    let mut typed = String::new();
    stdin()
        .read_line(&mut typed)
        .map_err(CliError::file("cannot read the terminal"))?;
    if typed.trim() == "destroy" {
        Ok(())
    } else {
        Err(not_confirmed("not confirmed: nothing was destroyed"))
    }
}
