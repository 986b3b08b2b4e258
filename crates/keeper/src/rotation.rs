//! Rotation: a new key-encryption key, and every data key wrapped anew under it.
//!
//! The state is in the rows themselves (which epoch wraps each), so an interrupted rotation goes
//! on where it stopped. Sealed data is not touched.

use crate::keeper::public_part;
use crate::keys::{Epochs, data_key_context, log_key_context};
use crate::log::{ActKind, Phase};
use crate::{Credential, Keeper, KeeperError, Refusal};
use lethe_model::{Power, SubjectId};
use lethe_store::keyring::{data_keys, epochs, subject_keys};
use std::sync::PoisonError;

/// Rows wrapped anew in one transaction: short enough not to hold others up.
const STEP: i64 = 2_000;

/// How far a rotation has come.
#[derive(Debug, Clone, Copy)]
pub struct RotationProgress {
    /// Keys wrapped anew so far.
    pub done: u64,
    /// Data keys that were to be done when it began.
    pub total: u64,
}

/// What a rotation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationReport {
    /// The epoch that wraps from now on.
    pub epoch: i64,
    /// Whether an interrupted rotation was finished rather than a new one begun.
    pub was_resumed: bool,
    /// Keys wrapped anew.
    pub rewrapped: u64,
    /// Epochs destroyed.
    pub destroyed: u64,
}

impl Keeper {
    /// Rotates the key-encryption key, or finishes a rotation that was interrupted.
    ///
    /// # Errors
    ///
    /// What log and keyring say; nothing is lost, run it again to go on.
    pub fn rotate(
        &self,
        credential: &Credential,
        mut progress: impl FnMut(RotationProgress),
    ) -> Result<RotationReport, Refusal> {
        self.permit(credential, Power::Keys)?;
        let (was_resumed, epoch) = self.begin_epoch(credential)?;
        let total = self
            .reader()
            .read(|tx| data_keys::count_before(tx, epoch))?;
        let total = u64::try_from(total).unwrap_or(0);
        let mut done = 0;
        let mut step = |count: u64| {
            done += count;
            progress(RotationProgress { done, total });
        };
        // Again until nothing is left: an intake may have wrapped under the old epoch meanwhile.
        let destroyed = loop {
            self.rewrap_data_keys(epoch, &mut step)?;
            self.rewrap_log_keys(epoch, &mut step)?;
            if let Some(destroyed) = self.destroy_epochs_before(epoch)? {
                break destroyed;
            }
        };
        let detail = serde_json::json!({ "epoch": epoch, "rewrapped": done });
        self.append(public_part(
            ActKind::KeyRotation,
            Phase::Outcome,
            credential.store,
            &credential.id,
            Some(detail),
        ))?;
        Ok(RotationReport {
            epoch,
            was_resumed,
            rewrapped: done,
            destroyed,
        })
    }

    fn begin_epoch(&self, credential: &Credential) -> Result<(bool, i64), Refusal> {
        let (oldest, current) = {
            let epochs = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
            (epochs.oldest(), epochs.current())
        };
        if oldest < current {
            return Ok((true, current));
        }
        let epoch = current + 1;
        let detail = serde_json::json!({ "epoch": epoch });
        let (store, id) = (credential.store, &credential.id);
        self.append(public_part(
            ActKind::KeyRotation,
            Phase::Intent,
            store,
            id,
            Some(detail),
        ))?;
        let now_ms = self.around.clock.now_ms();
        let mut writer = self.writer();
        let loaded = writer.write_in_turn(|tx| -> Result<Epochs, KeeperError> {
            Epochs::begin(tx, &self.root, epoch, now_ms, &*self.around.random)?;
            Epochs::load(tx, &self.root)
        });
        let loaded = loaded.map_err(|error| Refusal::KeyringUnavailable(error.to_string()))?;
        *self.epochs.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok((false, epoch))
    }

    fn rewrap_data_keys(&self, epoch: i64, step: &mut impl FnMut(u64)) -> Result<(), Refusal> {
        let mut after = None;
        loop {
            let mut writer = self.writer();
            let epochs = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
            let rows = writer.write_in_turn(|tx| -> Result<_, Refusal> {
                let mut rows = data_keys::stale(tx, after.as_ref(), epoch, STEP)?;
                let mut nonces = vec![0; rows.len() * 12];
                self.around.random.fill(&mut nonces);
                for (row, nonce) in rows.iter_mut().zip(nonces.chunks_exact(12)) {
                    let context = data_key_context(&row.record, row.generation);
                    let key = epochs
                        .unwrap(row.epoch, &context, &row.wrapped)
                        .map_err(|_| altered("a data key"))?;
                    let nonce = nonce.try_into().expect("chunks of a nonce's length");
                    row.wrapped = epochs.wrap(&context, &key, nonce);
                    row.epoch = epochs.current();
                }
                data_keys::rewrap_many(tx, &rows)?;
                Ok(rows)
            })?;
            step(rows.len() as u64);
            match rows.into_iter().next_back() {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    fn rewrap_log_keys(&self, epoch: i64, step: &mut impl FnMut(u64)) -> Result<(), Refusal> {
        let mut after = SubjectId::from_bytes([0; 16]);
        loop {
            let mut writer = self.writer();
            let epochs = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
            let rows = writer.write_in_turn(|tx| -> Result<_, Refusal> {
                let mut rows = subject_keys::stale(tx, &after, epoch, STEP)?;
                let mut nonces = vec![0; rows.len() * 12];
                self.around.random.fill(&mut nonces);
                for (row, nonce) in rows.iter_mut().zip(nonces.chunks_exact(12)) {
                    let context = log_key_context(&row.subject, row.number, row.store);
                    let key = epochs
                        .unwrap(row.epoch, &context, &row.wrapped)
                        .map_err(|_| altered("a subject's log key"))?;
                    let nonce = nonce.try_into().expect("chunks of a nonce's length");
                    row.wrapped = epochs.wrap(&context, &key, nonce);
                    row.epoch = epochs.current();
                }
                subject_keys::rewrap_many(tx, &rows)?;
                Ok(rows)
            })?;
            step(rows.len() as u64);
            match rows.last() {
                Some(last) => after = last.subject,
                None => return Ok(()),
            }
        }
    }

    /// Destroys the earlier epochs once nothing hangs on them; `None` when something still does.
    fn destroy_epochs_before(&self, epoch: i64) -> Result<Option<u64>, Refusal> {
        let mut writer = self.writer();
        let nobody = SubjectId::from_bytes([0; 16]);
        let destroyed = writer.write_in_turn(|tx| -> Result<Option<u64>, Refusal> {
            let is_used = !data_keys::stale(tx, None, epoch, 1)?.is_empty()
                || !subject_keys::stale(tx, &nobody, epoch, 1)?.is_empty();
            if is_used {
                return Ok(None);
            }
            let earlier: Vec<i64> = epochs::list(tx)?
                .iter()
                .map(|row| row.epoch)
                .filter(|one| *one < epoch)
                .collect();
            for one in &earlier {
                epochs::delete(tx, *one)?;
            }
            Ok(Some(earlier.len() as u64))
        })?;
        if destroyed.is_some() {
            // The destroyed keys must not survive in the write-ahead log.
            writer.checkpoint()?;
            let loaded = writer
                .read(|tx| Epochs::load(tx, &self.root))
                .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))?;
            *self.epochs.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        }
        Ok(destroyed)
    }
}

fn altered(what: &str) -> Refusal {
    Refusal::KeyringUnavailable(format!(
        "{what} was altered in the keyring: restore it from a backup, and treat it as an incident"
    ))
}
