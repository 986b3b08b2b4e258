//! A witness: cosigns checkpoints of logs that only ever grow. Knows no vault.
//!
//! It speaks [c2sp.org/tlog-witness](https://c2sp.org/tlog-witness) and signs
//! [c2sp.org/tlog-cosignature](https://c2sp.org/tlog-cosignature), Ed25519. Of this project it links
//! `tlog` alone, so that nothing here can open a record, a body of the log or a vault's folder.
//!
//! [`judge`] decides and touches nothing; [`Witness`] makes the decision durable before the
//! cosignature leaves; [`serve`] is the protocol. Time and chance are passed in.

#![forbid(unsafe_code)]

mod error;
mod judge;
mod key;
mod metrics;
mod serve;
mod state;
mod witness;

pub use error::WitnessError;
pub use judge::{Known, Refused, judge};
pub use key::create_key;
pub use serve::{Clock, serve};
pub use witness::Witness;
