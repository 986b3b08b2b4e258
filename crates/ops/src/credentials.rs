//! API keys: made for a recipient, with fields, purposes, a daily quota of people and an expiry.

use crate::blast::{BlastRadius, Population};
use crate::{Error, Vault};
use lethe_crypto::{ApiKey, DerivedFingerprint, Token};
use lethe_keeper::{AccessSettings, Credential, GrantText, Quarantine, QuarantineReason, Refusal};
use lethe_model::{Grant, Power, Window};
use serde::Serialize;
use std::sync::Arc;

/// The longest life of a key: 366 days, in milliseconds.
const LIFE_MAX_MS: i64 = 366 * 24 * 60 * 60 * 1000;

/// A key to be made.
#[derive(Debug, Clone)]
pub struct NewCredential {
    /// Who will hold it: a system or a vendor, in lower-case letters, digits and dashes.
    pub recipient: String,
    /// What it may do. An expiry is demanded.
    pub grant: Grant,
}

/// A key that was just made.
#[derive(Debug)]
pub struct CreatedCredential {
    /// What it is.
    pub view: CredentialView,
    /// The secret. Shown once, kept nowhere.
    pub secret: ApiKey,
}

/// A key as it may be shown: everything but the secret.
#[derive(Debug, Clone, Serialize)]
pub struct CredentialView {
    /// Its public id.
    pub id: String,
    /// Who holds it.
    pub recipient: String,
    /// What it may do.
    pub grant: GrantText,
    /// Unix milliseconds.
    pub created_at_ms: i64,
    /// Unix milliseconds, once revoked.
    pub revoked_at_ms: Option<i64>,
    /// `active`, `quarantined`, `expired` or `revoked`.
    pub state: &'static str,
    /// Why it is in quarantine, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Quarantine>,
    /// When it was last presented, Unix milliseconds; `null`: never.
    pub last_used_ms: Option<i64>,
    /// Distinct people and guesses so far.
    pub people_used: PeopleUsed,
    /// What a thief of it could reveal.
    pub blast_radius: BlastRadius,
}

/// Distinct people and guesses that a credential has met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PeopleUsed {
    /// In the last 60 minutes.
    pub per_hour: u64,
    /// In the last 24 hours.
    pub per_day: u64,
    /// In the last 90 days.
    pub per_90_days: u64,
    /// In all.
    pub ever: u64,
}

impl From<[u64; 4]> for PeopleUsed {
    fn from([per_hour, per_day, per_90_days, ever]: [u64; 4]) -> Self {
        Self {
            per_hour,
            per_day,
            per_90_days,
            ever,
        }
    }
}

impl Vault {
    /// Makes a key.
    ///
    /// # Errors
    ///
    /// When the caller may not, or the grant is empty, endless or contradicts itself.
    pub fn create_credential(
        &self,
        by: &Credential,
        new: &NewCredential,
    ) -> Result<CreatedCredential, Error> {
        self.check_new(new)?;
        // Nobody hands out more than they hold; the operator holds the root key.
        if !by.is_operator() && !new.grant.within(&by.grant) {
            return Err(Refusal::Power("keys (a grant must not be wider than its maker's)").into());
        }
        let (credential, secret) =
            self.keeper
                .create_credential(by, &new.recipient, new.grant.clone())?;
        Ok(CreatedCredential {
            view: self.view_credential(&credential, &self.population(by.store)?),
            secret,
        })
    }

    pub(crate) fn check_new(&self, new: &NewCredential) -> Result<(), Error> {
        let name_is_good = (1..=40).contains(&new.recipient.len())
            && new
                .recipient
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !name_is_good || new.recipient == lethe_keeper::OPERATOR {
            return Err(Error::invalid(
                "recipient",
                "is 1 to 40 lower-case letters, digits and dashes, and not `operator`",
            ));
        }
        let grant = &new.grant;
        if grant.powers.contains(Power::Reveal) {
            if grant.fields.is_empty() {
                return Err(Error::invalid(
                    "fields",
                    "a key that may reveal needs at least one",
                ));
            }
            if grant.purposes.is_empty() {
                return Err(Error::invalid(
                    "purposes",
                    "a key that may reveal needs at least one",
                ));
            }
            let people = &grant.quota.people;
            let is_zero = |window| people.of(window) == Some(0);
            if people.day.is_none() || Window::ALL.into_iter().any(is_zero) {
                return Err(Error::invalid(
                    "people_per_day",
                    "must be there and at least 1; so must every other bound of people that is given",
                ));
            }
        } else if !grant.fields.is_empty() {
            return Err(Error::invalid(
                "fields",
                "a key without the power `reveal` has none",
            ));
        }
        if grant.powers.iter().next().is_none() {
            return Err(Error::invalid("powers", "a key needs at least one power"));
        }
        check_owner(grant.owner.as_deref())?;
        if grant.states.iter().next().is_none() {
            return Err(Error::invalid("states", "a key needs at least one"));
        }
        let now_ms = self.around.clock.now_ms();
        match grant.expires_at_ms {
            Some(expiry) if expiry <= now_ms => Err(Error::invalid(
                "expires",
                "lies in the past: give a later date",
            )),
            Some(expiry) if expiry - now_ms > LIFE_MAX_MS => Err(Error::invalid(
                "expires",
                "is more than a year away: at most P1Y is allowed",
            )),
            Some(_) => Ok(()),
            None => Err(Error::invalid(
                "expires",
                "every key must expire: give a date or period",
            )),
        }
    }

