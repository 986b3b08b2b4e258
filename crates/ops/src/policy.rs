//! The retention policy: which is in force, adopting a new one, explaining it for one order.

use crate::retention::facts;
use crate::{Error, Vault};
use jiff::Timestamp;
use lethe_crypto::Token;
use lethe_keeper::{AdoptedPolicy, Credential, Keeper, ProposalKind, hex};
use lethe_model::{Category, StoreId};
use lethe_policy::{Clock, Explanation, Policy, PolicyDiff};
use lethe_store::active::{contacts, events, orders};
use serde::Serialize;
use std::sync::{Arc, PoisonError, RwLock};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The adopted policies, newest last, each with the moment from which it may destroy.
pub(crate) struct Policies(RwLock<Vec<(i64, Arc<Policy>)>>);

/// A policy as it is listed.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyView {
    /// Its number.
    pub id: i64,
    /// The merchant's own label.
    pub revision: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The credential that adopted it.
    pub adopted_by: String,
    /// When.
    pub adopted_at: Timestamp,
    /// From when on it may destroy.
    pub effective_at: Timestamp,
    /// Whether it is the one that is applied now.
    pub is_in_force: bool,
    /// The file.
    pub text: String,
}

/// What adopting a policy came to.
#[derive(Debug, Clone, Serialize)]
pub struct Adoption {
    /// The policy.
    pub policy: PolicyView,
    /// What changes.
    pub diff: PolicyDiff,
    /// Said when it destroys something earlier and one person was enough for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<&'static str>,
}

/// Which rules apply to an order, and what follows.
#[derive(Debug, Clone, Serialize)]
pub struct OrderExplanation {
    /// The policy's label.
    pub revision: String,
    /// One explanation per kind of record.
    pub categories: Vec<Explanation>,
}

impl Policies {
    /// Reads the adopted policies; a folder of an earlier release begins with the default.
    pub(crate) fn load(keeper: &Keeper) -> Result<Self, Error> {
        if keeper.policies()?.is_empty() {
            keeper.begin_policy(Policy::DEFAULT_TEXT)?;
        }
        let policies = Self(RwLock::new(Vec::new()));
        policies.reload(keeper)?;
        Ok(policies)
    }

    pub(crate) fn reload(&self, keeper: &Keeper) -> Result<(), Error> {
        let parse = |row: &AdoptedPolicy| -> Result<_, Error> {
            Ok((row.effective_at_ms, Arc::new(Policy::parse(&row.text)?)))
        };
        let parsed: Vec<_> = keeper
            .policies()?
            .iter()
            .map(parse)
            .collect::<Result<_, _>>()?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = parsed;
        Ok(())
    }

    /// Returns the policy in force: the newest that is effective.
    pub(crate) fn in_force(&self, now_ms: i64) -> Arc<Policy> {
        let policies = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let effective = policies.iter().rev().find(|(from, _)| *from <= now_ms);
        // The first policy is effective from the beginning; a clock before that changes nothing.
        let (_, policy) = effective.or(policies.first()).expect("there is always one");
        Arc::clone(policy)
    }
}

impl Vault {
    /// Returns the policy in force.
    pub fn policy(&self) -> Arc<Policy> {
        self.policies.in_force(self.around.clock.now_ms())
    }

