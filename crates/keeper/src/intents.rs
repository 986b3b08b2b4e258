//! Intents: what an act that changes things has begun, kept until its end is certain.

use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use crate::{Keeper, OPERATOR, Refusal};
use lethe_crypto::LookupHash;
use lethe_model::{Category, OrderId, RecordId, StoreId, SubjectId};
use lethe_store::keyring::{data_keys, intents, known_orders, lookups, subject_keys};
use lethe_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use std::sync::PoisonError;

/// What an act wrote to the keyring, so that it can be finished or undone. Ids and hashes only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntentTrace {
    /// A batch of orders and customers.
    Intake {
        /// The store.
        store: i64,
        /// Records with their new generation, and the generation it replaces.
        records: Vec<([u8; 16], [u8; 16], u8, u32, Option<u32>)>,
        /// Subjects that are new.
        subjects: Vec<[u8; 16]>,
        /// Ways to subjects that are new.
        lookups: Vec<(LookupHash, [u8; 16])>,
        /// Orders that are new.
        orders: Vec<LookupHash>,
        /// Orders of which this is a new version.
        renewed: Vec<LookupHash>,
        /// Records that nothing replaces, with their generation.
        obsolete: Vec<([u8; 16], [u8; 16], u8, u32)>,
    },
    /// The erasure of subjects, with the gifts they sent.
    Erase {
        /// The store.
        store: i64,
        /// Subjects that are erased.
        subjects: Vec<[u8; 16]>,
        /// Single records that go with them.
        records: Vec<([u8; 16], [u8; 16], u8)>,
    },
}

/// An intent that is still open.
#[derive(Debug, Clone)]
pub struct OpenIntent {
    /// Its random id.
    pub id: [u8; 16],
    /// Where the log announces it.
    pub log_index: u64,
    /// What it wrote.
    pub trace: IntentTrace,
}

impl Keeper {
    /// Lists the intents a crash left open.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn open_intents(&self) -> Result<Vec<OpenIntent>, Refusal> {
        let rows = self.reader().read(intents::list)?;
        let damaged = || {
            Refusal::KeyringUnavailable(
                "an open intent in the keyring is damaged: restore the keyring from a backup"
                    .into(),
            )
        };
        rows.into_iter()
            .map(|row| {
                let trace = serde_json::from_slice(&row.payload).map_err(|_| damaged())?;
                let log_index = u64::try_from(row.log_index).map_err(|_| damaged())?;
                Ok(OpenIntent {
                    id: row.id,
                    log_index,
                    trace,
                })
            })
            .collect()
    }

    /// Ends an intent after a crash: the outcome is logged, then the keyring follows what the
    /// active store holds.
    ///
    /// # Errors
    ///
    /// What log and keyring say; calling again is harmless.
    pub fn settle_after_crash(&self, intent: &OpenIntent, is_stored: bool) -> Result<(), Refusal> {
        let store = match &intent.trace {
            IntentTrace::Intake { store, .. } | IntentTrace::Erase { store, .. } => *store,
        };
        let outcome = if is_stored {
            "completed"
        } else {
            "rolled-back"
        };
        let detail = serde_json::json!({ "outcome": outcome });
        let mut public = public_part(
            ActKind::Recovery,
            Phase::Outcome,
            StoreId(store),
            OPERATOR,
            Some(detail),
        );
        public.intent = Some(intent.log_index);
        self.append(public)?;
        self.writer().write(|tx| -> Result<(), StoreError> {
            match (&intent.trace, is_stored) {
                (trace @ IntentTrace::Intake { .. }, true) => remove_superseded(tx, trace)?,
                (trace @ IntentTrace::Intake { .. }, false) => undo_intake(tx, trace)?,
                (IntentTrace::Erase { .. }, _) => {}
            }
            intents::delete(tx, &intent.id)
        })?;
        Ok(())
    }

    /// Notes that an intent's outcome is logged; its row goes with the next write.
    pub(crate) fn settle(&self, id: [u8; 16]) {
        self.settled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(id);
    }

    /// Removes the rows of intents that have ended. Returns their ids for the active store.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn forget_settled(&self) -> Result<Vec<[u8; 16]>, Refusal> {
        let settled =
            std::mem::take(&mut *self.settled.lock().unwrap_or_else(PoisonError::into_inner));
        if !settled.is_empty() {
            self.writer()
                .write(|tx| settled.iter().try_for_each(|id| finish(tx, id)))?;
        }
        Ok(settled)
    }
}

/// Ends an intent whose act is complete: replaced keys are destroyed, the row goes.
pub(crate) fn finish(tx: &Tx<'_>, id: &[u8; 16]) -> Result<(), StoreError> {
    for row in intents::list(tx)?.into_iter().filter(|row| row.id == *id) {
        let trace = serde_json::from_slice(&row.payload)
            .map_err(|_| StoreError::Inconsistent { table: "intents" })?;
        remove_superseded(tx, &trace)?;
    }
    intents::delete(tx, id)
}

fn remove_superseded(tx: &Tx<'_>, trace: &IntentTrace) -> Result<(), StoreError> {
    let IntentTrace::Intake {
        records, obsolete, ..
    } = trace
    else {
        return Ok(());
    };
    for (subject, order, category, _, superseded) in records {
        if let Some(generation) = superseded {
            data_keys::delete(tx, &record_id(subject, order, *category)?, *generation)?;
        }
    }
    for (subject, order, category, generation) in obsolete {
        data_keys::delete(tx, &record_id(subject, order, *category)?, *generation)?;
    }
    Ok(())
}

fn undo_intake(tx: &Tx<'_>, trace: &IntentTrace) -> Result<(), StoreError> {
    let IntentTrace::Intake {
        records,
        subjects,
        lookups,
        orders,
        renewed,
        ..
    } = trace
    else {
        return Ok(());
    };
    for (subject, order, category, generation, _) in records {
        data_keys::delete(tx, &record_id(subject, order, *category)?, *generation)?;
    }
    for (hash, subject) in lookups {
        lookups::delete(tx, hash, &SubjectId::from_bytes(*subject))?;
    }
    for subject in subjects {
        subject_keys::delete(tx, &SubjectId::from_bytes(*subject))?;
    }
    for hash in orders {
        known_orders::delete(tx, hash)?;
    }
    for hash in renewed {
        // Without a digest the next delivery of this order counts as new.
        known_orders::renew(tx, hash, None, None)?;
    }
    Ok(())
}

pub(crate) fn record_id(
    subject: &[u8; 16],
    order: &[u8; 16],
    category: u8,
) -> Result<RecordId, StoreError> {
    Ok(RecordId {
        subject: SubjectId::from_bytes(*subject),
        order: OrderId::from_bytes(*order),
        category: Category::from_number(category.into())
            .ok_or(StoreError::Inconsistent { table: "intents" })?,
    })
}