    /// Lists the keys of the caller's shop.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`.
    pub fn list_credentials(&self, by: &Credential) -> Result<Vec<CredentialView>, Error> {
        self.permit(by, Power::Keys)?;
        let all = self.keeper.credentials();
        let population = self.population(by.store)?;
        let own = all.iter().filter(|one| one.store == by.store);
        Ok(own
            .map(|one| self.view_credential(one, &population))
            .collect())
    }

    /// Revokes a key; the next request with it is refused.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such living key.
    pub fn revoke_credential(&self, by: &Credential, id: &str) -> Result<CredentialView, Error> {
        let revoked = match self.keeper.revoke_credential(by, id) {
            Err(Refusal::Gone) => {
                return Err(Error::invalid(
                    "id",
                    "names no living key: `lethe key list` shows them",
                ));
            }
            other => other?,
        };
        Ok(self.view_credential(&revoked, &self.population(by.store)?))
    }

    /// Revokes one key that was derived from a key, by its fingerprint (`dk_…`), with all that were
    /// derived from it. Whether such a key was ever made, only its maker knows.
    ///
    /// # Errors
    ///
    /// When the fingerprint is none, [`Error::Invalid`] when there is no such living key, and what
    /// grant, log and ledger say.
    pub fn revoke_derived(
        &self,
        by: &Credential,
        id: &str,
        fingerprint: &str,
    ) -> Result<CredentialView, Error> {
        let Some(fingerprint) = DerivedFingerprint::parse(fingerprint) else {
            return Err(Error::invalid(
                "fingerprint",
                "is `dk_` and 16 hexadecimal digits: `lethe key check` shows it, and so does the log",
            ));
        };
        let parent = match self.keeper.revoke_derived(by, id, fingerprint) {
            Err(Refusal::Gone) => {
                return Err(Error::invalid(
                    "id",
                    "names no living key: `lethe key list` shows them",
                ));
            }
            other => other?,
        };
        Ok(self.view_credential(&parent, &self.population(by.store)?))
    }

    /// Makes a successor with the same grant and recipient, then revokes the old key.
    ///
    /// # Errors
    ///
    /// As for making and revoking; when revoking fails, both keys live and the message says so.
    pub fn rotate_credential(
        &self,
        by: &Credential,
        id: &str,
        expires_at_ms: i64,
    ) -> Result<CreatedCredential, Error> {
        let all = self.keeper.credentials();
        let old: &Arc<Credential> = all
            .iter()
            .find(|one| one.id == id && one.store == by.store && one.revoked_at_ms.is_none())
            // A person's grant must not become a key that anybody can pass on.
            .filter(|one| !one.is_staff())
            .ok_or_else(|| {
                Error::invalid("id", "names no living key: `lethe key list` shows them")
            })?;
        let grant = Grant {
            expires_at_ms: Some(expires_at_ms),
            ..old.grant.clone()
        };
        let new = NewCredential {
            recipient: old.recipient.clone(),
            grant,
        };
        let created = self.create_credential(by, &new)?;
        self.revoke_credential(by, id)?;
        Ok(created)
    }

    /// Gives a key a narrower grant; the next request is measured by it.
    ///
    /// # Errors
    ///
    /// When the caller may not, there is no such living key, or the grant is wider in anything.
    pub fn narrow_credential(
        &self,
        by: &Credential,
        id: &str,
        grant: Grant,
    ) -> Result<CredentialView, Error> {
        self.permit(by, Power::Keys)?;
        let credential = self.living(by, id)?;
        if !grant.within(&credential.grant) {
            return Err(Error::invalid(
                "grant",
                "is wider than the key's own in something: this only narrows; make a new key instead",
            ));
        }
        let grant = Grant {
            owner: credential.grant.owner.clone(),
            ..grant
        };
        let new = NewCredential {
            recipient: credential.recipient.clone(),
            grant,
        };
        self.check_new(&new)?;
        let changed = self.keeper.change_grant(by, id, new.grant)?;
        Ok(self.view_credential(&changed, &self.population(by.store)?))
    }

