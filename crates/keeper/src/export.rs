//! Bulk export: many people at once, bounded by the list that was approved in the place of the
//! credential's quotas.
//!
//! Each page of an export is an entry like any reveal, with a commitment per person, and is charged
//! to the counters of the credential, its owner and the installation. What the credential's own
//! bounds would refuse, two approvers have let through; the installation's bound still holds unless
//! they were shown that it would not.

use crate::admission::{Receipt, commitments, refuse_throttled};
use crate::decide::{Wish, decide};
use crate::keeper::public_part;
use crate::log::{ActKind, Body, Phase};
use crate::quota::Charge;
use crate::usage::Read;
use crate::{Credential, Keeper, Proposal, ProposalKind, Refusal, unhex};
use lethe_crypto::{MacKey, SecretKey};
use lethe_model::{Bounds, FieldSet, OrderId, OrderStates, Purpose, Quota, SubjectId};
use lethe_store::keyring::subject_keys;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;

const MARK_LABEL: &[u8] = b"lethe-export-mark-v1";

/// Exactly what an export would hold: what its approvers approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenExport {
    /// Why, from the closed list.
    pub purpose: String,
    /// The fields.
    pub fields: Vec<String>,
    /// The filter that the list was made with, as its own JSON.
    pub filter: serde_json::Value,
    /// The age public key that the file is sealed to.
    pub recipient: String,
    /// The domain of the invented people's e-mail addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_domain: Option<String>,
    /// Whether it may go beyond the installation's bound.
    #[serde(default)]
    pub above_installation: bool,
    /// The orders.
    pub orders: Vec<FrozenOrder>,
}

/// An order of an export: subject, order, and who receives it, where that is somebody else, in hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenOrder(
    /// The buyer.
    pub String,
    /// The order.
    pub String,
    /// The recipient of a gift.
    pub Option<String>,
);

impl FrozenOrder {
    /// Reads the ids; `None` when one is malformed.
    pub fn ids(&self) -> Option<(SubjectId, OrderId, Option<SubjectId>)> {
        let subject = |text: &String| SubjectId::from_slice(&unhex(text)?);
        let gift = match &self.2 {
            None => None,
            Some(text) => Some(subject(text)?),
        };
        Some((
            subject(&self.0)?,
            OrderId::from_slice(&unhex(&self.1)?)?,
            gift,
        ))
    }
}

impl FrozenExport {
    /// Reads what an export froze; `None` where something else was asked for.
    pub fn read(proposal: &Proposal) -> Option<Self> {
        let is_one = proposal.kind == ProposalKind::Export;
        is_one.then(|| serde_json::from_str(&proposal.frozen).ok())?
    }

    /// Returns the fields; `None` when one is unknown.
    pub fn field_set(&self) -> Option<FieldSet> {
        FieldSet::parse(self.fields.iter().map(String::as_str)).ok()
    }

    /// Lists everybody of whom something would leave.
    pub fn people(&self) -> Option<HashSet<SubjectId>> {
        let mut people = HashSet::new();
        for order in &self.orders {
            let (buyer, _, gift) = order.ids()?;
            people.insert(buyer);
            people.extend(gift);
        }
        Some(people)
    }
}

/// An export that was approved and may be filed now.
#[derive(Debug)]
pub struct ExportPermit {
    /// What was frozen.
    pub frozen: FrozenExport,
    id: String,
    fields: FieldSet,
    purpose: Purpose,
    people: HashSet<SubjectId>,
}

impl ExportPermit {
    /// Returns the fields.
    pub fn fields(&self) -> FieldSet {
        self.fields
    }
}

impl Keeper {
    /// Says whether an export may be filed now, and by this credential: whoever asked for it.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotApprovable`] says what is missing.
    pub fn begin_export(&self, by: &Credential, id: &str) -> Result<ExportPermit, Refusal> {
        self.permit(by, ProposalKind::Export.power())?;
        let proposal = self.proposal(by.store, id)?;
        self.check_usable(&proposal, ProposalKind::Export)?;
        if proposal.requested_by != by.id {
            return Err(Refusal::NotApprovable(
                "another key asked for it: that key files it",
            ));
        }
        // Without its secret it was filed already, whatever its row says.
        if self.proposal_secret(&proposal)?.is_none() {
            return Err(Refusal::NotApprovable("it was done already"));
        }
        let malformed =
            || Refusal::KeyringUnavailable(format!("export {id} cannot be read: ask for it again"));
        let frozen = FrozenExport::read(&proposal).ok_or_else(malformed)?;
        Ok(ExportPermit {
            fields: frozen.field_set().ok_or_else(malformed)?,
            purpose: Purpose::parse(&frozen.purpose).map_err(|_| malformed())?,
            people: frozen.people().ok_or_else(malformed)?,
            id: proposal.id,
            frozen,
        })
    }