    /// Adopts a policy. One that destroys anything earlier than the policy before waits as long as
    /// that one says, so that an edited file is noticed before it does harm; and where two others could
    /// approve it, it is asked for first, and adopted when it is asked for again once they have.
    ///
    /// # Errors
    ///
    /// [`Error::ApprovalNeeded`] while it waits for them. When the text is no policy, or what grant, log, ledger and keyring say.
    pub fn adopt_policy(&self, credential: &Credential, text: &str) -> Result<Adoption, Error> {
        let newer = Policy::parse(text)?;
        let before = self.policy();
        let diff = before.diff(&newer);
        let warning = match diff.destroys_earlier {
            true => self.control_loosening(credential, &before, &newer, &diff)?,
            false => None,
        };
        let now_ms = self.around.clock.now_ms();
        let delay = i64::from(before.safety().shorter_policy_delay_days) * DAY_MS;
        let effective_at_ms = now_ms + if diff.destroys_earlier { delay } else { 0 };
        let detail = serde_json::json!({
            "revision": newer.revision(),
            "sha256": hex(&newer.hash()),
            "destroys_earlier": diff.destroys_earlier,
            "effective_at_ms": effective_at_ms,
        });
        let adopted = self
            .keeper
            .adopt_policy(credential, text, detail, effective_at_ms)?;
        self.policies.reload(&self.keeper)?;
        Ok(Adoption {
            policy: self.view(&adopted)?,
            diff,
            warning,
        })
    }

    fn control_loosening(
        &self,
        credential: &Credential,
        before: &Policy,
        newer: &Policy,
        diff: &PolicyDiff,
    ) -> Result<Option<&'static str>, Error> {
        let changes = diff.to_string();
        let frozen = serde_json::json!({
            "revision": newer.revision(),
            "sha256": hex(&newer.hash()),
            "before_sha256": hex(&before.hash()),
            "changes": changes.lines().collect::<Vec<_>>(),
        });
        let (kind, reason) = (ProposalKind::PolicyLoosening, "destroys something earlier");
        let control = self.control(credential, kind, &frozen, reason)?;
        Ok(control.warning())
    }

    /// Lists the adopted policies, oldest first.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn list_policies(&self) -> Result<Vec<PolicyView>, Error> {
        let adopted = self.keeper.policies()?;
        adopted.iter().map(|one| self.view(one)).collect()
    }

    fn view(&self, adopted: &AdoptedPolicy) -> Result<PolicyView, Error> {
        let policy = Policy::parse(&adopted.text)?;
        Ok(PolicyView {
            id: adopted.id,
            revision: policy.revision().to_owned(),
            sha256: hex(&policy.hash()),
            adopted_by: adopted.adopted_by.clone(),
            adopted_at: timestamp(adopted.adopted_at_ms),
            effective_at: timestamp(adopted.effective_at_ms),
            is_in_force: policy.hash() == self.policy().hash(),
            text: adopted.text.clone(),
        })
    }

    /// Explains what the policy in force does with an order, or with an account, and why.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the token leads to nothing in the active store.
    pub fn explain(&self, credential: &Credential, token: &str) -> Result<OrderExplanation, Error> {
        let token = self.permit_on(credential, lethe_model::Power::List, token)?;
        let policy = self.policy();
        let today = policy.today(self.around.clock.now());
        let store = self.store_name(credential.store)?;
        let categories = match token {
            Token::Order(subject, order) => {
                let found = self.read_active(|tx| {
                    let row = orders::fetch(tx, &subject, &order)?;
                    Ok((row, events::of_order(tx, &subject, &order)?))
                })?;
                let row = found.0.ok_or(Error::NotFound)?;
                let clock = facts::order_clock(&row, &found.1);
                let explain = |category: &Category| {
                    policy.explain(store, *category, Clock::Order(&clock), today)
                };
                facts::ORDER_CATEGORIES.iter().map(explain).collect()
            }
            Token::Subject(subject) => {
                let row = self.read_active(|tx| contacts::fetch(tx, &subject))?;
                let clock = facts::account_clock(&row.ok_or(Error::NotFound)?);
                let clock = Clock::Account(&clock);
                vec![policy.explain(store, Category::Account, clock, today)]
            }
        };
        Ok(OrderExplanation {
            revision: policy.revision().to_owned(),
            categories,
        })
    }

    pub(crate) fn store_name(&self, store: StoreId) -> Result<&str, Error> {
        let found = self.stores().iter().find(|row| row.id == store);
        found.map(|row| row.name.as_str()).ok_or(Error::NotFound)
    }
}

/// Reads a stored moment.
pub(crate) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}
