//! Intents: what an act that changes things has begun, kept until its end is certain.

use crate::disposal::{clear_destroyed, undo_moves};
use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use crate::trace::{IntakeTrace, IntentTrace, TracedKey};
use crate::{Keeper, OPERATOR, Refusal};
use lethe_model::{Category, OrderId, RecordId, StoreId, SubjectId};
use lethe_store::keyring::{data_keys, intents, known_orders, lookups, subject_keys};
use lethe_store::{StoreError, Tx};
use std::sync::PoisonError;

/// An intent that is still open.
#[derive(Debug, Clone)]
pub struct OpenIntent {
    /// Its random id.
    pub id: [u8; 16],
    /// The log that announces it; `None`: this vault's own.
    pub origin: Option<String>,
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
                let trace = IntentTrace::from_bytes(&row.payload).ok_or_else(damaged)?;
                let log_index = u64::try_from(row.log_index).map_err(|_| damaged())?;
                let is_own = row.origin.is_empty() || row.origin == self.log_origin();
                Ok(OpenIntent {
                    id: row.id,
                    origin: (!is_own).then_some(row.origin),
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
        let store = intent.trace.store();
        let outcome = if is_stored {
            "completed"
        } else {
            "rolled-back"
        };
        match &intent.origin {
            None => self.log_outcome(intent.log_index, store, outcome)?,
            Some(origin) => self.log_outcome_for(origin, intent.log_index, store, outcome)?,
        }
        let mut writer = self.writer();
        if let (IntentTrace::Disposal(_), true) = (&intent.trace, is_stored) {
            clear_destroyed(&mut writer)?;
        }
        writer.write_in_turn(|tx| -> Result<(), StoreError> {
            match &intent.trace {
                IntentTrace::Intake(trace) if is_stored => remove(tx, &trace.superseded)?,
                IntentTrace::Intake(trace) => undo_intake(tx, trace)?,
                IntentTrace::Disposal(_) if is_stored => {}
                IntentTrace::Disposal(trace) => undo_moves(tx, trace)?,
            }
            intents::delete(tx, &intent.id)
        })?;
        Ok(())
    }

    /// Logs the end of acts that a crash interrupted before they wrote anything.
    ///
    /// To be called once all open intents are settled: what is still announced then never began.
    ///
    /// # Errors
    ///
    /// What the log says.
    pub fn settle_never_begun(&self) -> Result<(), Refusal> {
        let announced = std::mem::take(
            &mut *self
                .announced
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        announced
            .into_iter()
            .try_for_each(|index| self.log_outcome(index, 0, "never-begun"))
    }

    /// Logs how an interrupted act ended.
    fn log_outcome(&self, index: u64, store: i64, outcome: &str) -> Result<(), Refusal> {
        let detail = serde_json::json!({ "outcome": outcome });
        let store = StoreId(store);
        let mut public = public_part(
            ActKind::Recovery,
            Phase::Outcome,
            store,
            OPERATOR,
            Some(detail),
        );
        public.intent = Some(index);
        self.append(public)?;
        self.announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&index);
        Ok(())
    }

    /// Logs how an act ended that another log announces, for a vault that is gone.
    fn log_outcome_for(
        &self,
        origin: &str,
        index: u64,
        store: i64,
        outcome: &str,
    ) -> Result<(), Refusal> {
        let detail = serde_json::json!({ "outcome": outcome, "of": origin, "intent": index });
        let (act, phase) = (ActKind::Recovery, Phase::Outcome);
        let public = public_part(act, phase, StoreId(store), OPERATOR, Some(detail));
        self.append(public).map(drop)
    }

    /// Logs that an announced batch was given up before it wrote anything.
    pub(crate) fn abandon(&self, index: u64, store: i64) {
        // When even the log cannot be written, the next start logs it.
        drop(self.log_outcome(index, store, "abandoned"));
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
                .write_in_turn(|tx| settled.iter().try_for_each(|id| finish(tx, id)))?;
        }
        Ok(settled)
    }
}

/// Ends an intent whose act is complete: replaced keys are destroyed, the row goes.
pub(crate) fn finish(tx: &Tx<'_>, id: &[u8; 16]) -> Result<(), StoreError> {
    for row in intents::list(tx)?.into_iter().filter(|row| row.id == *id) {
        let trace = IntentTrace::from_bytes(&row.payload)
            .ok_or(StoreError::Inconsistent { table: "intents" })?;
        if let IntentTrace::Intake(trace) = trace {
            remove(tx, &trace.superseded)?;
        }
    }
    intents::delete(tx, id)
}

fn remove(tx: &Tx<'_>, keys: &[TracedKey]) -> Result<(), StoreError> {
    keys.iter()
        .try_for_each(|(subject, order, category, generation)| {
            data_keys::delete(tx, &record_id(subject, order, *category)?, *generation)
        })
}

fn undo_intake(tx: &Tx<'_>, trace: &IntakeTrace) -> Result<(), StoreError> {
    remove(tx, &trace.added)?;
    for (hash, subject) in &trace.lookups {
        lookups::delete(tx, hash, &SubjectId::from_bytes(*subject))?;
    }
    for subject in &trace.subjects {
        subject_keys::delete(tx, &SubjectId::from_bytes(*subject))?;
    }
    for hash in &trace.orders {
        known_orders::delete(tx, hash)?;
    }
    for hash in &trace.renewed {
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
