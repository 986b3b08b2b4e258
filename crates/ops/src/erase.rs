//! Erasure of a subject: keys first, then bytes. What opens nothing any more is already gone.

use crate::{Error, Vault};
use lethe_crypto::Token;
use lethe_keeper::Credential;
use lethe_model::{OrderId, RecordId, SubjectId};
use lethe_store::active::{orders, records};
use lethe_store::{Database, StoreError};
use serde::Serialize;

/// What an erasure did.
#[derive(Debug, Clone, Serialize)]
pub struct ErasureReport {
    /// Subjects erased: the person, and recipients known only through this person's gifts.
    pub subjects: usize,
    /// Data keys destroyed: each ends the meaning of a record, in every copy without that key.
    pub keys_destroyed: usize,
    /// Sealed records removed.
    pub records_removed: usize,
    /// Look-up rows removed.
    pub lookups_removed: usize,
    /// Orders whose number stays as a tombstone, so that no import brings them back.
    pub tombstones: usize,
    /// Whether copies of the destroyed, wrapped keys may lie in unused parts of a keyring too large to
    /// be compacted at once: they lose their meaning with the next `lethe rotate`.
    pub is_rotation_due: bool,
    /// Where the log holds the outcome.
    pub log_index: u64,
}

/// What one erasure is about.
struct Plan {
    subjects: Vec<SubjectId>,
    records: Vec<RecordId>,
}

impl Vault {
    /// Erases the person behind a token: all orders, records, look-up rows and log openings.
    ///
    /// It does not weigh retention duties: accounting law may demand that invoices are kept.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the token is not this caller's or its person was erased before.
    pub fn erase(&self, credential: &Credential, token: &str) -> Result<ErasureReport, Error> {
        let subject = match self.read_token(credential, token)? {
            Token::Subject(subject) | Token::Order(subject, _) => subject,
        };
        let state = &mut *self.intake.lock();
        self.intake.settle_earlier(state)?;
        let plan = plan(&mut state.active, subject)?;
        let mut permit = match self
            .keeper
            .begin_erasure(credential, &plan.subjects, &plan.records)
        {
            Err(lethe_keeper::Refusal::Gone) => return Err(Error::NotFound),
            other => other?,
        };
        // From here on the person is gone, whatever fails: what is left to do is done later then.
        state.is_unsettled = true;
        let subjects: Vec<[u8; 16]> = plan.subjects.iter().map(|one| *one.as_bytes()).collect();
        let single: Vec<_> = plan
            .records
            .iter()
            .map(|one| {
                (
                    *one.subject.as_bytes(),
                    *one.order.as_bytes(),
                    one.category.number(),
                )
            })
            .collect();
        let records_removed = erase_data(&mut state.active, &subjects, &single)?;
        let counts = serde_json::json!({
            "outcome": "completed",
            "keys_destroyed": permit.keys_destroyed,
            "records_removed": records_removed,
            "tombstones": permit.tombstones,
        });
        let log_index = self.keeper.finish_erasure(&mut permit, counts)?;
        state.is_unsettled = false;
        self.keeper.publish_log()?;
        Ok(ErasureReport {
            subjects: plan.subjects.len(),
            keys_destroyed: permit.keys_destroyed,
            records_removed,
            lookups_removed: permit.lookups_removed,
            tombstones: permit.tombstones,
            is_rotation_due: permit.is_rotation_due(),
            log_index,
        })
    }
}

/// A recipient who is known only through this buyer's gifts goes with the buyer; of another, only
/// the parcels go.
fn plan(active: &mut Database, subject: SubjectId) -> Result<Plan, StoreError> {
    active.read(|tx| {
        let mut plan = Plan {
            subjects: vec![subject],
            records: Vec::new(),
        };
        let gifts: Vec<(OrderId, SubjectId)> = orders::of_subject(tx, &subject)?
            .into_iter()
            .filter_map(|order| Some((order.order, order.recipient?)))
            .collect();
        for (_, recipient) in &gifts {
            if plan.subjects.contains(recipient) {
                continue;
            }
            let is_of_gift = |id: &RecordId| {
                gifts
                    .iter()
                    .any(|(order, to)| *order == id.order && *to == id.subject)
            };
            let rows = records::of_subject(tx, recipient)?;
            let (of_gifts, others): (Vec<_>, Vec<_>) =
                rows.iter().map(|row| row.id).partition(is_of_gift);
            if others.is_empty() && orders::of_subject(tx, recipient)?.is_empty() {
                plan.subjects.push(*recipient);
            } else {
                let new = of_gifts.into_iter().filter(|id| !plan.records.contains(id));
                let new: Vec<RecordId> = new.collect();
                plan.records.extend(new);
            }
        }
        Ok(plan)
    })
}

/// Removes the sealed bytes of erased subjects; harmless to repeat. Returns how many records went.
pub(crate) fn erase_data(
    active: &mut Database,
    subjects: &[[u8; 16]],
    single: &[([u8; 16], [u8; 16], u8)],
) -> Result<usize, StoreError> {
    let removed = active.write(|tx| -> Result<usize, StoreError> {
        let mut removed = single.len();
        for subject in subjects {
            let subject = SubjectId::from_bytes(*subject);
            removed += records::delete_subject(tx, &subject)?;
            orders::delete_subject(tx, &subject)?;
        }
        for (subject, order, category) in single {
            let category = lethe_model::Category::from_number((*category).into())
                .ok_or(StoreError::Inconsistent { table: "records" })?;
            let (subject, order) = (SubjectId::from_bytes(*subject), OrderId::from_bytes(*order));
            records::delete(
                tx,
                &RecordId {
                    subject,
                    order,
                    category,
                },
            )?;
        }
        Ok(removed)
    })?;
    active.checkpoint()?;
    Ok(removed)
}
