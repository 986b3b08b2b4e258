//! What commands can do to personal data, whichever way they take.

use crate::error::CliError;
use crate::views::{
    Access, Alert, CanaryCount, CreatedKey, DocumentAdded, DocumentList, Entry, Found, Key,
    LintFinding, Order, Orders, RemovedCanaries, Revealed, Status, Subject, VendorReach,
    WaitingErasure,
};
use lethe_model::{FieldSet, Grant, Personal, Purpose};
use lethe_ops::{CanaryChoice, DocumentBytes, KeptRecords, NewDocument};

/// Whom to look for.
pub(crate) enum Look {
    Email(Personal),
    Phone {
        number: Personal,
        country: Option<String>,
    },
    Order(Personal),
}

/// An order to which something is added.
pub(crate) enum OrderName {
    Token(String),
    Number(Personal),
}

/// A document that was opened.
pub(crate) struct FetchedDocument {
    pub(crate) bytes: DocumentBytes,
    /// Where the log holds it, if the server said so.
    pub(crate) log_index: Option<u64>,
}

/// What became of an erasure.
pub(crate) enum Erased {
    /// The operator's: carried out.
    Done(Box<lethe_ops::Erasure>),
    /// A key's: it waits.
    Waiting(WaitingErasure),
}

/// A key to be made.
pub(crate) struct NewKey {
    pub(crate) recipient: String,
    pub(crate) grant: Grant,
}

/// How a key is narrowed.
pub(crate) enum Narrowing {
    /// To what it has used.
    ToUse,
    /// To a grant.
    To(Box<Grant>),
}

/// The acts. Each begins with an entry in the access log.
pub(crate) trait Acts {
    fn status(&self) -> Result<Status, CliError>;
    fn find(&self, look: &Look, purpose: Purpose) -> Result<Found, CliError>;
    fn reveal(&self, token: &str, fields: FieldSet, purpose: Purpose)
    -> Result<Revealed, CliError>;
    fn add_document(
        &self,
        order: &OrderName,
        document: NewDocument,
    ) -> Result<DocumentAdded, CliError>;
    fn documents(&self, token: &str, purpose: Purpose) -> Result<DocumentList, CliError>;
    fn document(
        &self,
        token: &str,
        id: &str,
        purpose: Purpose,
    ) -> Result<FetchedDocument, CliError>;
    fn order(&self, token: &str) -> Result<Order, CliError>;
    fn orders(&self, cursor: Option<&str>, limit: u32) -> Result<Orders, CliError>;
    fn subject(&self, token: &str) -> Result<Subject, CliError>;
    /// Says what an erasure would keep; `None` where that is not known from here.
    fn preview_erasure(&self, token: &str) -> Result<Option<Vec<KeptRecords>>, CliError>;
    fn erase(&self, token: &str) -> Result<Erased, CliError>;
    fn create_key(&self, new: &NewKey) -> Result<CreatedKey, CliError>;
    fn keys(&self) -> Result<Vec<Key>, CliError>;
    fn revoke_key(&self, id: &str) -> Result<Key, CliError>;
    fn narrow_key(&self, id: &str, change: &Narrowing) -> Result<Key, CliError>;
    /// Holds a key back, or lets it go.
    fn quarantine_key(&self, id: &str, is_held: bool) -> Result<Key, CliError>;
    /// Says what the vendors' credentials reach.
    fn vendor_reach(&self) -> Result<Vec<VendorReach>, CliError>;
    fn lint_keys(&self) -> Result<Vec<LintFinding>, CliError>;
    fn revoke_derived(&self, id: &str, fingerprint: &str) -> Result<Key, CliError>;
    fn rotate_key(&self, id: &str, expires_at_ms: i64) -> Result<CreatedKey, CliError>;
    fn accesses(&self, token: &str) -> Result<Vec<Access>, CliError>;
    fn canaries(&self) -> Result<Vec<CanaryCount>, CliError>;
    /// Plants the invented people of an order export; returns how many were planted.
    fn plant_canaries(&self, recipient: &str, csv: &[u8]) -> Result<u64, CliError>;
    fn remove_canaries(
        &self,
        which: &CanaryChoice,
        reason: &str,
    ) -> Result<RemovedCanaries, CliError>;
    fn alerts(&self, limit: u32) -> Result<Vec<Alert>, CliError>;
    fn entries(
        &self,
        subject: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, CliError>;
}
