//! Files that commands hand over: private, durable, and never written over another.

use crate::error::{CliError, Exit};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A ceremony's file is not longer than this: 512 MiB.
const BYTES_MAX: u64 = 512 << 20;

/// Writes a new file that only its owner can read. It appears whole: until then it is
/// `<path>.partial`, which the next try replaces.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), CliError> {
    let what = || CliError::file(format!("cannot write {}", path.display()));
    let exists = || {
        let text = format!("{} exists already: name another file", path.display());
        CliError::new(Exit::Usage, "file-exists", text)
    };
    if path.symlink_metadata().is_ok() {
        return Err(exists());
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
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        rename_new(&partial, path)?;
        let parent = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|error| {
        drop(fs::remove_file(&partial));
        match error.kind() {
            ErrorKind::AlreadyExists => exists(),
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
