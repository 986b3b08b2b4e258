//! Adding a document to an order: a new version of the record that holds the order's documents.

use super::batch::{Intake, State};
use super::seal::{SealedBatch, seal_document};
use crate::Error;
use crate::documents::{AddedDocument, Document, DocumentList, Placed, files_field};
use crate::reveal::open_record;
use lethe_keeper::{Credential, IntakePermit, PlannedSubject, hex};
use lethe_model::{Category, FieldSet, OrderId, RecordId, SubjectId};
use lethe_store::StoreError;
use lethe_store::active::records::RecordRow;
use lethe_store::active::{orders, records};

impl Intake {
    /// Adds a document to an order, in the steps of a batch: intent, keys, rows, outcome.
    pub(crate) fn add_document(
        &self,
        credential: &Credential,
        (subject, order): (SubjectId, OrderId),
        document: Document,
    ) -> Result<AddedDocument, Error> {
        let state = &mut *self.lock()?;
        self.settle_earlier(state)?;
        let id = RecordId {
            subject,
            order,
            category: Category::Document,
        };
        let (row, earlier) = state.active.read(|tx| -> Result<_, StoreError> {
            let row = orders::fetch(tx, &subject, &order)?;
            Ok((row, records::fetch(tx, &id)?))
        })?;
        row.filter(|row| row.store == credential.store)
            .ok_or(Error::NotFound)?;
        let fields: FieldSet = [files_field()].into_iter().collect();
        let planned = PlannedSubject {
            subject,
            is_new: false,
            fields,
        };
        let permit = self.keeper().begin_intake(credential, &[planned])?;
        let mut list = match &earlier {
            None => DocumentList::default(),
            Some(row) => self.open_documents(&permit, row)?,
        };
        // What is refused or there already ends here: the log says that nothing was stored.
        let placed = match list.place(document) {
            Ok(placed) => placed,
            Err(refused) => {
                self.end_without(&permit)?;
                return Err(refused);
            }
        };
        let added = view(&placed, permit.log_index());
        if !added.is_new {
            self.end_without(&permit)?;
            return Ok(added);
        }
        let record = (Category::Document, vec![(files_field(), list.write())]);
        drop(list);
        let superseded = earlier.as_ref().map(|row| row.generation);
        let sealed = seal_document(credential.store, id, &record, superseded, self.random());
        self.write_document(state, &permit, &sealed)?;
        Ok(added)
    }

    fn write_document(
        &self,
        state: &mut State,
        permit: &IntakePermit,
        sealed: &SealedBatch,
    ) -> Result<(), Error> {
        let counts = serde_json::json!({ "documents": 1 });
        self.write(state, permit, sealed, None, counts)
    }

    fn open_documents(
        &self,
        permit: &IntakePermit,
        row: &RecordRow,
    ) -> Result<DocumentList, Error> {
        let wanted = [(permit.receipt(), std::slice::from_ref(&row.id))];
        let keys = self.keeper().data_keys(&wanted)?.remove(0)?.remove(0);
        let key = keys
            .iter()
            .find(|(generation, _)| *generation == row.generation)
            .ok_or(Error::NotFound)?;
        let opened = open_record(&key.1, row, [files_field()].into_iter().collect())?;
        match opened.first() {
            Some((_, value)) => DocumentList::read(value),
            None => Ok(DocumentList::default()),
        }
    }

    fn end_without(&self, permit: &IntakePermit) -> Result<(), Error> {
        let counts = serde_json::json!({ "documents": 0 });
        Ok(self.keeper().finish_intake(permit, counts)?)
    }
}

fn view(placed: &Placed<'_>, log_index: u64) -> AddedDocument {
    let Placed { document, is_new } = placed;
    AddedDocument {
        id: document.id.clone(),
        media_type: document.media_type,
        bytes: document.bytes.count(),
        sha256: hex(&document.sha256),
        is_new: *is_new,
        log_index,
    }
}
