//! Derived keys at the vault: who made one, what is left of the grant, and which are revoked.

use crate::credential::Credential;
use crate::keeper::public_part;
use crate::keys::derivation_context;
use crate::ledger::LedgerAct;
use crate::log::{ActKind, Phase};
use crate::{Keeper, Refusal};
use lethe_crypto::{
    ApiKey, DerivedFingerprint, DerivedKey, KeyId, SecretKey, Token, Unopenable, unwrap_key,
    wrap_key,
};
use lethe_model::{Caveat, Power, Quota, Random};
use lethe_store::StoreError;
use lethe_store::keyring::credentials::{self, CredentialRow};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};

/// Revoked derived keys of one API key; beyond that the API key itself is to be replaced.
pub const REVOKED_DERIVED_MAX: usize = 1_000;

/// What a derived key adds to the credential of its parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// Its public name.
    pub fingerprint: DerivedFingerprint,
    /// The orders it is for; `None` when its caveats name none. Tokens that are none of its
    /// recipient's are left out: nobody can present them.
    pub orders: Option<Vec<Token>>,
    /// What its maker calls it.
    pub label: Option<String>,
}

impl Derived {
    /// Describes it for the log.
    pub(crate) fn detail(&self) -> serde_json::Map<String, serde_json::Value> {
        let mut detail = serde_json::Map::new();
        detail.insert("derived".to_owned(), self.fingerprint.to_string().into());
        if let Some(label) = &self.label {
            detail.insert("label".to_owned(), label.clone().into());
        }
        detail
    }
}

/// What a credential's row holds for the keys that derive from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Derivation {
    pub(crate) key_id: KeyId,
    /// The root of the derived keys under the root key.
    pub(crate) wrapped: Vec<u8>,
}

impl Derivation {
    pub(crate) fn of(
        secret: &ApiKey,
        credential: &str,
        root: &SecretKey,
        random: &dyn Random,
    ) -> Self {
        let context = derivation_context(credential);
        let nonce = random.bytes();
        Self {
            key_id: secret.key_id(),
            wrapped: wrap_key(root, &context, &secret.derivation_root(), nonce).to_vec(),
        }
    }

    pub(crate) fn from_row(row: &CredentialRow) -> Result<Option<Self>, Unopenable> {
        match (&row.derivation_id, &row.derivation_root) {
            (None, None) => Ok(None),
            (Some(id), Some(wrapped)) => Ok(Some(Self {
                key_id: id.as_slice().try_into().map_err(|_| Unopenable)?,
                wrapped: wrapped.clone(),
            })),
            _ => Err(Unopenable),
        }
    }
}

/// A derived key whose tag is right.
struct Verified {
    parent: Arc<Credential>,
    /// The names of every key on the way, its own last.
    steps: Vec<DerivedFingerprint>,
}

impl Keeper {
    /// Says whose derived key this is, what is left of the grant, and whether it may be used at all
    /// from there. The credential has its parent's id: quotas, usage and quarantine are shared.
    ///
    /// `from`: the address it came from; `None` over the Unix socket.
    ///
    /// # Errors
    ///
    /// [`Refusal::DerivedInvalid`] when it is no key of a living parent, or was revoked;
    /// [`Refusal::Expired`] when its own time is over; otherwise as for its parent.
    pub fn authenticate_derived(
        &self,
        key: &DerivedKey,
        from: Option<IpAddr>,
    ) -> Result<Arc<Credential>, Refusal> {
        let Verified { parent, steps } = self.verify_derived(key)?;
        let narrowed = self.narrow(&parent, key)?;
        self.check_derived(&parent, &narrowed, &steps, from)
            .and_then(|()| self.take_rates(&parent, key, &steps))
            .inspect_err(|refusal| self.log_denial(&narrowed, refusal, None))
            .map_err(|refusal| match refusal {
                Refusal::Revoked => Refusal::DerivedInvalid,
                other => other,
            })?;
        let now_ms = self.around.clock.now_ms();
        self.usage().presented(&parent.id, from, now_ms);
        Ok(Arc::new(narrowed))
    }

    /// Finds the parent of a derived key, if the key and the parent could be used now.
    pub fn living_parent(&self, key: &DerivedKey) -> Option<Arc<Credential>> {
        let Verified { parent, steps } = self.verify_derived(key).ok()?;
        let narrowed = self.narrow(&parent, key).ok()?;
        let now_ms = self.around.clock.now_ms();
        let expires_at_ms = narrowed.grant.expires_at_ms;
        let is_living = parent.revoked_at_ms.is_none()
            && expires_at_ms.is_none_or(|expiry| expiry > now_ms)
            && !is_revoked(&parent, &steps);
        is_living.then_some(parent)
    }

    fn verify_derived(&self, key: &DerivedKey) -> Result<Verified, Refusal> {
        let parent = {
            let credentials = self
                .credentials
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            credentials.by_key_id(key.key_id()).cloned()
        };
        let parent = parent.ok_or(Refusal::DerivedInvalid)?;
        let derivation = parent.derivation().ok_or(Refusal::DerivedInvalid)?;
        let context = derivation_context(&parent.id);
        let root = unwrap_key(&self.root, &context, &derivation.wrapped).map_err(|_| {
            let text =
                "a key's derivation root was altered in the keyring: treat it as an incident";
            Refusal::KeyringUnavailable(text.to_owned())
        })?;
        let steps = key.verify(&root).ok_or(Refusal::DerivedInvalid)?;
        Ok(Verified { parent, steps })
    }

