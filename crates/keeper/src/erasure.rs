//! Erasure, the keeper's half: destroying the keys is what erases; the sealed bytes follow.

use crate::admission::commitments;
use crate::credentials::require;
use crate::keeper::public_part;
use crate::log::{ActKind, Body, Phase};
use crate::trace::IntentTrace;
use crate::{Credential, Keeper, Refusal};
use lethe_model::{FieldSet, Power, RecordId, StoreId, SubjectId};
use lethe_store::keyring::intents::IntentRow;
use lethe_store::keyring::{data_keys, intents, known_orders, lookups, subject_keys};
use lethe_store::{Database, StoreError};

/// Up to this size the keyring is compacted after every erasure: 64 MiB take about a second. Copies
/// of wrapped keys in unused parts of a larger one lose their meaning with the next rotation.
pub const COMPACTED_BYTES_MAX: u64 = 64 << 20;

/// Proof that an erasure's intent is in the log and its keys are destroyed.
#[derive(Debug)]
pub struct ErasurePermit {
    store: StoreId,
    credential: String,
    intent: [u8; 16],
    log_index: u64,
    /// How many data keys were destroyed.
    pub keys_destroyed: usize,
    /// How many look-up rows were removed.
    pub lookups_removed: usize,
    /// How many orders became tombstones.
    pub tombstones: usize,
    is_compacted: bool,
}

impl ErasurePermit {
    /// Says whether the keyring was too large to be compacted: a rotation then ends what is left.
    pub fn is_rotation_due(&self) -> bool {
        !self.is_compacted
    }
}

impl Keeper {
    /// Logs the intent, then destroys every key, look-up row and log key of the subjects, and the
    /// keys of the single records given.
    ///
    /// From the return of this function on the data cannot be opened; its rows must be removed
    /// next, and [`Keeper::finish_erasure`] called.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when a subject is unknown; otherwise what log and keyring say.
    pub fn begin_erasure(
        &self,
        credential: &Credential,
        subjects: &[SubjectId],
        records: &[RecordId],
    ) -> Result<ErasurePermit, Refusal> {
        // Whoever may manage keys may erase, until roles tell the two apart.
        require(credential, Power::Keys)?;
        // Traces of finished batches may hold this person's look-up hashes.
        self.forget_settled()?;
        let store = credential.store;
        let rows = self.reader().read(|tx| -> Result<Vec<_>, Refusal> {
            let fetch = |subject| subject_keys::fetch(tx, subject).map_err(Refusal::from);
            subjects
                .iter()
                .map(|subject| fetch(subject)?.ok_or(Refusal::Gone))
                .collect()
        })?;
        if rows.iter().any(|row| row.store != store) {
            return Err(Refusal::Gone);
        }
        let salt = self.around.random.bytes();
        let intent: [u8; 16] = self.around.random.bytes();
        let fields: Vec<_> = subjects.iter().map(|one| (*one, FieldSet::all())).collect();
        let commitments = commitments(&salt, &self.open_log_keys(&rows)?, &fields);
        let public = public_part(ActKind::Erase, Phase::Intent, store, &credential.id, None);
        let body = Body::new(salt, public, commitments);
        let now_ms = self.around.clock.now_ms();
        let log_index = self
            .admission()
            .log
            .append(now_ms, &[body], &*self.around.random)?;
        let trace = IntentTrace::Erase {
            store: store.0,
            subjects: subjects.iter().map(|one| *one.as_bytes()).collect(),
            records: records
                .iter()
                .map(|one| {
                    (
                        *one.subject.as_bytes(),
                        *one.order.as_bytes(),
                        one.category.number(),
                    )
                })
                .collect(),
        };
        let payload = trace.to_bytes();
        let mut permit = ErasurePermit {
            store,
            credential: credential.id.clone(),
            intent,
            log_index,
            keys_destroyed: 0,
            lookups_removed: 0,
            tombstones: 0,
            is_compacted: false,
        };
        let row_index = i64::try_from(log_index).unwrap_or(i64::MAX);
        self.writer().write(|tx| -> Result<(), StoreError> {
            intents::insert(
                tx,
                &IntentRow {
                    id: intent,
                    log_index: row_index,
                    payload,
                },
                now_ms,
            )?;
            for subject in subjects {
                permit.keys_destroyed += data_keys::delete_subject(tx, subject)?;
                permit.lookups_removed += lookups::delete_subject(tx, subject)?;
                permit.tombstones += known_orders::erase_subject(tx, subject, now_ms)?;
                subject_keys::delete(tx, subject)?;
            }
            for record in records {
                for key in data_keys::of_record(tx, record)? {
                    data_keys::delete(tx, record, key.generation)?;
                    permit.keys_destroyed += 1;
                }
            }
            Ok(())
        })?;
        Ok(permit)
    }

    /// Logs the outcome and clears the destroyed keys out of the write-ahead log.
    ///
    /// # Errors
    ///
    /// What log and keyring say; recovery ends the erasure then.
    pub fn finish_erasure(
        &self,
        permit: &mut ErasurePermit,
        counts: serde_json::Value,
    ) -> Result<u64, Refusal> {
        let (store, credential) = (permit.store, &permit.credential);
        let mut public = public_part(
            ActKind::Erase,
            Phase::Outcome,
            store,
            credential,
            Some(counts),
        );
        public.intent = Some(permit.log_index);
        let index = self.append(public)?;
        let mut writer = self.writer();
        // The intent goes last: a crash in between lets recovery clear the keys away again.
        permit.is_compacted = clear_destroyed(&mut writer)?;
        writer.write(|tx| intents::delete(tx, &permit.intent))?;
        Ok(index)
    }
}

/// Clears destroyed keys out of unused parts of the database and out of its write-ahead log. Says
/// whether the database was small enough for both.
pub(crate) fn clear_destroyed(writer: &mut Database) -> Result<bool, StoreError> {
    let is_compacted = writer.bytes()? <= COMPACTED_BYTES_MAX;
    if is_compacted {
        writer.compact()?;
    }
    writer.checkpoint()?;
    Ok(is_compacted)
}
