//! The archive's keys: record keys are sealed to the key of a financial year, whose private half is
//! split two of three among people and joined only on another machine.
//!
//! Pure: text goes in, text comes out. What meets on that machine is a request (sealed record keys,
//! nothing personal) and two shares; what leaves it is a reply that only the vault opens.

mod ceremony;
mod chance;
mod error;
mod seal;
mod share;
mod summary;

pub use ceremony::{
    Reply, ReplyItem, ReplyKey, Request, RequestItem, RequestKind, answer, frozen_sha256,
    open_reply,
};
pub use error::CustodyError;
pub use seal::{
    ArchivePublicKey, NOTIFICATION, SealedFor, open_record_key, seal_record_key, year_key_id,
};
pub use share::{KeySet, SHARES, SetId, Share, ShareCost, THRESHOLD, generate, join};
