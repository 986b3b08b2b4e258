//! Widening a grant: a key is given more than it has. Two others approve it.

use crate::credentials::{CredentialView, NewCredential};
use crate::{Error, Vault};
use lethe_keeper::{Credential, GrantText, ProposalKind, Refusal};
use lethe_model::{
    Bounds, FieldSet, Grant, Networks, OrderState, OrderStates, Power, PowerSet, Purpose,
    PurposeSet, Quota,
};
use serde::Serialize;

/// What a key is given beyond what it has. Bounds, networks and expiry replace those it has.
#[derive(Debug, Clone, Default)]
pub struct Widening {
    /// Fields to add.
    pub fields: FieldSet,
    /// Purposes to add.
    pub purposes: Vec<Purpose>,
    /// Powers to add.
    pub powers: Vec<Power>,
    /// States of orders to add.
    pub states: Vec<OrderState>,
    /// Bounds; an absent one stays.
    pub quota: Quota,
    /// Networks.
    pub networks: Option<Networks>,
    /// Unix milliseconds.
    pub expires_at_ms: Option<i64>,
}

/// A key whose grant was changed.
#[derive(Debug, Clone, Serialize)]
pub struct ChangedCredential {
    /// The key as it is now.
    pub key: CredentialView,
    /// Said when one person was enough for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<&'static str>,
}

impl Widening {
    /// Returns a grant with what is added.
    pub fn of(&self, grant: &Grant) -> Grant {
        let purposes: PurposeSet = grant.purposes.iter().chain(self.purposes.clone()).collect();
        let powers: PowerSet = grant.powers.iter().chain(self.powers.clone()).collect();
        let states: OrderStates = grant.states.iter().chain(self.states.clone()).collect();
        let (new, old) = (&self.quota, &grant.quota);
        Grant {
            fields: grant.fields.union(self.fields),
            purposes,
            powers,
            states,
            quota: Quota {
                people: replaced(&new.people, &old.people),
                values: replaced(&new.values, &old.values),
                requests_per_second: new.requests_per_second.or(old.requests_per_second),
            },
            networks: self
                .networks
                .clone()
                .unwrap_or_else(|| grant.networks.clone()),
            expires_at_ms: self.expires_at_ms.or(grant.expires_at_ms),
            owner: grant.owner.clone(),
        }
    }
}

fn replaced(new: &Bounds, old: &Bounds) -> Bounds {
    Bounds {
        hour: new.hour.or(old.hour),
        day: new.day.or(old.day),
        quarter: new.quarter.or(old.quarter),
        ever: new.ever.or(old.ever),
    }
}

impl Vault {
    /// Gives a key more than it has. Where two others could approve it, it is asked for first; asked
    /// for again in the same words once they have, it is done.
    ///
    /// # Errors
    ///
    /// [`Error::ApprovalNeeded`] while it waits. When there is no such living key, the grant would be
    /// no wider, or wider than the caller's own; otherwise what grant, log and keyring say.
    pub fn widen_credential(
        &self,
        by: &Credential,
        id: &str,
        widening: &Widening,
        reason: &str,
    ) -> Result<ChangedCredential, Error> {
        self.permit(by, Power::Keys)?;
        let all = self.keeper.credentials();
        let is_ours = |one: &Credential| {
            one.id == id
                && one.store == by.store
                && one.revoked_at_ms.is_none()
                && !one.is_operator()
        };
        let key = all.iter().find(|one| is_ours(one)).ok_or_else(|| {
            Error::invalid("id", "names no living key: `lethe key list` shows them")
        })?;
        let after = widening.of(&key.grant);
        if after.within(&key.grant) {
            let text = "would have no more than it has: name what is to be added";
            return Err(Error::invalid("grant", text));
        }
        self.check_new(&NewCredential {
            recipient: key.recipient.clone(),
            grant: after.clone(),
        })?;
        // Nobody hands out more than they hold; the operator holds the root key.
        if !by.is_operator() && !after.within(&by.grant) {
            return Err(Refusal::Power("keys (a grant must not be wider than its maker's)").into());
        }
        let frozen = serde_json::json!({
            "key": key.id,
            "recipient": key.recipient,
            "before": GrantText::from(&key.grant),
            "after": GrantText::from(&after),
        });
        let control = self.control(by, ProposalKind::GrantWidening, &frozen, reason)?;
        let changed = self.keeper.change_grant(by, id, after)?;
        Ok(ChangedCredential {
            key: self.view_credential(&changed, &self.population(by.store)?),
            warning: control.warning(),
        })
    }
}