    /// Puts a key in quarantine, or lets it go again: the latter is not its own owner's to do.
    ///
    /// # Errors
    ///
    /// When the caller may not, or there is no such living key.
    pub fn quarantine_credential(
        &self,
        by: &Credential,
        id: &str,
        is_held: bool,
    ) -> Result<CredentialView, Error> {
        self.permit(by, Power::Keys)?;
        let credential = self.living(by, id)?;
        let is_another = by.id != id && by.grant.owner != credential.grant.owner;
        if !is_held && !by.is_operator() && !is_another {
            return Err(Refusal::Power(
                "keys, held by somebody else: a key's holder does not release it",
            )
            .into());
        }
        let quarantine = is_held.then(|| Quarantine {
            reason: QuarantineReason::Operator,
            since_ms: self.around.clock.now_ms(),
            evidence: None,
        });
        let changed = self.keeper.quarantine(by, &credential.id, quarantine)?;
        Ok(self.view_credential(&changed, &self.population(by.store)?))
    }

    /// Returns the installation's own settings.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`.
    pub fn access_settings(&self, by: &Credential) -> Result<AccessSettings, Error> {
        self.permit(by, Power::Keys)?;
        Ok(AccessSettings::clone(&self.keeper.access()))
    }

    /// Sets them: only the operator may.
    ///
    /// # Errors
    ///
    /// When the caller is not the operator, or a network is malformed.
    pub fn set_access_settings(
        &self,
        by: &Credential,
        settings: AccessSettings,
    ) -> Result<(), Error> {
        if !by.is_operator() {
            return Err(Refusal::Power("operator: a key must not loosen what bounds it").into());
        }
        match settings.browsers() {
            None => {
                return Err(Error::invalid(
                    "browsers_from",
                    "holds a text that is no network",
                ));
            }
            Some(networks) if !settings.browsers_from.is_empty() && networks.are_anywhere() => {
                return Err(Error::invalid(
                    "browsers_from",
                    "covers every address: name the networks of the browser tool",
                ));
            }
            Some(_) => {}
        }
        Ok(self.keeper.set_access(by, settings)?)
    }

    /// Finds a living key of the caller's shop.
    pub(crate) fn living(&self, by: &Credential, id: &str) -> Result<Arc<Credential>, Error> {
        let all = self.keeper.credentials();
        all.into_iter()
            .find(|one| {
                one.id == id
                    && one.store == by.store
                    && one.revoked_at_ms.is_none()
                    && !one.is_operator()
            })
            .ok_or_else(|| Error::invalid("id", "names no living key: `lethe key list` shows them"))
    }

    pub(crate) fn view_credential(
        &self,
        credential: &Credential,
        population: &Population,
    ) -> CredentialView {
        let state = self.state_of(credential);
        CredentialView {
            id: credential.id.clone(),
            recipient: credential.recipient.clone(),
            grant: GrantText::from(&credential.grant),
            created_at_ms: credential.created_at_ms,
            revoked_at_ms: credential.revoked_at_ms,
            state,
            quarantine: credential.standing.quarantine.clone(),
            last_used_ms: self.keeper.usage_of(credential).last_ms,
            people_used: self.keeper.quota_used(credential).into(),
            blast_radius: self.radius_of(credential, population, state == "active"),
        }
    }

    pub(crate) fn state_of(&self, credential: &Credential) -> &'static str {
        let expires_at_ms = credential.grant.expires_at_ms;
        let now_ms = self.around.clock.now_ms();
        if credential.revoked_at_ms.is_some() {
            "revoked"
        } else if expires_at_ms.is_some_and(|expiry| expiry <= now_ms) {
            "expired"
        } else if credential.standing.quarantine.is_some() {
            "quarantined"
        } else {
            "active"
        }
    }

    /// Says whether a credential may do something that takes a power; a refusal is in the log.
    pub(crate) fn permit(&self, by: &Credential, power: Power) -> Result<(), Error> {
        Ok(self.keeper.permit(by, power)?)
    }

    /// As [`Self::permit`], for an act that concerns this order or subject alone; reads its token.
    pub(crate) fn permit_on(
        &self,
        by: &Credential,
        power: Power,
        token: &str,
    ) -> Result<Token, Error> {
        let read = self.read_token(by, token);
        match &read {
            Ok(token) => self.keeper.permit_on(by, power, *token)?,
            // What cannot be read is about nothing: the power is demanded all the same.
            Err(_) => self.keeper.permit(by, power)?,
        }
        read
    }
}

/// Demands somebody who answers for a key. A name, not an address: it stands in the log.
fn check_owner(owner: Option<&str>) -> Result<(), Error> {
    let is_good = |name: &str| {
        let is_fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
        (1..=40).contains(&name.len()) && name.bytes().all(is_fine)
    };
    match owner {
        Some(name) if is_good(name) => Ok(()),
        Some(_) => Err(Error::invalid(
            "owner",
            "is 1 to 40 lower-case letters, digits, dots, dashes and underscores: a name or a team, not an address",
        )),
        None => Err(Error::invalid(
            "owner",
            "every key needs somebody who answers for it: give a name or a team",
        )),
    }
}
