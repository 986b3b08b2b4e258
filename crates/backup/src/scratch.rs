//! Unfinished files: named so that none looks like a backup, and swept away when their maker is gone.

use crate::{BackupError, BackupId};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const PREFIX: &str = ".lethe-";
const LOCK: &str = ".lock";

/// The unfinished files of one run in one folder. Dropping it removes them.
pub(crate) struct Scratch {
    folder: PathBuf,
    id: BackupId,
    /// Locked while the run lives: that is how others know.
    _lock: File,
}

impl Scratch {
    /// Begins, and removes what runs that are gone left in the folder.
    pub(crate) fn begin(folder: &Path, id: BackupId) -> Result<Self, BackupError> {
        sweep(folder);
        let path = folder.join(format!("{PREFIX}{id}{LOCK}"));
        let what = format!("cannot write {}", folder.display());
        let lock = new_file(&path).map_err(BackupError::file(what))?;
        // Where the file system has no locks, leftovers stay: nobody can tell them from work.
        let _ = flock(&lock, FlockOperation::NonBlockingLockExclusive);
        Ok(Self {
            folder: folder.to_owned(),
            id,
            _lock: lock,
        })
    }

    /// Names an unfinished file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{PREFIX}{}.{name}", self.id))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove_all(&self.folder, &self.id.to_string());
    }
}

/// Makes a file that must not exist and opens to its owner alone.
pub(crate) fn new_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes the unfinished files of runs that are gone.
pub(crate) fn sweep(folder: &Path) {
    for name in names(folder) {
        let id = name
            .strip_prefix(PREFIX)
            .and_then(|name| name.strip_suffix(LOCK));
        let Some(id) = id.filter(|id| BackupId::parse(id).is_some()) else {
            continue;
        };
        let lock = File::open(folder.join(&name));
        let is_gone =
            lock.is_ok_and(|lock| flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok());
        if is_gone {
            remove_all(folder, id);
        }
    }
}

/// Removes a run's files, its lock last: what is left without a lock would never be swept.
fn remove_all(folder: &Path, id: &str) {
    let prefix = format!("{PREFIX}{id}.");
    let lock = format!("{PREFIX}{id}{LOCK}");
    for name in names(folder) {
        if name.starts_with(&prefix) && name != lock {
            let path = folder.join(name);
            // Only clutter is at stake.
            drop(match path.is_dir() {
                true => fs::remove_dir_all(path),
                false => fs::remove_file(path),
            });
        }
    }
    drop(fs::remove_file(folder.join(lock)));
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}
