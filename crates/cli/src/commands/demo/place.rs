//! Where the demo keeps things: a data folder, and beside it what must not lie in one.

use crate::door;
use crate::error::{CliError, Exit};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The data folder and the files beside it.
pub(super) struct Place {
    pub(super) data: PathBuf,
    /// The passphrase: only in a demo does it lie beside the data it protects.
    pub(super) passphrase: PathBuf,
    /// The example key's secret.
    pub(super) key: PathBuf,
    /// The invented shop's export.
    pub(super) export: PathBuf,
    /// The three shares of the archive's keys: only in a demo do they lie together.
    pub(super) shares: PathBuf,
    /// The receipt of the demo's erasure.
    pub(super) receipt: PathBuf,
}

impl Place {
    pub(super) fn of(data: &Path) -> Result<Self, CliError> {
        let name = data.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| {
            CliError::usage("--data must name a folder of its own, such as ./lethe-demo")
        })?;
        let beside = |what: &str| data.with_file_name(format!("{name}-{what}"));
        Ok(Self {
            passphrase: beside("passphrase"),
            key: beside("key"),
            export: beside("orders.csv"),
            shares: beside("shares"),
            receipt: beside("erased.receipt"),
            data: data.to_owned(),
        })
    }

    /// Says whether an earlier demo made this; real data is never taken for a demo's.
    pub(super) fn is_made(&self) -> Result<bool, CliError> {
        let is_installed = lethe_store::Folder::new(&self.data).root_key().exists();
        if is_installed && !self.passphrase.exists() {
            return Err(CliError::new(
                Exit::Usage,
                "not-a-demo",
                format!(
                    "{} was not made by `lethe demo`: name another folder with --data",
                    self.data.display()
                ),
            ));
        }
        Ok(is_installed)
    }

    /// Removes everything an earlier demo made.
    pub(super) fn clear(&self) -> Result<(), CliError> {
        if !self.is_made()? {
            return Ok(());
        }
        // Nobody may be working on it.
        let lock = door::installation(&self.data)?;
        let gone = |result: io::Result<()>, path: &Path| match result {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let what = format!("cannot remove {}", path.display());
                Err(CliError::file(what)(error))
            }
            _ => Ok(()),
        };
        gone(fs::remove_dir_all(&self.data), &self.data)?;
        drop(lock);
        gone(fs::remove_dir_all(&self.shares), &self.shares)?;
        // The passphrase last: it is what tells a demo's folder from others.
        for file in [&self.key, &self.export, &self.receipt, &self.passphrase] {
            gone(fs::remove_file(file), file)?;
        }
        Ok(())
    }
}

/// Writes a file that only this user can read.
pub(super) fn write_private(path: &Path, text: &str) -> Result<(), CliError> {
    let write = || {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options.open(path)?.write_all(text.as_bytes())
    };
    write().map_err(CliError::file(format!("cannot write {}", path.display())))
}
