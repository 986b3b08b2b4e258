//! The stolen copy: which bytes a thief of each part has, and databases that can be opened without
//! changing those bytes.

use crate::DrillError;
use lethe_crypto::SecretKey;
use rusqlite::Connection;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A copy of a data folder. The bytes in it are never changed: SQLite works on a second copy.
pub(crate) struct StolenFolder {
    copy: PathBuf,
    opened: PathBuf,
}

impl StolenFolder {
    /// Copies the databases aside, so that opening one does not fold its write-ahead log away.
    pub(crate) fn prepare(copy: &Path, scratch: &Path) -> Result<Self, DrillError> {
        let opened = scratch.join("opened");
        if opened.exists() {
            fs::remove_dir_all(&opened).map_err(DrillError::file(&opened))?;
        }
        fs::create_dir_all(&opened).map_err(DrillError::file(&opened))?;
        for (folder, name) in [
            ("active", "active.db"),
            ("keyring", "keyring.db"),
            ("archive", "archive.db"),
        ] {
            // A folder of an earlier release has no archive.
            if folder == "archive" && !copy.join(folder).join(name).exists() {
                continue;
            }
            for suffix in ["", "-wal"] {
                let source = copy.join(folder).join(format!("{name}{suffix}"));
                if suffix.is_empty() || source.exists() {
                    let target = opened.join(format!("{name}{suffix}"));
                    fs::copy(&source, target).map_err(DrillError::file(&source))?;
                }
            }
        }
        Ok(Self {
            copy: copy.to_owned(),
            opened,
        })
    }

    /// Lists the files of the vault's database: pages in use, free pages, write-ahead log.
    pub(crate) fn database_files(&self) -> Result<Vec<PathBuf>, DrillError> {
        files_below(&self.copy.join("active"))
    }

    /// Lists every file of the copy.
    pub(crate) fn all_files(&self) -> Result<Vec<PathBuf>, DrillError> {
        files_below(&self.copy)
    }

    /// Names a file relative to the copy.
    pub(crate) fn name_of(&self, file: &Path) -> String {
        let name = file.strip_prefix(&self.copy).unwrap_or(file);
        name.display().to_string()
    }

    /// Names a part of the copy.
    pub(crate) fn part(&self, name: &str) -> PathBuf {
        self.copy.join(name)
    }

    /// Lists the archive's files.
    pub(crate) fn archive_files(&self) -> Result<Vec<PathBuf>, DrillError> {
        files_below(&self.copy.join("archive"))
    }

    /// Opens the archive with the keyring beside it as `keyring`; `None` when there is none.
    pub(crate) fn archive_with_keyring(&self) -> Result<Option<Connection>, DrillError> {
        let path = self.opened.join("archive.db");
        if !path.exists() {
            return Ok(None);
        }
        let connection = Connection::open(path).map_err(DrillError::database("the archive"))?;
        let path = self.opened.join("keyring.db");
        connection
            .execute("ATTACH $1 AS keyring", [path.display().to_string()])
            .map_err(DrillError::database("the keyring"))?;
        Ok(Some(connection))
    }

    /// Reads files of exactly a key's length, raw or in hexadecimal: keys that somebody left behind.
    pub(crate) fn bare_keys(&self) -> Result<Vec<SecretKey>, DrillError> {
        let mut keys = Vec::new();
        for file in self.all_files()? {
            let Ok(bytes) = fs::read(&file) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let hex = text.trim();
            let raw: Option<[u8; 32]> = bytes.as_slice().try_into().ok();
            let written = (hex.len() == 64).then(|| {
                let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
                let bytes: Option<Vec<u8>> = (0..64).step_by(2).map(pair).collect();
                bytes.and_then(|bytes| bytes.try_into().ok())
            });
            for mut key in raw.into_iter().chain(written.flatten()) {
                keys.push(SecretKey::take(&mut key));
            }
        }
        Ok(keys)
    }

    pub(crate) fn root_key_file(&self) -> PathBuf {
        self.copy.join("root.key")
    }

    /// Lists the log's segments.
    pub(crate) fn log_segments(&self) -> Result<Vec<PathBuf>, DrillError> {
        let folder = self.copy.join("log").join("segments");
        if !folder.exists() {
            return Ok(Vec::new());
        }
        files_below(&folder)
    }

    /// Opens the vault's database.
    pub(crate) fn active(&self) -> Result<Connection, DrillError> {
        Connection::open(self.opened.join("active.db"))
            .map_err(DrillError::database("the active store"))
    }

    /// Opens the keyring's database.
    pub(crate) fn keyring(&self) -> Result<Connection, DrillError> {
        Connection::open(self.opened.join("keyring.db"))
            .map_err(DrillError::database("the keyring"))
    }

    /// Opens the vault's database with the keyring beside it as `keyring`.
    pub(crate) fn active_with_keyring(&self) -> Result<Connection, DrillError> {
        let connection = self.active()?;
        let path = self.opened.join("keyring.db");
        connection
            .execute("ATTACH $1 AS keyring", [path.display().to_string()])
            .map_err(DrillError::database("the keyring"))?;
        Ok(connection)
    }
}

/// Opens a file for reading; `None` when it is gone since it was listed, as a server on the copy may
/// publish its log while the drill begins.
pub(crate) fn open_file(path: &Path) -> Result<Option<File>, DrillError> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DrillError::file(path)(error)),
    }
}

/// Lists the files below a folder, in a fixed order.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, DrillError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other.map_err(DrillError::file(&folder))?,
        };
        for entry in entries {
            let path = entry.map_err(DrillError::file(&folder))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
