//! Owns keys, quotas and the access log; hands out a data key only against a durable receipt.
//!
//! The door is narrow on purpose: requests go in, receipts come out, and a receipt opens no
//! other people and no other kinds of record than it names. What stands behind the door could run in a process of its own.

mod access;
mod admission;
mod alarm;
mod alerts;
mod archive_keys;
mod archive_opening;
mod brakes;
mod break_glass;
mod canaries;
mod credential;
mod credentials;
mod decide;
mod derived;
mod disposal;
mod error;
mod export;
mod grant_text;
mod holds;
mod intake;
mod intents;
mod journal;
mod keeper;
mod keys;
mod ledger;
pub mod log;
mod numbers;
mod peers;
mod policies;
mod proposal_kind;
mod proposals;
mod quota;
mod quota_clock;
mod rate;
mod restore;
mod rotation;
mod staff;
mod standing;
mod tallies;
mod trace;
mod trusted_clock;
mod turns;
mod usage;
mod vendor_keys;

pub use access::{AccessSettings, Reaction};
pub use admission::{Admitted, Receipt, RecordKeys, Request, Sought};
pub use alarm::{Alarm, AlarmKind};
pub use alerts::{Alert, AlertKind, RaisedAlert, Severity};
pub use archive_keys::ArchiveKey;
pub use break_glass::{
    BREAK_GLASS_MS, BREAK_GLASS_PEOPLE_MAX, BreakGlass, BreakGlassReview, NewBreakGlass,
    REVIEW_WITHIN_MS,
};
pub use credential::{Credential, OPERATOR};
pub use derived::{Derived, REVOKED_DERIVED_MAX};
pub use disposal::{
    ArchivePlace, COMPACTED_BYTES_MAX, Destruction, DisposalCounts, DisposalKind, DisposalPermit,
    MovedOrder,
};
pub use error::{KeeperError, Refusal};
pub use export::{ExportPermit, FrozenExport, FrozenOrder};
pub use grant_text::GrantText;
pub use intake::{
    IntakePermit, IntakeState, KeyringWrites, KnownOrderWrite, PlannedSubject, RecordKey,
};
pub use intents::OpenIntent;
pub use journal::Peer;
pub use keeper::{Keeper, Surroundings};
pub use ledger::{LedgerAct, LedgerError, LedgerLine, hex, unhex};
pub use peers::News;
pub use policies::AdoptedPolicy;
pub use proposal_kind::ProposalKind;
pub use proposals::{APPROVERS, Approval, Proposal, Secret};
pub use quota::WINDOW_MS;
#[cfg(feature = "measure")]
pub use quota::measure;
pub use restore::CaughtUp;
pub use rotation::{RotationProgress, RotationReport};
pub use staff::{
    Factor, LoggedIn, LoginRequest, NewSecrets, SESSION_IDLE_MS, SESSION_MS, SessionId, StaffMember,
};
pub use standing::{Quarantine, QuarantineReason, Standing, Throttle};
pub use trace::{DisposalTrace, IntakeTrace, IntentTrace, TracedKey, TracedRecord};
pub use usage::{Usage, UsageDay};
