//! One file while it is put together from a chain of backups.

use crate::EntryName;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// A file being put together.
pub(crate) struct Target {
    pub(crate) name: EntryName,
    pub(crate) path: PathBuf,
    file: File,
    /// How long it is so far.
    pub(crate) length: u64,
}

impl Target {
    /// Opens what an earlier backup left, of that length, or begins anew.
    pub(crate) fn open(name: EntryName, path: PathBuf, earlier: Option<u64>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).mode(0o600);
        let file = options.truncate(earlier.is_none()).open(&path)?;
        Ok(Self {
            name,
            path,
            file,
            length: earlier.unwrap_or(0),
        })
    }

    /// Writes bytes where they belong.
    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.write_all(bytes)?;
        self.length = self.length.max(offset + bytes.len() as u64);
        Ok(())
    }

    /// Cuts it to its length in the end.
    pub(crate) fn end(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }
}
