//! Files that commands hand over: private, durable, and never written over another.

use crate::error::{CliError, Exit};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A ceremony's file is not longer than this: 512 MiB.
const BYTES_MAX: u64 = 512 << 20;

/// A folder that was made for what a command writes. It goes again when nothing was kept in it.
pub(crate) struct NewFolder {
    path: PathBuf,
    is_kept: bool,
}

impl NewFolder {
    /// Makes a folder that only its owner can open; one that exists already is left alone.
    pub(crate) fn make(path: &Path) -> Result<Self, CliError> {
        let what = format!("cannot make {}", path.display());
        let made = DirBuilder::new().mode(0o700).create(path);
        made.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => exists(path, "folder"),
            _ => CliError::file(what)(error),
        })?;
        Ok(Self {
            path: path.to_owned(),
            is_kept: false,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the folder where it is.
    pub(crate) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.is_kept {
            // One that holds something is not removed.
            drop(fs::remove_dir(&self.path));
        }
    }
}

/// Writes a new file that only its owner can read.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), CliError> {
    write_private_bytes(path, text.as_bytes())
}

/// The same for bytes that are no text.
pub(crate) fn write_private_bytes(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let what = format!("cannot write {}", path.display());
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => exists(path, "file"),
            _ => CliError::file(what.clone())(error),
        })?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.map_err(CliError::file(what))
}

fn exists(path: &Path, kind: &str) -> CliError {
    let text = format!("{} exists already: name another {kind}", path.display());
    CliError::new(Exit::Usage, "file-exists", text)
}

/// Reads a text file of bounded length.
pub(crate) fn read_text(path: &Path) -> Result<String, CliError> {
    let what = format!("cannot read {}", path.display());
    let mut text = String::new();
    let file = File::open(path).map_err(CliError::file(what.clone()))?;
    file.take(BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(CliError::file(what))?;
    Ok(text)
}

/// Reads a file that is no longer than `bytes_max`. `what` says in a message what was tried; a name that
/// is personal is not in it.
pub(crate) fn read_bytes(path: &Path, bytes_max: u64, what: &str) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(CliError::file(what))?;
    let read = file.take(bytes_max + 1).read_to_end(&mut bytes);
    read.map_err(CliError::file(what))?;
    if bytes.len() as u64 > bytes_max {
        let text = format!("{what}: it is longer than {} MiB", bytes_max >> 20);
        return Err(CliError::usage(text));
    }
    Ok(bytes)
}
