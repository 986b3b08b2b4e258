//! Intake: orders and customers come in, are judged, sealed and stored.
//!
//! Prepared in parallel ([`prepare`]), decided and stored by one writer in batches ([`batch`]): the
//! intent in the log, the keys in the keyring, the sealed data in the active store, the outcome in
//! the log. A crash between any two of these is undone or finished at the next start.

mod add;
mod batch;
mod decide;
mod lane;
mod prepare;
mod seal;

pub use batch::IntakeOutcome;
pub(crate) use batch::{BatchItem, Intake, Progress, State};
pub(crate) use lane::IntakeLane;
pub(crate) use prepare::{Preparer, Terms};

/// Why an order or customer was not taken. Never holds a value of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rejection {
    /// Where it stood in its source, starting at 1.
    pub row: u64,
    /// Stable code.
    pub code: String,
    /// The column or key at fault, where there is one.
    pub column: Option<String>,
    /// What is wrong and what to do.
    pub reason: String,
}
