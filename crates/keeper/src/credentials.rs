//! The life of credentials: created, presented, listed, revoked, rotated.

use crate::credential::{Credential, OPERATOR, key_hash};
use crate::keeper::public_part;
use crate::keys::ServiceKeys;
use crate::ledger::LedgerAct;
use crate::log::{ActKind, Phase};
use crate::{GrantText, Keeper, KeeperError, Refusal};
use lethe_crypto::{ApiKey, MacKey};
use lethe_model::{Grant, Power, StoreId};
use lethe_store::Tx;
use lethe_store::keyring::credentials;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

/// All credentials, in memory: every request presents one.
pub(crate) struct Credentials {
    by_id: HashMap<String, Arc<Credential>>,
    by_hash: HashMap<[u8; 32], Arc<Credential>>,
}

impl Credentials {
    pub(crate) fn load(tx: &Tx<'_>, key: &MacKey) -> Result<Self, KeeperError> {
        let mut all = Self {
            by_id: HashMap::new(),
            by_hash: HashMap::new(),
        };
        for row in credentials::list(tx)? {
            let credential = Arc::new(Credential::from_row(&row, key)?);
            if let Some(hash) = credential.key_hash() {
                all.by_hash.insert(hash, Arc::clone(&credential));
            }
            all.by_id.insert(credential.id.clone(), credential);
        }
        Ok(all)
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<&Arc<Credential>> {
        self.by_id.get(id)
    }
}

impl Keeper {
    /// Says whose key this is.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unauthenticated`] for unknown, revoked and expired keys alike: whoever holds an
    /// old key learns nothing from trying it.
    pub fn authenticate(&self, secret: &ApiKey) -> Result<Arc<Credential>, Refusal> {
        let hash = {
            let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
            key_hash(&service.credentials, secret)
        };
        let credentials = self
            .credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let credential = credentials
            .by_hash
            .get(&hash)
            .ok_or(Refusal::Unauthenticated)?;
        let now_ms = self.around.clock.now_ms();
        let is_dead = credential.revoked_at_ms.is_some()
            || credential
                .grant
                .expires_at_ms
                .is_some_and(|expiry| expiry <= now_ms);
        if is_dead {
            Err(Refusal::Unauthenticated)
        } else {
            Ok(Arc::clone(credential))
        }
    }

    /// Returns the operator's credential for a store: for whoever opened the root key.
    pub fn operator(&self, store: StoreId) -> Option<Arc<Credential>> {
        let credentials = self
            .credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let mut all = credentials.by_id.values();
        all.find(|one| one.store == store && one.recipient == OPERATOR && one.key_hash().is_none())
            .cloned()
    }

    /// Logs that a credential reads the log's bodies, and returns the entry's index.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when it may not, or the log cannot be written.
    pub fn begin_audit(&self, by: &Credential) -> Result<u64, Refusal> {
        require(by, Power::Audit)?;
        self.append(public_part(
            ActKind::Audit,
            Phase::Act,
            by.store,
            &by.id,
            None,
        ))
    }

    /// Says who holds a credential.
    pub(crate) fn recipient_of(&self, id: &str) -> Option<String> {
        let credentials = self
            .credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        credentials.by_id(id).map(|one| one.recipient.clone())
    }

    /// Lists all credentials, oldest first.
    pub fn credentials(&self) -> Vec<Arc<Credential>> {
        let credentials = self
            .credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Arc<Credential>> = credentials.by_id.values().cloned().collect();
        all.sort_by_key(|one| (one.created_at_ms, one.id.clone()));
        all
    }

    /// Makes a key for a recipient. The secret is in the answer and nowhere else.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when `by` may not, or log or keyring cannot be written.
    pub fn create_credential(
        &self,
        by: &Credential,
        recipient: &str,
        grant: Grant,
    ) -> Result<(Arc<Credential>, ApiKey), Refusal> {
        require(by, Power::Keys)?;
        let random = &*self.around.random;
        let now_ms = self.around.clock.now_ms();
        let secret = ApiKey::generate(random);
        let id: String = random
            .bytes::<6>()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let id = format!("key_{id}");
        let (row, is_new_recipient) = {
            let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
            let hash = key_hash(&service.credentials, &secret);
            let credential = Credential::new(
                id.clone(),
                by.store,
                recipient.to_owned(),
                grant,
                now_ms,
                Some(hash),
            );
            let row = credential.to_row(&service.credentials);
            (row, service.token(by.store, recipient).is_none())
        };
        let detail = serde_json::json!({ "key": id, "grant": GrantText::from(&grant) });
        self.append(public_part(
            ActKind::KeyCreate,
            Phase::Act,
            by.store,
            &by.id,
            Some(detail),
        ))?;
        self.writer().write(|tx| -> Result<(), Refusal> {
            if is_new_recipient {
                ServiceKeys::create_recipient(tx, &self.root, by.store, recipient, now_ms, random)?;
            }
            credentials::insert(tx, &row)?;
            Ok(())
        })?;
        self.reload()
            .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))?;
        let credentials = self
            .credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let credential = credentials.by_id(&id).cloned().ok_or(Refusal::Gone)?;
        Ok((credential, secret))
    }

    /// Revokes a key: the next request with it is refused.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when there is no such living key in the caller's store.
    pub fn revoke_credential(&self, by: &Credential, id: &str) -> Result<Arc<Credential>, Refusal> {
        require(by, Power::Keys)?;
        let living = {
            let credentials = self
                .credentials
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            credentials.by_id(id).cloned()
        };
        let is_ours = |one: &Arc<Credential>| {
            one.store == by.store && one.revoked_at_ms.is_none() && one.key_hash().is_some()
        };
        let mut revoked = Credential::clone(&*living.filter(is_ours).ok_or(Refusal::Gone)?);
        let detail = serde_json::json!({ "key": id });
        self.append(public_part(
            ActKind::KeyRevoke,
            Phase::Act,
            by.store,
            &by.id,
            Some(detail),
        ))?;
        // A restored keyring does not know of it otherwise.
        self.note_in_ledger(vec![LedgerAct::Revoked { key: id.to_owned() }])?;
        let now_ms = self.around.clock.now_ms();
        revoked.revoked_at_ms = Some(now_ms);
        let mac = {
            let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
            revoked.to_row(&service.credentials).mac
        };
        self.writer()
            .write(|tx| -> Result<_, Refusal> { Ok(credentials::revoke(tx, id, now_ms, &mac)?) })?;
        self.reload()
            .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))?;
        Ok(Arc::new(revoked))
    }
}

/// Refuses a credential whose grant lacks a power.
pub(crate) fn require(credential: &Credential, power: Power) -> Result<(), Refusal> {
    if credential.may(power) {
        Ok(())
    } else {
        Err(Refusal::Power(power.name()))
    }
}
