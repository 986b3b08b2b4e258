//! API keys: made for a recipient, with fields, purposes, a daily quota of people and an expiry.

use crate::{Error, Vault};
use lethe_crypto::ApiKey;
use lethe_keeper::{Credential, GrantText, Refusal};
use lethe_model::{Grant, Power};
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
    /// `active`, `expired` or `revoked`.
    pub state: &'static str,
    /// Distinct people and guesses in the last 24 hours.
    pub people_used: u32,
    /// Its blast radius: people it could reveal if it were stolen now and used for 24 hours.
    pub people_reachable_24h: u64,
    /// The same until it expires.
    pub people_reachable_until_expiry: u64,
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
        self.check_new(by, new)?;
        let (credential, secret) = self
            .keeper
            .create_credential(by, &new.recipient, new.grant)?;
        Ok(CreatedCredential {
            view: self.view_credential(&credential)?,
            secret,
        })
    }

    fn check_new(&self, by: &Credential, new: &NewCredential) -> Result<(), Error> {
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
            if grant.people_per_day == 0 {
                return Err(Error::invalid("people_per_day", "must be at least 1"));
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
        // Nobody hands out more than they hold; the operator holds the root key.
        let is_more = grant.people_per_day > by.grant.people_per_day
            || by
                .grant
                .expires_at_ms
                .is_some_and(|end| grant.expires_at_ms > Some(end));
        if (is_more && !by.is_operator())
            || !by.grant.fields.covers(grant.fields)
            || grant
                .purposes
                .iter()
                .any(|one| !by.grant.purposes.contains(one))
            || grant
                .powers
                .iter()
                .any(|one| !by.grant.powers.contains(one))
        {
            return Err(Refusal::Power("keys (a grant must not be wider than its maker's)").into());
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
        if !by.grant.powers.contains(Power::Keys) {
            return Err(Refusal::Power(Power::Keys.name()).into());
        }
        let all = self.keeper.credentials();
        let own = all.iter().filter(|one| one.store == by.store);
        own.map(|one| self.view_credential(one)).collect()
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
        self.view_credential(&revoked)
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
            .ok_or_else(|| {
                Error::invalid("id", "names no living key: `lethe key list` shows them")
            })?;
        let grant = Grant {
            expires_at_ms: Some(expires_at_ms),
            ..old.grant
        };
        let new = NewCredential {
            recipient: old.recipient.clone(),
            grant,
        };
        let created = self.create_credential(by, &new)?;
        self.revoke_credential(by, id)?;
        Ok(created)
    }

    fn view_credential(&self, credential: &Credential) -> Result<CredentialView, Error> {
        let now_ms = self.around.clock.now_ms();
        let people = self.people_count(credential.store)?;
        let grant = &credential.grant;
        let is_expired = grant.expires_at_ms.is_some_and(|expiry| expiry <= now_ms);
        let state = match (credential.revoked_at_ms, is_expired) {
            (Some(_), _) => "revoked",
            (None, true) => "expired",
            (None, false) => "active",
        };
        let can_reveal = state == "active" && grant.powers.contains(Power::Reveal);
        // Whoever makes keys can make another when one is used up.
        let is_unbounded = state == "active" && grant.powers.contains(Power::Keys);
        let per_day = u64::from(grant.people_per_day);
        let days_left = grant.expires_at_ms.map_or(u64::MAX, |expiry| {
            u64::try_from((expiry - now_ms).max(0) / 86_400_000 + 1).unwrap_or(u64::MAX)
        });
        let used = self.keeper.quota_used(credential);
        let reach = |bound: u64| match (is_unbounded, can_reveal) {
            (true, _) => people,
            (false, true) => people.min(bound),
            (false, false) => 0,
        };
        Ok(CredentialView {
            id: credential.id.clone(),
            recipient: credential.recipient.clone(),
            grant: GrantText::from(grant),
            created_at_ms: credential.created_at_ms,
            revoked_at_ms: credential.revoked_at_ms,
            state,
            people_used: used,
            // Those already in the window can be read again for free, on top of a day's quota.
            people_reachable_24h: reach(per_day + u64::from(used)),
            people_reachable_until_expiry: reach(
                per_day
                    .saturating_mul(days_left)
                    .saturating_add(u64::from(used)),
            ),
        })
    }
}
