//! Documents as issued: invoices and credit notes, kept byte for byte.
//!
//! The documents of an order are one record of the buyer's, like its address: sealed under a data key
//! of its own, sorted into the archive whole, destroyed with its key. They come in by the path of an
//! order ([`crate::intake`]) and leave by the path of every field ([`crate::reveal`]).

mod file;
mod list;
mod media;

pub use file::{Document, DocumentBytes, NewDocument};
pub use list::{DOCUMENT_BYTES_MAX, DOCUMENTS_BYTES_MAX, DOCUMENTS_MAX, documents_in};
pub(crate) use list::{DocumentList, Placed};
pub use media::MediaType;

use crate::reveal::{RevealQuery, Revealed};
use crate::{Error, Vault};
use lethe_crypto::{LookupKind, Token};
use lethe_keeper::Credential;
use lethe_model::normalise::clean_line;
use lethe_model::{Category, Field, FieldKind, OrderId, Personal, Purpose, SubjectId};
use lethe_store::keyring::known_orders::KnownOrder;
use std::sync::Arc;

/// What became of a document that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedDocument {
    /// Its id, by which it is fetched.
    pub id: String,
    /// What it is, by its content.
    pub media_type: MediaType,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// Whether the order did not have these bytes before.
    pub is_new: bool,
    /// Where the log announces it.
    pub log_index: u64,
}

/// The documents of an order, open.
#[derive(Debug)]
pub struct Documents {
    /// Where the log holds that they were opened.
    pub log_index: u64,
    /// In the order in which they were added. Never empty.
    pub items: Vec<Document>,
}

/// Returns the one field that holds documents.
pub(crate) fn files_field() -> Field {
    Field::of(Category::Document, FieldKind::Files).expect("the field exists")
}

impl Vault {
    /// Adds a document to an order of the active store. The same bytes again change nothing.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the order is not in the active store, [`Error::Invalid`] when the bytes
    /// are no PDF or XML or above a limit, and what grant, log and databases say.
    pub fn add_document(
        &self,
        credential: &Credential,
        token: &str,
        new: NewDocument,
    ) -> Result<AddedDocument, Error> {
        self.permit(credential, lethe_model::Power::Intake)?;
        let Token::Order(subject, order) = self.read_token(credential, token)? else {
            return Err(Error::invalid("token", "must be an order's (`ord_…`)"));
        };
        self.add(credential, (subject, order), new)
    }

    /// Adds a document to the order with this number.
    ///
    /// # Errors
    ///
    /// As [`Self::add_document`]; [`Error::Archived`] and [`Error::Erased`] when the order has left.
    pub fn add_document_by_number(
        &self,
        credential: &Credential,
        number: &Personal,
        new: NewDocument,
    ) -> Result<AddedDocument, Error> {
        self.permit(credential, lethe_model::Power::Intake)?;
        let number = clean_line(number).ok_or(Error::NotFound)?;
        let hash = self
            .keeper
            .intake_hash(credential.store, LookupKind::Order, &number)
            .ok_or(Error::NotFound)?;
        match self.keeper.intake_state(|known| known.order(&hash))? {
            Some(KnownOrder::Stored { subject, order, .. }) => {
                self.add(credential, (subject, order), new)
            }
            Some(KnownOrder::Archived { .. }) => Err(Error::Archived),
            Some(KnownOrder::Erased) => Err(Error::Erased),
            None => Err(Error::NotFound),
        }
    }

    fn add(
        &self,
        credential: &Credential,
        place: (SubjectId, OrderId),
        new: NewDocument,
    ) -> Result<AddedDocument, Error> {
        let document = new.check(&*self.around.random)?;
        self.intake.add_document(credential, place, document)
    }

    /// Opens the documents of an order: a reveal of the field `document.files`.
    ///
    /// # Errors
    ///
    /// As [`Self::reveal`]; [`Error::NotFound`] also when the order has no documents.
    pub fn documents(
        &self,
        credential: &Arc<Credential>,
        token: &str,
        purpose: Purpose,
    ) -> Result<Documents, Error> {
        let query = RevealQuery {
            fields: [files_field()].into_iter().collect(),
            purpose,
        };
        let Revealed { log_index, fields } = self.reveal(credential, token, query)?;
        let items = documents_in(&fields)?;
        if items.is_empty() {
            return Err(Error::NotFound);
        }
        Ok(Documents { log_index, items })
    }
}

impl Documents {
    /// Returns the document with this id; the others are dropped.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the order has none with this id.
    pub fn take(self, id: &str) -> Result<Document, Error> {
        let mut items = self.items.into_iter();
        items.find(|one| one.id == id).ok_or(Error::NotFound)
    }
}
