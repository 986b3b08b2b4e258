//! Files that commands hand over: private, durable, and never written over another.

use crate::error::{CliError, Exit};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A ceremony's file is not longer than this: 512 MiB.
const BYTES_MAX: u64 = 512 << 20;

/// A folder that is filled and then appears whole. Until then it is `<path>.partial`, which the next try
/// replaces; it goes again when it is not kept.
pub(crate) struct NewFolder {
    path: PathBuf,
    partial: PathBuf,
}

impl NewFolder {
    /// Makes a folder that only its owner can open; one that exists already is left alone.
    pub(crate) fn make(path: &Path) -> Result<Self, CliError> {
        if path.symlink_metadata().is_ok() {
            return Err(exists(path, "folder"));
        }
        let partial = partial_of(path)?;
        let what = || CliError::file(format!("cannot make {}", partial.display()));
        match fs::remove_dir_all(&partial) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(what()(error)),
            _ => {}
        }
        let made = DirBuilder::new().mode(0o700).create(&partial);
        made.map_err(what())?;
        Ok(Self {
            path: path.to_owned(),
            partial,
        })
    }

    /// Where it is filled.
    pub(crate) fn partial(&self) -> &Path {
        &self.partial
    }

    /// Where it will be.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it in its place, unless nothing was written into it.
    pub(crate) fn keep(self) -> Result<(), CliError> {
        let what = || CliError::file(format!("cannot write {}", self.path.display()));
        let mut entries = fs::read_dir(&self.partial).map_err(what())?;
        if entries.next().is_some() {
            File::open(&self.partial)
                .and_then(|folder| folder.sync_all())
                .and_then(|()| rename_new(&self.partial, &self.path))
                .map_err(what())?;
        }
        Ok(())
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        // Once it is in its place there is nothing here any more.
        drop(fs::remove_dir_all(&self.partial));
    }
}

/// Writes a new file that only its owner can read. It appears whole: until then it is
/// `<path>.partial`, which the next try replaces.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), CliError> {
    write_private_bytes(path, text.as_bytes())
}

/// The same for bytes that are no text.
pub(crate) fn write_private_bytes(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let what = || CliError::file(format!("cannot write {}", path.display()));
    if path.symlink_metadata().is_ok() {
        return Err(exists(path, "file"));
    }
    let partial = partial_of(path)?;
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(what()(error)),
        _ => (),
    }
    let write = || {
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        rename_new(&partial, path)?;
        let parent = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|error| {
        drop(fs::remove_file(&partial));
        match error.kind() {
            ErrorKind::AlreadyExists => exists(path, "file"),
            _ => what()(error),
        }
    })
}

/// Renames a file, never over another one.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let is_new = renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE);
    match is_new {
        // The file system cannot promise it: nothing lay there a moment ago.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => fs::rename(from, to),
        other => Ok(other?),
    }
}

fn partial_of(path: &Path) -> Result<PathBuf, CliError> {
    let Some(name) = path.file_name() else {
        let text = format!("{} is no file to write", path.display());
        return Err(CliError::usage(text));
    };
    let mut name = name.to_owned();
    name.push(".partial");
    Ok(path.with_file_name(name))
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
