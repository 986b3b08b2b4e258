//! The life of credentials: created, presented, listed, revoked, rotated.

use crate::credential::{Credential, OPERATOR, key_hash};
use crate::derived::Derivation;
use crate::keeper::public_part;
use crate::keys::ServiceKeys;
use crate::ledger::LedgerAct;
use crate::log::{ActKind, Phase};
use crate::{BreakGlass, GrantText, Keeper, KeeperError, Quarantine, Refusal, Throttle};
use lethe_crypto::{ApiKey, KeyId, MacKey};
use lethe_model::{Bounds, Grant, Power, Quota, StoreId};
use lethe_store::Tx;
use lethe_store::keyring::credentials;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};

/// All credentials, in memory: every request presents one.
pub(crate) struct Credentials {
    by_id: HashMap<String, Arc<Credential>>,
    by_hash: HashMap<[u8; 32], Arc<Credential>>,
    /// Parents of derived keys.
    by_key_id: HashMap<KeyId, Arc<Credential>>,
    /// What all living keys of an owner may meet together: as much as the widest of them.
    owners: HashMap<(StoreId, String), Bounds>,
    /// Every emergency there was.
    break_glasses: Vec<(StoreId, BreakGlass)>,
}

impl Credentials {
    pub(crate) fn load(tx: &Tx<'_>, key: &MacKey) -> Result<Self, KeeperError> {
        let mut all = Self {
            by_id: HashMap::new(),
            by_hash: HashMap::new(),
            by_key_id: HashMap::new(),
            owners: HashMap::new(),
            break_glasses: BreakGlass::load(tx, key)?,
        };
        for row in credentials::list(tx)? {
            let mut credential = Credential::from_row(&row, key)?;
            // The latest: an earlier one has ended.
            let own = all.break_glasses.iter().map(|(_, one)| one);
            let latest = own
                .filter(|one| one.key == credential.id)
                .max_by_key(|one| one.opened_at_ms);
            credential.broken = latest.and_then(BreakGlass::broken);
            let credential = Arc::new(credential);
            if let Some(hash) = credential.key_hash() {
                all.by_hash.insert(hash, Arc::clone(&credential));
            }
            if let Some(derivation) = credential.derivation() {
                all.by_key_id
                    .insert(derivation.key_id, Arc::clone(&credential));
            }
            if let Some(owner) = &credential.grant.owner
                && credential.revoked_at_ms.is_none()
            {
                let people = &credential.grant.quota.people;
                all.owners
                    .entry((credential.store, owner.clone()))
                    .and_modify(|bounds| *bounds = bounds.widened_by(people))
                    .or_insert(*people);
            }
            all.by_id.insert(credential.id.clone(), credential);
        }
        Ok(all)
    }

    pub(crate) fn break_glasses(&self) -> &[(StoreId, BreakGlass)] {
        &self.break_glasses
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<&Arc<Credential>> {
        self.by_id.get(id)
    }

    pub(crate) fn by_key_id(&self, id: &KeyId) -> Option<&Arc<Credential>> {
        self.by_key_id.get(id)
    }
}

impl Keeper {
    /// Says whose key this is, and whether it may be used at all from there.
    ///
    /// `from`: the address it came from; `None` over the Unix socket.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unauthenticated`] for unknown, revoked and expired keys alike: whoever holds an
    /// old key learns nothing from trying it. [`Refusal::Network`], [`Refusal::Quarantined`] and
    /// [`Refusal::Rate`] for a living one.
    pub fn authenticate(
        &self,
        secret: &ApiKey,
        from: Option<IpAddr>,
    ) -> Result<Arc<Credential>, Refusal> {
        let credential = self.holder_of(secret).ok_or(Refusal::Unauthenticated)?;
        self.check_holder(&credential, from)
            .and_then(|()| self.take_rate(&credential.id, &credential.grant.quota))
            .inspect_err(|refusal| self.log_denial(&credential, refusal, None))
            .map_err(|refusal| match refusal {
                Refusal::Revoked | Refusal::Expired => Refusal::Unauthenticated,
                other => other,
            })?;
        let now_ms = self.around.clock.now_ms();
        self.usage().presented(&credential.id, from, now_ms);
        Ok(credential)
    }

