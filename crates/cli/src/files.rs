//! Files that commands hand over: private, durable, and never written over another.

use crate::error::{CliError, Exit};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A ceremony's file is not longer than this: 512 MiB.
const BYTES_MAX: u64 = 512 << 20;

/// Writes a new file that only its owner can read.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), CliError> {
    let what = format!("cannot write {}", path.display());
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => CliError::new(
                Exit::Usage,
                "file-exists",
                format!("{} exists already: name another file", path.display()),
            ),
            _ => CliError::file(what.clone())(error),
        })?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(CliError::file(what))
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