    /// Applies the caveats to the parent's credential.
    fn narrow(&self, parent: &Credential, key: &DerivedKey) -> Result<Credential, Refusal> {
        let mut narrowed = parent.clone();
        let mut orders: Option<Vec<Token>> = None;
        let mut label = None;
        // Else a key of an hour could make itself one of a year.
        let lasting = Power::ALL.into_iter().filter(|one| *one != Power::Keys);
        narrowed.grant.powers = narrowed.grant.powers.and(lasting.collect());
        for caveat in key.caveats() {
            narrowed.grant = narrowed.grant.narrowed_by(caveat);
            match caveat {
                Caveat::Orders(tokens) => {
                    let key = self.token_key(parent).ok_or(Refusal::DerivedInvalid)?;
                    let named = tokens.iter().filter_map(|text| key.decode(text).ok());
                    let named: Vec<Token> = named.collect();
                    orders = Some(match orders {
                        None => named,
                        Some(before) => {
                            let both = before.into_iter().filter(|one| named.contains(one));
                            both.collect()
                        }
                    });
                }
                Caveat::Label(text) => label = Some(text.clone()),
                _ => {}
            }
        }
        // What an emergency adds is its own key's, not that of whoever derived from it.
        narrowed.broken = None;
        narrowed.derived = Some(Derived {
            fingerprint: key.fingerprint(),
            orders,
            label,
        });
        Ok(narrowed)
    }

    /// Its parent first, through the same door as when it comes itself.
    fn check_derived(
        &self,
        parent: &Credential,
        narrowed: &Credential,
        steps: &[DerivedFingerprint],
        from: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        self.check_holder(parent, from)
            .map_err(|refusal| match refusal {
                // Of the parent nothing is told: only the derived key's own end is.
                Refusal::Expired => Refusal::Revoked,
                other => other,
            })?;
        if is_revoked(parent, steps) {
            return Err(Refusal::Revoked);
        }
        self.check_holder(narrowed, from)
    }

    /// Counts a request against its parent's rate and against each rate on the way. A rate is
    /// shared by all keys that derive from the one it was given to: deriving on does not renew it.
    fn take_rates(
        &self,
        parent: &Credential,
        key: &DerivedKey,
        steps: &[DerivedFingerprint],
    ) -> Result<(), Refusal> {
        self.take_rate(&parent.id, &parent.grant.quota)?;
        for (caveat, step) in key.caveats().iter().zip(steps) {
            if let Caveat::RequestsPerSecond(rate) = caveat {
                let quota = Quota {
                    requests_per_second: Some(*rate),
                    ..Quota::default()
                };
                self.take_rate(&step.to_string(), &quota)?;
            }
        }
        Ok(())
    }

    /// Revokes one derived key, by its public name, with all that were derived from it. The next
    /// request with one of them is refused; their parent and other derived keys go on.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when there is no such living API key in the caller's store;
    /// [`Refusal::NotApprovable`] when too many of its derived keys are revoked already;
    /// [`Refusal`] when `by` may not, or log or ledger cannot be written.
    pub fn revoke_derived(
        &self,
        by: &Credential,
        key_id: &str,
        fingerprint: DerivedFingerprint,
    ) -> Result<Arc<Credential>, Refusal> {
        self.permit(by, Power::Keys)?;
        let mut parent = self.living_key(by, key_id)?;
        let name = fingerprint.to_string();
        let revoked = &mut parent.standing.revoked_derived;
        if revoked.contains(&name) {
            return Ok(Arc::new(parent));
        }
        if revoked.len() >= REVOKED_DERIVED_MAX {
            return Err(Refusal::NotApprovable(
                "this key has 1,000 revoked derived keys: replace it with `lethe key rotate`, which \
                 ends them all",
            ));
        }
        revoked.push(name.clone());
        let detail = serde_json::json!({ "key": key_id, "derived": name });
        self.append(public_part(
            ActKind::KeyRevoke,
            Phase::Act,
            by.store,
            &by.id,
            Some(detail),
        ))?;
        // A restored keyring does not know of it otherwise.
        self.note_in_ledger(vec![LedgerAct::RevokedDerived {
            key: key_id.to_owned(),
            fingerprint: name,
        }])?;
        self.write_credential(&parent)?;
        Ok(Arc::new(parent))
    }

    /// Revokes again, after a restore, what the ledger says was revoked.
    pub(crate) fn revoke_derived_again(
        &self,
        key_id: &str,
        fingerprint: &str,
    ) -> Result<usize, Refusal> {
        let living = self
            .current(key_id)
            .filter(|one| one.revoked_at_ms.is_none());
        let Some(living) = living else { return Ok(0) };
        let mut parent = Credential::clone(&living);
        let revoked = &mut parent.standing.revoked_derived;
        if revoked.iter().any(|one| one == fingerprint) {
            return Ok(0);
        }
        revoked.push(fingerprint.to_owned());
        let row = parent.to_row(&self.service().credentials);
        self.writer()
            .write(|tx| -> Result<_, StoreError> { credentials::update(tx, &row) })?;
        // The next line may be about the same key.
        self.finish_catching_up()?;
        Ok(1)
    }
}

fn is_revoked(parent: &Credential, steps: &[DerivedFingerprint]) -> bool {
    let revoked = &parent.standing.revoked_derived;
    !revoked.is_empty() && steps.iter().any(|step| revoked.contains(&step.to_string()))
}