    /// Finds the credential of a key that is neither revoked nor expired.
    pub fn living_holder(&self, secret: &ApiKey) -> Option<Arc<Credential>> {
        let now_ms = self.around.clock.now_ms();
        self.holder_of(secret).filter(|one| {
            let expires_at_ms = one.grant.expires_at_ms;
            one.revoked_at_ms.is_none() && expires_at_ms.is_none_or(|expiry| expiry > now_ms)
        })
    }

    /// Finds the credential of a key that is not revoked: an expired one is found, too.
    pub fn unrevoked_holder(&self, secret: &ApiKey) -> Option<Arc<Credential>> {
        self.holder_of(secret)
            .filter(|one| one.revoked_at_ms.is_none())
    }

    /// Finds the credential of a key, dead or alive.
    pub(crate) fn holder_of(&self, secret: &ApiKey) -> Option<Arc<Credential>> {
        let hash = {
            let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
            key_hash(&service.credentials, secret)
        };
        let credentials = self
            .credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        credentials.by_hash.get(&hash).cloned()
    }

    /// Refuses whoever may do nothing at all: dead, held back, or from elsewhere.
    pub(crate) fn check_holder(
        &self,
        credential: &Credential,
        from: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        let now_ms = self.around.clock.now_ms();
        let grant = &credential.grant;
        if credential.revoked_at_ms.is_some() {
            return Err(Refusal::Revoked);
        }
        if grant.expires_at_ms.is_some_and(|expiry| expiry <= now_ms) {
            return Err(Refusal::Expired);
        }
        if !grant.networks.allow(from) {
            return Err(Refusal::Network);
        }
        if let Some(quarantine) = &credential.standing.quarantine {
            return Err(Refusal::Quarantined(quarantine.reason.sentence()));
        }
        Ok(())
    }

    /// Counts a request; refuses it when there were too many within a second.
    pub(crate) fn take_rate(&self, bucket: &str, quota: &Quota) -> Result<(), Refusal> {
        let Some(rate) = quota.requests_per_second else {
            return Ok(());
        };
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        rates.take(bucket, rate, self.around.clock.now_ms())
    }

    /// Returns what all keys of a credential's owner may meet together.
    pub(crate) fn owner_bounds(&self, credential: &Credential) -> Bounds {
        let Some(owner) = &credential.grant.owner else {
            return Bounds::default();
        };
        let credentials = self
            .credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let bounds = credentials.owners.get(&(credential.store, owner.clone()));
        // As wide as the widest key, also while an emergency widens that one.
        let own = &credential.grant.quota.people;
        bounds.copied().unwrap_or_default().widened_by(own)
    }

    /// Looks a credential up as it stands now.
    pub fn current(&self, id: &str) -> Option<Arc<Credential>> {
        let credentials = self
            .credentials
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        credentials.by_id(id).cloned()
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
        self.permit(by, Power::Audit)?;
        self.append(public_part(
            ActKind::Audit,
            Phase::Act,
            by.store,
            &by.id,
            None,
        ))
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
        self.permit(by, Power::Keys)?;
        let random = &*self.around.random;
        let now_ms = self.around.clock.now_ms();
        let secret = ApiKey::generate(random);
        let id: String = random
            .bytes::<6>()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let id = format!("key_{id}");
        let grant_text = GrantText::from(&grant);
        let (row, is_new_recipient) = {
            let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
            let hash = key_hash(&service.credentials, &secret);
            let derivation = Derivation::of(&secret, &id, &self.root, random);
            let credential = Credential::new(
                id.clone(),
                by.store,
                recipient.to_owned(),
                grant,
                now_ms,
                Some((hash, derivation)),
            );
            let row = credential.to_row(&service.credentials);
            (row, service.token(by.store, recipient).is_none())
        };
        let detail = serde_json::json!({ "key": id, "grant": grant_text });
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
        self.permit(by, Power::Keys)?;
        let revoked = self.living_key(by, id)?;
        self.end_credential(by, revoked)
    }

    /// Finds a living key, or a person's credential, of the caller's store.
    pub(crate) fn living_key(&self, by: &Credential, id: &str) -> Result<Credential, Refusal> {
        let is_ours = |one: &Arc<Credential>| {
            one.store == by.store && one.revoked_at_ms.is_none() && !one.is_operator()
        };
        let living = self.current(id).filter(is_ours).ok_or(Refusal::Gone)?;
        Ok(Credential::clone(&living))
    }

