//! Owns keys, quotas and the access log; hands out a data key only against a durable receipt.
//!
//! The door is narrow on purpose: requests go in, receipts come out, and a receipt opens no
//! other people and no other kinds of record than it names. What stands behind the door could run in a process of its own.

mod admission;
mod credential;
mod credentials;
mod erasure;
mod error;
mod intake;
mod intents;
mod keeper;
mod keys;
pub mod log;
mod numbers;
mod quota;
mod rotation;
mod trace;

pub use admission::{Admitted, Receipt, RecordKeys, Request, Sought};
pub use credential::{Credential, GrantText, OPERATOR};
pub use erasure::{COMPACTED_BYTES_MAX, ErasurePermit};
pub use error::{KeeperError, Refusal};
pub use intake::{
    IntakePermit, IntakeState, KeyringWrites, KnownOrderWrite, PlannedSubject, RecordKey,
};
pub use intents::OpenIntent;
pub use keeper::{Keeper, Surroundings};
pub use quota::WINDOW_MS;
pub use rotation::{RotationProgress, RotationReport};
pub use trace::{IntakeTrace, IntentTrace, TracedKey};
