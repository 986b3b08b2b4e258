//! Outer keys of archived records: handed out against an entry that names whose they are, like every
//! data key.

use crate::admission::{Receipt, commitments};
use crate::keeper::public_part;
use crate::log::{ActKind, Body, Phase};
use crate::{Credential, Keeper, Proposal, Refusal};
use lethe_crypto::{LookupHash, SecretKey};
use lethe_model::{FieldSet, OrderId, Power, RecordId, SubjectId};
use lethe_store::keyring::known_orders::{self, KnownOrder};
use lethe_store::keyring::subject_keys;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

impl Keeper {
    /// Logs that archived records are unwrapped, and returns their outer keys in order.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when one of them has no key any more; otherwise what grant, log and keyring
    /// say.
    pub fn archive_data_keys(
        &self,
        by: &Credential,
        records: &[RecordId],
        detail: serde_json::Value,
    ) -> Result<Vec<SecretKey>, Refusal> {
        self.permit(by, Power::Retention)?;
        let mut fields: BTreeMap<SubjectId, FieldSet> = BTreeMap::new();
        for record in records {
            let all = FieldSet::all().of_category(record.category);
            let known = fields.entry(record.subject).or_default();
            *known = known.union(all);
        }
        let subjects: Vec<(SubjectId, FieldSet)> = fields.into_iter().collect();
        let rows = self.reader().read(|tx| -> Result<Vec<_>, Refusal> {
            let fetch = |subject| subject_keys::fetch(tx, subject).map_err(Refusal::from);
            subjects
                .iter()
                .map(|(subject, _)| fetch(subject)?.ok_or(Refusal::Gone))
                .collect()
        })?;
        let salt = self.around.random.bytes();
        let commitments = commitments(&salt, &self.open_log_keys(&rows)?, &subjects);
        let (act, phase) = (ActKind::Archive, Phase::Act);
        let public = public_part(act, phase, by.store, &by.id, Some(detail));
        let body = Body::new(salt, public, commitments);
        let index = self.in_turn(|_| Ok(vec![body]))?;
        let receipt = Receipt::new(index, subjects);
        let keys = self.data_keys(&[(&receipt, records)])?.remove(0)?;
        keys.into_iter()
            .map(|mut versions| versions.pop().map(|(_, key)| key).ok_or(Refusal::Gone))
            .collect()
    }

    /// Finds an archived order by the hash of its number.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn archived_order(
        &self,
        hash: &LookupHash,
    ) -> Result<Option<(SubjectId, OrderId)>, Refusal> {
        let known = self.reader().read(|tx| known_orders::fetch(tx, hash))?;
        Ok(match known {
            Some(KnownOrder::Archived { subject, order }) => Some((subject, order)),
            _ => None,
        })
    }

    /// Returns a proposal's own secret.
    ///
    /// # Errors
    ///
    /// [`Refusal::KeyringUnavailable`] when it was altered.
    pub fn secret_of(&self, proposal: &Proposal) -> Result<Option<Zeroizing<Vec<u8>>>, Refusal> {
        self.proposal_secret(proposal)
    }
}
