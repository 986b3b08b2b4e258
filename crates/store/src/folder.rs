//! The layout of an installation's folder: what lies where, and so what a thief of a part gets.

use std::path::{Path, PathBuf};

/// An installation's folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// Names the folder; nothing is read or made yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Returns the folder's own path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The sealed root key.
    pub fn root_key(&self) -> PathBuf {
        self.0.join("root.key")
    }

    /// Locked by the process that works on the folder.
    pub fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    /// The socket on which a serving process answers local commands.
    pub fn socket(&self) -> PathBuf {
        self.0.join("lethe.sock")
    }

    /// The folder of the active store: long-lived backups take it.
    pub fn active_dir(&self) -> PathBuf {
        self.0.join("active")
    }

    /// The active store's database.
    pub fn active(&self) -> PathBuf {
        self.active_dir().join("active.db")
    }

    /// The folder of the keyring: backups of it live 35 days.
    pub fn keyring_dir(&self) -> PathBuf {
        self.0.join("keyring")
    }

    /// The keyring's database.
    pub fn keyring(&self) -> PathBuf {
        self.keyring_dir().join("keyring.db")
    }

    /// The folder of the archive: long-lived backups take it.
    pub fn archive_dir(&self) -> PathBuf {
        self.0.join("archive")
    }

    /// The archive's database.
    pub fn archive(&self) -> PathBuf {
        self.archive_dir().join("archive.db")
    }

    /// What was destroyed and revoked, for restores: to be copied away as it grows.
    pub fn ledger(&self) -> PathBuf {
        self.0.join("ledger").join("ledger.jsonl")
    }

    /// What a restore has still to do; while it exists the vault stays locked.
    pub fn restoring(&self) -> PathBuf {
        self.0.join("restoring.json")
    }

    /// Logs that were written before a restore.
    pub fn logs_before(&self) -> PathBuf {
        self.0.join("logs-before")
    }

    /// Whether the databases are on a server, where other vaults may use them too.
    pub fn is_shared(&self) -> bool {
        false
    }

    /// What several vaults append to.
    pub fn journal(&self) -> PathBuf {
        self.0.join("journal.db")
    }

    /// The name of this vault among several: drawn once, and never moved with a copy of the folder.
    pub fn vault_name(&self) -> PathBuf {
        self.0.join("vault-name")
    }

    /// Copies of the logs of several vaults, one folder each.
    pub fn logs_dir(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// The access log: sealed bodies in segments, and the public tree.
    pub fn log_dir(&self) -> PathBuf {
        self.0.join("log")
    }
}
