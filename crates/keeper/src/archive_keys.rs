//! The archive's public keys, under a MAC: whoever could exchange one would read the archive.

use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use crate::{Credential, Keeper, Refusal};
use lethe_crypto::MacKey;
use lethe_model::Power;
use lethe_store::StoreError;
use lethe_store::keyring::archive_keys::{self, ArchiveKeyRow};

const LABEL: &[u8] = b"lethe-archive-key-v1";

/// A public key of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveKey {
    /// `year/2024` or `notification`.
    pub key_id: String,
    /// X25519.
    pub public_key: [u8; 32],
    /// Which ceremony made it.
    pub set_id: [u8; 16],
    /// When shares and data were last proved to open, Unix milliseconds.
    pub tested_at_ms: Option<i64>,
}

impl Keeper {
    /// Makes the public halves of new archive keys known.
    ///
    /// # Errors
    ///
    /// What grant, log and keyring say; when one of the keys is known already nothing is stored.
    pub fn register_archive_keys(
        &self,
        by: &Credential,
        keys: &[ArchiveKey],
    ) -> Result<(), Refusal> {
        self.permit(by, Power::Retention)?;
        let ids: Vec<&str> = keys.iter().map(|key| key.key_id.as_str()).collect();
        let detail = serde_json::json!({ "step": "keys", "keys": ids });
        self.append_archive(by, detail)?;
        let now_ms = self.around.clock.now_ms();
        let rows: Vec<ArchiveKeyRow> = {
            let service = self.service();
            let row = |key: &ArchiveKey| key.to_row(&service.credentials, now_ms);
            keys.iter().map(row).collect()
        };
        self.writer().write(|tx| -> Result<(), StoreError> {
            rows.iter()
                .try_for_each(|row| archive_keys::insert(tx, row))
        })?;
        Ok(())
    }

    /// Lists the archive's public keys by id.
    ///
    /// # Errors
    ///
    /// [`Refusal::KeyringUnavailable`] when a row is not what the keeper wrote.
    pub fn archive_keys(&self) -> Result<Vec<ArchiveKey>, Refusal> {
        let rows = self.reader().read(archive_keys::list)?;
        let service = self.service();
        rows.into_iter()
            .map(|row| {
                let key = ArchiveKey {
                    key_id: row.key_id.clone(),
                    public_key: row.public_key,
                    set_id: row.set_id,
                    tested_at_ms: row.tested_at,
                };
                if key.to_row(&service.credentials, row.created_at).mac == row.mac {
                    Ok(key)
                } else {
                    Err(Refusal::KeyringUnavailable(format!(
                        "archive key {} was exchanged in the keyring: restore the keyring from a backup, and treat it as an incident",
                        row.key_id
                    )))
                }
            })
            .collect()
    }

    /// Notes that shares and data of these keys were proved to open.
    ///
    /// # Errors
    ///
    /// What log and keyring say.
    pub fn note_archive_test(&self, by: &Credential, key_ids: &[String]) -> Result<(), Refusal> {
        self.append_archive(by, serde_json::json!({ "step": "test", "keys": key_ids }))?;
        let now_ms = self.around.clock.now_ms();
        self.writer().write(|tx| -> Result<(), StoreError> {
            key_ids
                .iter()
                .try_for_each(|id| archive_keys::tested(tx, id, now_ms))
        })?;
        Ok(())
    }

    /// Logs a step of the archive's life that concerns no single subject.
    ///
    /// # Errors
    ///
    /// What grant and log say.
    pub fn append_archive(
        &self,
        by: &Credential,
        detail: serde_json::Value,
    ) -> Result<u64, Refusal> {
        self.permit(by, Power::Retention)?;
        let (store, id) = (by.store, &by.id);
        self.append(public_part(
            ActKind::Archive,
            Phase::Act,
            store,
            id,
            Some(detail),
        ))
    }
}

impl ArchiveKey {
    fn to_row(&self, key: &MacKey, created_at: i64) -> ArchiveKeyRow {
        let id = self.key_id.as_bytes();
        ArchiveKeyRow {
            key_id: self.key_id.clone(),
            public_key: self.public_key,
            set_id: self.set_id,
            created_at,
            tested_at: self.tested_at_ms,
            mac: key.tag(&[LABEL, id, &self.public_key, &self.set_id]),
        }
    }
}
