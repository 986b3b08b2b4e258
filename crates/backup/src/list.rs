//! The backups in a folder, by their names alone: no key is needed to look.

use crate::{BackupError, BackupId, FileName};
use std::fs;
use std::path::{Path, PathBuf};

/// A backup in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where it lies.
    pub file: PathBuf,
    /// What its name says.
    pub name: FileName,
    /// The length of its file.
    pub bytes: u64,
}

impl Listed {
    /// Says whether it should have been destroyed by now.
    pub fn is_overdue(&self, now_ms: i64) -> bool {
        self.name.destroy_after_ms <= now_ms
    }
}

/// Lists the backups in a folder, oldest first. Other files are passed over.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Listed>, BackupError> {
    let what = || BackupError::file(format!("cannot read {}", folder.display()));
    let mut backups = Vec::new();
    for entry in fs::read_dir(folder).map_err(what())? {
        let entry = entry.map_err(what())?;
        let Some(name) = entry.file_name().to_str().and_then(FileName::parse) else {
            continue;
        };
        let meta = entry.metadata().map_err(what())?;
        if meta.is_file() {
            backups.push(Listed {
                file: entry.path(),
                name,
                bytes: meta.len(),
            });
        }
    }
    // Data before the keyring of the same second, as they should have been made.
    backups.sort_by_key(|backup| (backup.name.created_at_ms, backup.name.class, backup.name.id));
    Ok(backups)
}

/// Returns the chain that ends in a backup, oldest first; the id of the one that is missing, if
/// one is.
pub(crate) fn chain_of(backups: &[Listed], tip: &Listed) -> Result<Vec<Listed>, BackupId> {
    let mut chain = vec![tip.clone()];
    let mut base = tip.name.base;
    while let Some(id) = base {
        let is_new = chain.iter().all(|one| one.name.id != id);
        let found = backups.iter().find(|backup| backup.name.id == id);
        let found = found.filter(|_| is_new).ok_or(id)?;
        chain.push(found.clone());
        base = found.name.base;
    }
    chain.reverse();
    Ok(chain)
}