    /// Admits one page of an approved export: logs it with a commitment per person, charges it, and
    /// vouches for it. People outside the approved list are refused.
    ///
    /// # Errors
    ///
    /// The [`Refusal`]; nobody is charged then, and the log holds it.
    pub fn admit_export(
        &self,
        by: &Credential,
        permit: &ExportPermit,
        people: &[(SubjectId, FieldSet)],
        states: OrderStates,
    ) -> Result<Receipt, Refusal> {
        let admitted = self.try_export(by, permit, people, states);
        if let Err(refusal) = &admitted {
            self.log_denial(by, refusal, Some(ProposalKind::Export.power()));
        }
        admitted
    }

    fn try_export(
        &self,
        by: &Credential,
        permit: &ExportPermit,
        people: &[(SubjectId, FieldSet)],
        states: OrderStates,
    ) -> Result<Receipt, Refusal> {
        let now_ms = self.around.clock.now_ms();
        let wish = Wish::Read {
            purpose: permit.purpose,
            fields: permit.fields,
            states,
            token: None,
        };
        let current = self.current(&by.id).ok_or(Refusal::Unauthenticated)?;
        decide(&current, &wish, now_ms)?;
        decide(by, &wish, now_ms)?;
        let proposal = self.proposal(by.store, &permit.id)?;
        self.check_usable(&proposal, ProposalKind::Export)?;
        let is_listed = |(subject, fields): &(SubjectId, FieldSet)| {
            permit.people.contains(subject) && permit.fields.covers(*fields)
        };
        if !people.iter().all(is_listed) {
            return Err(Refusal::NotApprovable(
                "it would hold somebody who is not on the approved list",
            ));
        }
        let rows = self.reader().read(|tx| -> Result<Vec<_>, Refusal> {
            let fetch = |subject| subject_keys::fetch(tx, subject).map_err(Refusal::from);
            people
                .iter()
                .map(|(subject, _)| {
                    let row = fetch(subject)?.filter(|row| row.store == by.store);
                    row.ok_or(Refusal::Gone)
                })
                .collect()
        })?;
        let salt: [u8; 16] = self.around.random.bytes();
        let commitments = commitments(&salt, &self.open_log_keys(&rows)?, people);
        let met: Vec<_> = commitments
            .iter()
            .map(|one| (one.number, one.fields))
            .collect();
        // The list is the bound of its people; the counters are charged all the same.
        let mut bounded_by_list = Credential::clone(&current);
        bounded_by_list.grant.quota = Quota::default();
        let (nothing, installation) = (Bounds::default(), self.access().bounds());
        let detail = serde_json::json!({ "export": permit.id });
        let act = ActKind::Reveal;
        let mut public = public_part(act, Phase::Act, by.store, &by.id, Some(detail));
        public.purpose = Some(permit.purpose.name().to_owned());
        public.fields = permit
            .fields
            .iter()
            .map(|field| field.to_string())
            .collect();
        let body = Body::new(salt, public, commitments);
        let mut newcomers = 0;
        let index = self.in_turn(|state| {
            let log_ms = u64::try_from(now_ms).unwrap_or(0).max(state.log.last_ms());
            let quota_ms = self.quota_ms(log_ms);
            let charge = Charge {
                credential: &bounded_by_list,
                owner: &nothing,
                installation: match permit.frozen.above_installation {
                    true => &nothing,
                    false => &installation,
                },
                people: &met,
                guesses: 0,
            };
            let before = state.quotas.used(&by.id, quota_ms)[1];
            state.quotas.check(&charge, quota_ms)?;
            refuse_throttled(&Some(Arc::clone(&current)), now_ms)?;
            let charge = Charge {
                credential: &current,
                ..charge
            };
            state.quotas.note(&charge, quota_ms);
            newcomers = state.quotas.used(&by.id, quota_ms)[1] - before;
            Ok(vec![body])
        })?;
        let read = Read {
            fields: permit.fields,
            purpose: permit.purpose,
            newcomers,
            peak_per_mille: 0,
        };
        self.usage().read(&by.id, &read, now_ms);
        Ok(Receipt::new(index, people.to_vec()))
    }

    /// Returns the key that orders the rows of an export and invents the people in it.
    pub fn export_marks(&self, id: &str) -> MacKey {
        let mut key = self.service().digests.tag(&[MARK_LABEL, id.as_bytes()]);
        MacKey::new(&SecretKey::take(&mut key))
    }
}