    /// Revokes whatever key is shown: possession is proof enough to end it.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when it is no living key; [`Refusal`] when log or ledger cannot be written.
    pub fn revoke_leaked(&self, secret: &ApiKey) -> Result<Arc<Credential>, Refusal> {
        let holder = self.holder_of(secret).ok_or(Refusal::Gone)?;
        if holder.revoked_at_ms.is_some() {
            return Err(Refusal::Gone);
        }
        self.end_credential(&holder, Credential::clone(&holder))
    }

    pub(crate) fn end_credential(
        &self,
        by: &Credential,
        mut revoked: Credential,
    ) -> Result<Arc<Credential>, Refusal> {
        let id = revoked.id.clone();
        let detail = serde_json::json!({ "key": id });
        self.append(public_part(
            ActKind::KeyRevoke,
            Phase::Act,
            by.store,
            &by.id,
            Some(detail),
        ))?;
        // A restored keyring does not know of it otherwise.
        self.note_in_ledger(vec![LedgerAct::Revoked { key: id }])?;
        revoked.revoked_at_ms = Some(self.around.clock.now_ms());
        self.write_credential(&revoked)?;
        Ok(Arc::new(revoked))
    }

    /// Holds a key back, or lets it go again (`None`): the next request with it is refused.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when there is no such living credential; [`Refusal`] when the log cannot be
    /// written: then it is not held back.
    pub fn quarantine(
        &self,
        by: &Credential,
        id: &str,
        quarantine: Option<Quarantine>,
    ) -> Result<Arc<Credential>, Refusal> {
        let living = self
            .current(id)
            .filter(|one| one.store == by.store && one.revoked_at_ms.is_none())
            .filter(|one| !one.is_operator())
            .ok_or(Refusal::Gone)?;
        let mut changed = Credential::clone(&living);
        changed.standing.quarantine = quarantine;
        if changed.standing.quarantine.is_none() {
            changed.standing.throttle = None;
        }
        self.change_standing(by, &living, changed)
    }

    /// Lets a credential meet nobody new for a while, or lifts that (`None`).
    pub(crate) fn throttle(
        &self,
        by: &Credential,
        id: &str,
        throttle: Option<Throttle>,
    ) -> Result<Arc<Credential>, Refusal> {
        let living = self
            .current(id)
            .filter(|one| one.revoked_at_ms.is_none())
            .ok_or(Refusal::Gone)?;
        let mut changed = Credential::clone(&living);
        changed.standing.throttle = throttle;
        self.change_standing(by, &living, changed)
    }

    fn change_standing(
        &self,
        by: &Credential,
        living: &Arc<Credential>,
        changed: Credential,
    ) -> Result<Arc<Credential>, Refusal> {
        if changed == **living {
            return Ok(Arc::clone(living));
        }
        let id = &changed.id;
        let detail = match &changed.standing.quarantine {
            Some(one) => serde_json::json!({ "key": id, "quarantined": one }),
            None if changed.standing.throttle.is_some() => {
                serde_json::json!({ "key": id, "throttled": changed.standing.throttle })
            }
            None => serde_json::json!({ "key": id, "released": true }),
        };
        self.write_change(by, changed, detail)
    }

    /// Gives a key another grant.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when there is no such living key; [`Refusal`] when `by` may not, or the log
    /// cannot be written.
    pub fn change_grant(
        &self,
        by: &Credential,
        id: &str,
        grant: Grant,
    ) -> Result<Arc<Credential>, Refusal> {
        self.permit(by, Power::Keys)?;
        let mut changed = self.living_key(by, id)?;
        changed.grant = grant;
        let detail = serde_json::json!({ "key": id, "grant": GrantText::from(&changed.grant) });
        self.write_change(by, changed, detail)
    }

    /// Logs a change of a credential, then makes it.
    fn write_change(
        &self,
        by: &Credential,
        changed: Credential,
        detail: serde_json::Value,
    ) -> Result<Arc<Credential>, Refusal> {
        let (act, phase) = (ActKind::KeyChange, Phase::Act);
        self.append(public_part(act, phase, by.store, &by.id, Some(detail)))?;
        self.write_credential(&changed)?;
        Ok(Arc::new(changed))
    }

    /// Writes a changed credential's row, and uses it from now on.
    pub(crate) fn write_credential(&self, changed: &Credential) -> Result<(), Refusal> {
        let row = {
            let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
            changed.to_row(&service.credentials)
        };
        self.writer()
            .write_retrying(|tx| -> Result<_, Refusal> { Ok(credentials::update(tx, &row)?) })?;
        self.reload()
            .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))
    }
}
