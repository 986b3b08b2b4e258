//! The header: what a backup is, inside the encryption.

use crate::{BackupId, Class, FileName};
use serde::{Deserialize, Serialize};

/// The version of the format that this program writes and reads.
pub(crate) const FORMAT: u32 = 1;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The version of the format.
    pub format: u32,
    /// What it holds.
    pub class: Class,
    /// Its id.
    pub id: BackupId,
    /// When it was made, Unix milliseconds.
    pub created_at_ms: i64,
    /// When it must be destroyed, Unix milliseconds.
    pub destroy_after_ms: i64,
    /// SHA-256 of the log's verifier key, in hex digits: which installation it is of.
    pub installation: String,
    /// The log at the time.
    pub log: LogNote,
    /// The databases in it.
    pub databases: Vec<DatabaseNote>,
    /// What it continues, for an incremental one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
}

/// The log at the time of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogNote {
    /// How many entries the checkpoint covers; 0 when nothing was published yet.
    pub size: u64,
    /// The signed checkpoint (C2SP tlog-checkpoint); empty when nothing was published yet.
    pub checkpoint: String,
}

/// A database in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseNote {
    /// Its name in the folder.
    pub name: String,
    /// Its schema version.
    pub schema: i64,
    /// Which database it is (`PRAGMA application_id`).
    pub application: i64,
    /// Its length.
    pub bytes: u64,
}

/// The backup that an incremental one continues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// Its id.
    pub id: BackupId,
    /// Its trailer's SHA-256, in hex digits: the very bytes, not only the id.
    pub sha256: String,
}

impl Header {
    /// Returns the name that its file has.
    pub fn file_name(&self) -> FileName {
        let whole_seconds = |at_ms: i64| at_ms - at_ms.rem_euclid(1000);
        FileName {
            class: self.class,
            created_at_ms: whole_seconds(self.created_at_ms),
            id: self.id,
            destroy_after_ms: whole_seconds(self.destroy_after_ms),
            base: self.base.as_ref().map(|base| base.id),
        }
    }
}
