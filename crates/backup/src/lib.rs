//! Backups of an installation: made online, encrypted with age, incremental, verified, destroyed on
//! their day.
//!
//! There are two classes with two lives. **Data** (sealed records and the log) may be kept for
//! years; **keyring** (what opens and finds a person) for 35 days, because an erasure is complete
//! only when the last keyring backup from before it is gone. The root key is in neither.
//!
//! A backup needs no passphrase, no root key and no lock: all it takes is sealed or wrapped already.
//! This crate cannot open any of it. `docs/backup-format.md` describes every byte.

mod catalog;
mod chain;
mod class;
mod container;
mod destroy;
mod digest;
mod error;
mod file_name;
mod gather;
mod header;
mod id;
mod keys;
mod list;
mod log;
mod make;
mod names;
mod pack;
mod progress;
mod scratch;
mod state;
mod target;
mod unpack;
mod verify;

pub use catalog::{Catalog, CatalogLine};
pub use class::{Class, KEYRING_DAYS_MAX};
pub use container::{CHUNK_BYTES_MAX, Event, FormatError, Reader, Writer};
pub use destroy::{Destroyed, PrunePlan};
pub use error::BackupError;
pub use file_name::FileName;
pub use header::{DatabaseNote, Header, LogNote};
pub use id::BackupId;
pub use keys::{Identities, NewIdentity, Recipients};
pub use list::{Listed, list};
pub use make::{BackupSpec, CHAIN_LENGTH_MAX, Made, back_up};
pub use names::EntryName;
pub use progress::{Progress, Step};
pub use unpack::{Unpacked, unpack};
pub use verify::{Verified, verify};
