//! The receipt of an erased person.

use crate::openings::{Hit, Openings};
use crate::published::{PublishedScope, ScopeError};
use crate::signed::{ReceiptError, sign, verify};
use jiff::Timestamp;
use jiff::civil::Date;
use lethe_tlog::{NoteSigner, VerifierKey};
use serde::{Deserialize, Serialize};

const TITLE: &str = "lethe erasure receipt v1";

/// What was erased, what is kept and until when, and how the person can check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureReceipt {
    /// The erasure's public, random id.
    pub receipt_id: String,
    /// The access log that holds it.
    pub log_origin: String,
    /// Who answers for the data.
    pub controller: String,
    /// The shop.
    pub store: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it was carried out.
    pub erased_at: Timestamp,
    /// What was erased.
    pub erased: Erased,
    /// What the law keeps.
    pub kept: Vec<Kept>,
    /// From when on it is gone where.
    pub dates: Dates,
    /// Others who hold copies.
    pub holders: Vec<HolderState>,
    /// Where the access log holds it.
    pub log: LogPlace,
    /// What lets the person, and nobody else, recognise themselves in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openings: Option<Openings>,
}

/// What was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erased {
    /// Kinds of records.
    pub categories: Vec<String>,
    /// How many.
    pub records: u64,
    /// Orders whose number stays as a tombstone or in the archive.
    pub orders: u64,
}

/// Records that are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The kind of record.
    pub what: String,
    /// How many.
    pub records: u64,
    /// The fields that stay.
    pub fields: Vec<String>,
    /// The last day; absent while a legal hold has no end.
    pub until: Option<Date>,
    /// Why.
    pub reason: String,
    /// The legal reference.
    pub reference: String,
}

/// From when on the data is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// From the live system.
    pub live_system: Date,
    /// From unused parts of files; absent while that waits for a key rotation.
    pub local_residue: Option<Date>,
    /// When the last backup of the keyring is destroyed that could still open it.
    pub last_keyring_backup: Date,
}

/// A holder of copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolderState {
    /// Its name.
    pub name: String,
    /// When it was asked to erase.
    pub asked_at: Timestamp,
    /// When it confirmed.
    pub confirmed_at: Option<Timestamp>,
}

/// Where the access log holds an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogPlace {
    /// The entry that announced it.
    pub intent: u64,
    /// The entry that ended it.
    pub outcome: u64,
}

impl ErasureReceipt {
    /// Says whether nothing is left to be done: no holder is open, no hold keeps anything.
    pub fn is_complete(&self) -> bool {
        self.holders
            .iter()
            .all(|holder| holder.confirmed_at.is_some())
            && !self.is_held()
    }

    /// Says whether a legal hold keeps something: the person's openings stay in the vault as long.
    pub fn is_held(&self) -> bool {
        self.kept.iter().any(|kept| kept.until.is_none())
    }

    /// Says which entries of a published scope were about the person of this receipt.
    ///
    /// # Errors
    ///
    /// [`ScopeError`].
    pub fn recognise(&self, published: &PublishedScope) -> Result<Vec<Hit>, ScopeError> {
        published.check_format()?;
        if published.origin != self.log_origin {
            return Err(ScopeError::OtherLog);
        }
        let openings = self.openings.as_ref().ok_or(ScopeError::Openings)?;
        openings.recognise(published)
    }

    /// Writes and signs the receipt.
    pub fn sign(&self, signer: &NoteSigner) -> String {
        let line = format!(
            "{} erased {} records on {}{}",
            self.controller,
            self.erased.records,
            self.dates.live_system,
            if self.kept.is_empty() {
                ""
            } else {
                "; the law keeps some: see kept"
            },
        );
        sign(TITLE, &line, self, signer)
    }

    /// Checks a receipt's signature and reads it.
    ///
    /// # Errors
    ///
    /// [`ReceiptError`].
    pub fn verify(text: &str, key: &VerifierKey) -> Result<Self, ReceiptError> {
        verify(TITLE, text, key)
    }
}
