//! The record of backups made and destroyed, in the data folder: what a receipt's last date and a
//! check of health are told by.

use crate::scratch::{new_file, sync_folder};
use crate::{BackupError, BackupId, Class};
use lethe_store::Folder;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Beyond this the record is written anew, without what is long gone.
const BYTES_MAX: u64 = 1 << 20;
/// How many destroyed backups it remembers then.
const DESTROYED_KEPT: usize = 500;

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum CatalogLine {
    /// A backup begins. Written before the keyring is copied: an erasure that ends a moment later
    /// must find it here.
    Begun {
        /// What it will hold.
        class: Class,
        /// Its id.
        id: BackupId,
        /// When it began, Unix milliseconds.
        created_at_ms: i64,
        /// When it must be destroyed, Unix milliseconds.
        destroy_after_ms: i64,
    },
    /// A backup is whole and has its name.
    Made {
        /// What it holds.
        class: Class,
        /// Its id.
        id: BackupId,
        /// When it began, Unix milliseconds.
        created_at_ms: i64,
        /// When it must be destroyed, Unix milliseconds.
        destroy_after_ms: i64,
        /// The length of its file.
        bytes: u64,
    },
    /// A backup was removed, or failed and left nothing.
    Destroyed {
        /// Its id.
        id: BackupId,
        /// When, Unix milliseconds.
        at_ms: i64,
    },
}

/// The record of one installation: `backups/catalog.jsonl` in the data folder.
#[derive(Debug, Clone)]
pub struct Catalog {
    folder: PathBuf,
}

impl Catalog {
    /// Names the record of an installation; nothing is read or made yet.
    pub fn of(folder: &Folder) -> Self {
        Self {
            folder: folder.path().join("backups"),
        }
    }

    /// Returns the folder in which the record and the states of incremental backups lie.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the folder.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
    }

    /// Reads all lines, oldest first. A last line that a crash tore is left out.
    ///
    /// # Errors
    ///
    /// When the file cannot be read; a missing one is empty.
    pub fn read(&self) -> Result<Vec<CatalogLine>, BackupError> {
        let what = format!("cannot read {}", self.path().display());
        match fs::read(self.path()) {
            Ok(bytes) => Ok(parse(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(BackupError::file(what)(error)),
        }
    }

    /// Appends a line, durable when this returns.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn append(&self, line: &CatalogLine) -> Result<(), BackupError> {
        let what = format!("cannot write {}", self.path().display());
        self.append_line(line).map_err(BackupError::file(what))
    }

    /// Says when the last copy of a key that was in the keyring until `moment_ms` is gone: the
    /// latest day of destruction of the keyring backups begun by then, as far as they are not
    /// destroyed. `None` when none is left, or none was made. One that a crash interrupted counts:
    /// nobody knows what it left.
    ///
    /// # Errors
    ///
    /// As [`Catalog::read`].
    pub fn keyring_copies_until(&self, moment_ms: i64) -> Result<Option<i64>, BackupError> {
        let lines = self.read()?;
        let gone = destroyed(&lines);
        let until = lines.iter().filter_map(|line| match line {
            CatalogLine::Begun {
                class: Class::Keyring,
                id,
                created_at_ms,
                destroy_after_ms,
            } if *created_at_ms <= moment_ms && !gone.contains(id) => Some(*destroy_after_ms),
            _ => None,
        });
        Ok(until.max())
    }

    fn path(&self) -> PathBuf {
        self.folder.join("catalog.jsonl")
    }

    fn append_line(&self, line: &CatalogLine) -> io::Result<()> {
        self.prepare()?;
        let _lock = self.lock()?;
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.mode(0o600).open(self.path())?;
        let end = file.seek(SeekFrom::End(0))?;
        if end > BYTES_MAX {
            return self.write_anew(line);
        }
        let mut text = Vec::new();
        if end > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            // A torn line is ended, so that it spoils no other.
            if last != *b"\n" {
                text.push(b'\n');
            }
        }
        text.extend(to_text(line));
        file.write_all(&text)?;
        file.sync_data()?;
        sync_folder(&self.folder)
    }

    fn write_anew(&self, line: &CatalogLine) -> io::Result<()> {
        let mut lines = parse(&fs::read(self.path())?);
        lines.push(line.clone());
        let aside = self.folder.join("catalog.jsonl.new");
        drop(fs::remove_file(&aside));
        let mut file = new_file(&aside)?;
        for line in compacted(lines) {
            file.write_all(&to_text(&line))?;
        }
        file.sync_all()?;
        fs::rename(&aside, self.path())?;
        sync_folder(&self.folder)
    }

    /// Locks the record against other backups, in a file of its own: the record itself is replaced.
    fn lock(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false);
        let lock = options.mode(0o600).open(self.folder.join("catalog.lock"))?;
        flock(&lock, FlockOperation::LockExclusive)?;
        Ok(lock)
    }
}

fn to_text(line: &CatalogLine) -> Vec<u8> {
    let mut text = serde_json::to_vec(line).expect("plain data serialises");
    text.push(b'\n');
    text
}

fn parse(bytes: &[u8]) -> Vec<CatalogLine> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

/// Returns the ids of what is gone, in the order in which it went.
fn destroyed(lines: &[CatalogLine]) -> Vec<BackupId> {
    let ids = lines.iter().filter_map(|line| match line {
        CatalogLine::Destroyed { id, .. } => Some(*id),
        CatalogLine::Begun { .. } | CatalogLine::Made { .. } => None,
    });
    ids.collect()
}

/// Leaves out all but the newest of those that are gone. What still exists stays.
fn compacted(lines: Vec<CatalogLine>) -> Vec<CatalogLine> {
    let gone = destroyed(&lines);
    let forgotten: HashSet<BackupId> = gone
        .iter()
        .take(gone.len().saturating_sub(DESTROYED_KEPT))
        .copied()
        .collect();
    let is_kept = |line: &CatalogLine| match line {
        CatalogLine::Begun { id, .. }
        | CatalogLine::Made { id, .. }
        | CatalogLine::Destroyed { id, .. } => !forgotten.contains(id),
    };
    lines.into_iter().filter(is_kept).collect()
}
