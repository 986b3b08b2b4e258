//! The layout of an installation's folder: what lies where, and so what a thief of a part gets.

use crate::servers::Servers;
use crate::{Kind, Place};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An installation's folder.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// Where the databases are, if not here; or why that is not known.
    servers: Option<Arc<Result<Servers, String>>>,
}

impl Folder {
    /// Names the folder. Of its files only `databases.toml` is read, if there is one.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let servers = Servers::read(&path.join(Servers::FILE)).map(Arc::new);
        Self { path, servers }
    }

    /// Returns where a database is.
    pub fn place(&self, kind: Kind) -> Place {
        match self.servers.as_deref() {
            Some(Ok(servers)) => servers.of(kind).into(),
            Some(Err(why)) => Place::Unknown(why.clone()),
            None => Place::File(match kind {
                Kind::Active => self.active(),
                Kind::Keyring => self.keyring(),
                Kind::Archive => self.archive(),
                Kind::Journal => self.path.join("journal.db"),
            }),
        }
    }

    /// Returns the servers of the databases, if they are not files.
    pub fn servers(&self) -> Option<Servers> {
        match self.servers.as_deref() {
            Some(Ok(servers)) => Some(servers.clone()),
            _ => None,
        }
    }

    /// Whether the databases are on servers, where other vaults may use them too.
    pub fn is_shared(&self) -> bool {
        self.servers.is_some()
    }

    /// Returns the folder's own path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The sealed root key.
    pub fn root_key(&self) -> PathBuf {
        self.path.join("root.key")
    }

    /// Locked by the process that works on the folder.
    pub fn lock(&self) -> PathBuf {
        self.path.join("lock")
    }

    /// The socket on which a serving process answers local commands.
    pub fn socket(&self) -> PathBuf {
        self.path.join("lethe.sock")
    }

    /// The folder of the active store: long-lived backups take it.
    pub fn active_dir(&self) -> PathBuf {
        self.path.join("active")
    }

    /// The active store's database, where it is a file.
    pub fn active(&self) -> PathBuf {
        self.active_dir().join("active.db")
    }

    /// The folder of the keyring: backups of it live 35 days.
    pub fn keyring_dir(&self) -> PathBuf {
        self.path.join("keyring")
    }

    /// The keyring's database, where it is a file.
    pub fn keyring(&self) -> PathBuf {
        self.keyring_dir().join("keyring.db")
    }

    /// The folder of the archive: long-lived backups take it.
    pub fn archive_dir(&self) -> PathBuf {
        self.path.join("archive")
    }

    /// The archive's database, where it is a file.
    pub fn archive(&self) -> PathBuf {
        self.archive_dir().join("archive.db")
    }

    /// What was destroyed and revoked, for restores: to be copied away as it grows.
    pub fn ledger(&self) -> PathBuf {
        self.path.join("ledger").join("ledger.jsonl")
    }

    /// What a restore has still to do; while it exists the vault stays locked.
    pub fn restoring(&self) -> PathBuf {
        self.path.join("restoring.json")
    }

    /// Logs that were written before a restore.
    pub fn logs_before(&self) -> PathBuf {
        self.path.join("logs-before")
    }

    /// The name of this vault among several: drawn once, and never moved with a copy of the folder.
    pub fn vault_name(&self) -> PathBuf {
        self.path.join("vault-name")
    }

    /// Copies of the logs of several vaults, one folder each.
    pub fn logs_dir(&self) -> PathBuf {
        self.path.join("logs")
    }

    /// The access log: sealed bodies in segments, and the public tree.
    pub fn log_dir(&self) -> PathBuf {
        self.path.join("log")
    }
}
