//! Retention policies: adopted ones are kept under a MAC, so that an edited row or file changes
//! nothing by itself.

use crate::keeper::public_part;
use crate::ledger::LedgerAct;
use crate::log::{ActKind, Phase};
use crate::{Credential, Keeper, OPERATOR, Refusal};
use lethe_crypto::MacKey;
use lethe_model::{Power, StoreId};
use lethe_store::keyring::policies::{self, PolicyRow};

const LABEL: &[u8] = b"lethe-policy-v1";

/// An adopted policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedPolicy {
    /// 1, 2, 3, …
    pub id: i64,
    /// The file as it was adopted.
    pub text: String,
    /// The credential that adopted it.
    pub adopted_by: String,
    /// Unix milliseconds.
    pub adopted_at_ms: i64,
    /// From when on it may destroy, Unix milliseconds.
    pub effective_at_ms: i64,
}

impl Keeper {
    /// Adopts a policy. The access log and the ledger hold it first.
    ///
    /// # Errors
    ///
    /// What grant, log, ledger and keyring say.
    pub fn adopt_policy(
        &self,
        by: &Credential,
        text: &str,
        detail: serde_json::Value,
        effective_at_ms: i64,
    ) -> Result<AdoptedPolicy, Refusal> {
        self.permit(by, Power::Retention)?;
        self.append(public_part(
            ActKind::Policy,
            Phase::Act,
            by.store,
            &by.id,
            Some(detail),
        ))?;
        let now_ms = self.around.clock.now_ms();
        self.store_policy(text, &by.id, now_ms, effective_at_ms)
    }

    /// Stores the policy a new installation begins with.
    ///
    /// # Errors
    ///
    /// What log, ledger and keyring say.
    pub fn begin_policy(&self, text: &str) -> Result<AdoptedPolicy, Refusal> {
        let detail = serde_json::json!({ "policy": 1 });
        self.append(public_part(
            ActKind::Policy,
            Phase::Act,
            StoreId(0),
            OPERATOR,
            Some(detail),
        ))?;
        let now_ms = self.around.clock.now_ms();
        self.store_policy(text, OPERATOR, now_ms, now_ms)
    }

    fn store_policy(
        &self,
        text: &str,
        by: &str,
        now_ms: i64,
        effective_at_ms: i64,
    ) -> Result<AdoptedPolicy, Refusal> {
        let id = self.policies()?.last().map_or(1, |last| last.id + 1);
        let policy = AdoptedPolicy {
            id,
            text: text.to_owned(),
            adopted_by: by.to_owned(),
            adopted_at_ms: now_ms,
            effective_at_ms,
        };
        self.note_in_ledger(vec![LedgerAct::Policy {
            policy: id,
            text: text.to_owned(),
            adopted_by: by.to_owned(),
            effective_at: effective_at_ms,
        }])?;
        let row = policy.to_row(&self.service().credentials);
        self.writer().write(|tx| policies::insert(tx, &row))?;
        Ok(policy)
    }

    /// Lists the adopted policies, oldest first.
    ///
    /// # Errors
    ///
    /// [`Refusal::KeyringUnavailable`] when a row is not what the keeper wrote.
    pub fn policies(&self) -> Result<Vec<AdoptedPolicy>, Refusal> {
        let rows = self.reader().read(policies::list)?;
        let service = self.service();
        rows.into_iter()
            .map(|row| {
                let mac = row.mac;
                let policy = AdoptedPolicy {
                    id: row.id,
                    text: row.text,
                    adopted_by: row.adopted_by,
                    adopted_at_ms: row.adopted_at,
                    effective_at_ms: row.effective_at,
                };
                if policy.to_row(&service.credentials).mac == mac {
                    Ok(policy)
                } else {
                    Err(Refusal::KeyringUnavailable(format!(
                        "policy {} was changed in the keyring: restore the keyring from a backup, and treat it as an incident",
                        policy.id
                    )))
                }
            })
            .collect()
    }
}

impl AdoptedPolicy {
    pub(crate) fn to_row(&self, key: &MacKey) -> PolicyRow {
        let mac = key.tag(&[
            LABEL,
            &self.id.to_be_bytes(),
            self.text.as_bytes(),
            self.adopted_by.as_bytes(),
            &self.adopted_at_ms.to_be_bytes(),
            &self.effective_at_ms.to_be_bytes(),
        ]);
        PolicyRow {
            id: self.id,
            text: self.text.clone(),
            adopted_by: self.adopted_by.clone(),
            adopted_at: self.adopted_at_ms,
            effective_at: self.effective_at_ms,
            mac,
        }
    }
}
