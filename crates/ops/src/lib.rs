//! Use cases: the only place with rules. HTTP, the command line and jobs all call it.
//!
//! One file per use case. Each begins with the keeper: nothing is opened, changed or destroyed
//! before the access log holds it.

mod credentials;
mod erase;
mod error;
mod find;
mod import;
mod installation;
mod intake;
mod lane;
mod log;
mod orders;
mod reveal;
mod rotate;
mod status;
mod subjects;
mod vault;

pub use credentials::{CreatedCredential, CredentialView, NewCredential};
pub use erase::ErasureReport;
pub use error::Error;
pub use find::{FindQuery, Found, FoundSubject};
pub use import::{ImportOptions, ImportProgress, ImportReport, RejectedRow};
pub use installation::{Installation, StoreSpec};
pub use intake::{IntakeOutcome, Rejection};
pub use lane::Reply;
pub use log::{LogEntryView, LogVerification, ProofFile, verify_tree};
pub use orders::{OrderView, Page};
pub use reveal::{RevealQuery, Revealed};
pub use rotate::RotationProgress;
pub use status::Status;
pub use subjects::SubjectView;
pub use vault::Vault;

pub use lethe_keeper::{Credential, Refusal, RotationReport, Surroundings};
