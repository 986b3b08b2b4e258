//! Use cases: the only place with rules. HTTP, the command line and jobs all call it.
//!
//! One file per use case. Each begins with the keeper: nothing is opened, changed or destroyed
//! before the access log holds it.

mod accesses;
mod alerts;
mod archive;
mod blast;
mod break_glass;
mod browser;
mod canaries;
mod credentials;
mod dispose;
mod documents;
mod dual;
mod erase;
mod error;
mod events;
mod exports;
mod find;
mod holds;
mod import;
mod installation;
mod intake;
mod jobs;
mod lane;
mod leaked;
mod lint;
mod log;
mod orders;
mod parallel;
mod policy;
mod proposals;
mod relocate;
mod restore;
mod retention;
mod reveal;
mod rotate;
mod staff;
mod statistics;
mod status;
mod subjects;
mod vault;
mod vendor_keys;
mod widen;
mod witnesses;

pub use accesses::Access;
pub use alerts::{AlertView, Channel, Courier, Delivered, DeliveryView};
pub use archive::{ArchiveKeyView, ArchiveStatus, NewArchiveRequest, OpenedRecord};
pub use blast::{BlastDay, BlastRadius};
pub use break_glass::BreakGlassView;
pub use browser::BrowserVerdict;
pub use canaries::{CanaryChoice, CanaryCount, RemovedCanaries};
pub use credentials::{CreatedCredential, CredentialView, NewCredential, PeopleUsed};
pub use documents::{
    AddedDocument, DOCUMENT_BYTES_MAX, DOCUMENTS_BYTES_MAX, DOCUMENTS_MAX, Document, DocumentBytes,
    Documents, MediaType, NewDocument, documents_in,
};
pub use erase::{Erasure, ErasureReport, ErasureView, HolderView, KeptRecords, NewHolder};
pub use error::Error;
pub use events::{EventKind, OrderEvent};
pub use exports::{ExportFilter, ExportMatch, ExportReport, ExportSummary, NewExport};
pub use find::{FindQuery, Found, FoundSubject};
pub use holds::{HoldGround, HoldView, NewHold};
pub use import::{ImportOptions, ImportProgress, ImportReport, RejectedRow};
pub use installation::{Installation, StoreSpec};
pub use intake::{IntakeOutcome, Rejection};
pub use lane::Reply;
pub use leaked::Leak;
pub use lint::LintFinding;
pub use log::{LogEntryView, LogVerification, ProofFile, verify_tree};
pub use orders::{OrderView, Page};
pub use policy::{Adoption, OrderExplanation, PolicyView};
pub use proposals::{ApprovalView, ProposalView, ProposedOrder};
pub use relocate::{MoveStep, Moved};
pub use restore::{RestoreInput, RestoreReport, RestoreStep, lock_restored};
pub use retention::{
    ApplyOptions, RetentionAction, RetentionPlan, RetentionProgress, RetentionReport, RuleCount,
    RunView, Scheduler, confirmation,
};
pub use reveal::{RevealQuery, Revealed};
pub use rotate::RotationProgress;
pub use staff::{LoginAttempt, NewSession, Seat, Session, StaffSecrets, StaffView, parse_roles};
pub use statistics::StatisticsView;
pub use status::Status;
pub use subjects::SubjectView;
pub use vault::Vault;
pub use vendor_keys::{NewVendorKey, VendorFinding, VendorKeyKind, VendorKeyView, VendorReach};
pub use widen::{ChangedCredential, Widening};

pub use lethe_staff::{Password, Roles};

pub use lethe_keeper::{
    AccessSettings, Alert, AlertKind, Credential, Derived, GrantText, NewBreakGlass, ProposalKind,
    Quarantine, QuarantineReason, Reaction, Refusal, RotationReport, Severity, Surroundings,
};
pub use witnesses::{
    Submit, WITNESSES_FILE, WitnessEntry, WitnessReport, WitnessSettings, WitnessView,
    WitnessedHead, Witnessing, read_witness_report, verify_witnessed,
};
