//! Destroying backups on their day, without breaking a chain that is still needed.

use crate::scratch::{sweep, sync_folder};
use crate::{BackupError, BackupId, Catalog, CatalogLine, Listed, list};
use lethe_model::Clock;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What would be destroyed, and what must wait.
#[derive(Debug, Clone)]
pub struct PrunePlan {
    folder: PathBuf,
    /// Past their day, in the order in which they are removed.
    pub doomed: Vec<Listed>,
    /// Past their day, but continued by a backup that may live on.
    pub needed: Vec<Listed>,
}

/// A backup that was removed.
#[derive(Debug, Clone)]
pub struct Destroyed {
    /// Which one.
    pub backup: Listed,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

impl PrunePlan {
    /// Looks through a folder.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn make(folder: &Path, now_ms: i64) -> Result<Self, BackupError> {
        let backups = list(folder)?;
        let bases: HashMap<BackupId, BackupId> = backups
            .iter()
            .filter_map(|backup| Some((backup.name.id, backup.name.base?)))
            .collect();
        let (overdue, living): (Vec<Listed>, Vec<Listed>) = backups
            .into_iter()
            .partition(|backup| backup.is_overdue(now_ms));
        let needed_ids: HashSet<BackupId> = living
            .iter()
            .flat_map(|backup| links_below(&bases, backup.name.id))
            .collect();
        let is_needed = |backup: &Listed| needed_ids.contains(&backup.name.id);
        let (needed, mut doomed): (Vec<_>, Vec<_>) = overdue.into_iter().partition(is_needed);
        // Ends of chains first: a crash in the middle leaves a chain that restores.
        doomed.sort_by_key(|backup| Reverse(links_below(&bases, backup.name.id).len()));
        Ok(Self {
            folder: folder.to_owned(),
            doomed,
            needed,
        })
    }

    /// Removes what is doomed, and unfinished files of runs that are gone. Returns what was
    /// removed, each with its moment, also when a later one fails.
    ///
    /// The files are unlinked, not overwritten: on today's disks that would promise nothing.
    ///
    /// # Errors
    ///
    /// What the file system says of the first that cannot be removed, with those removed before.
    pub fn carry_out(
        self,
        catalog: Option<&Catalog>,
        clock: &dyn Clock,
    ) -> (Vec<Destroyed>, Result<(), BackupError>) {
        let mut destroyed = Vec::new();
        sweep(&self.folder);
        for backup in self.doomed {
            match remove(&self.folder, &backup, catalog, clock) {
                Ok(at_ms) => destroyed.push(Destroyed { backup, at_ms }),
                Err(error) => return (destroyed, Err(error)),
            }
        }
        (destroyed, Ok(()))
    }
}

/// Returns what a backup is built upon.
fn links_below(bases: &HashMap<BackupId, BackupId>, id: BackupId) -> Vec<BackupId> {
    let mut links = Vec::new();
    let mut next = bases.get(&id);
    // Names that go round in a circle are nobody's chain.
    while let Some(base) = next.filter(|base| !links.contains(*base)) {
        links.push(*base);
        next = bases.get(base);
    }
    links
}

/// Removes one backup; the record is written when the removal is durable, so that it never says
/// more than is true.
fn remove(
    folder: &Path,
    backup: &Listed,
    catalog: Option<&Catalog>,
    clock: &dyn Clock,
) -> Result<i64, BackupError> {
    let what = format!("cannot remove {}", backup.file.display());
    let removed = fs::remove_file(&backup.file).and_then(|()| sync_folder(folder));
    removed.map_err(BackupError::file(what))?;
    let at_ms = clock.now_ms();
    if let Some(catalog) = catalog {
        let id = backup.name.id;
        catalog.append(&CatalogLine::Destroyed { id, at_ms })?;
    }
    Ok(at_ms)
}
