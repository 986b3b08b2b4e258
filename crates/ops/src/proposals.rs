//! Proposals: what waits until two others have approved it, shown so that they see what they approve.

use crate::archive::Frozen;
use crate::exports::{self, ExportSummary};
use crate::policy::timestamp;
use crate::retention::AboveCap;
use crate::{Error, Vault};
use jiff::Timestamp;
use lethe_crypto::Token;
use lethe_keeper::{Credential, FrozenExport, Proposal, ProposalKind, hex};
use lethe_model::{OrderId, RecordId, SubjectId};
use serde::Serialize;

/// Something that waits for approval, or waited.
#[derive(Debug, Clone, Serialize)]
pub struct ProposalView {
    /// Its public id.
    pub id: String,
    /// What would be done.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub requested_by: String,
    /// When.
    pub created_at: Timestamp,
    /// It is not done later.
    pub expires_at: Timestamp,
    /// SHA-256 over exactly what was asked for: what approvers approve.
    pub sha256: String,
    /// How many records it is about: those of the list, or those that are due for a run above the cap.
    pub records: Option<u64>,
    /// For what the archived records would be read.
    pub purpose: Option<String>,
    /// The orders whose archived records would be read.
    pub orders: Vec<ProposedOrder>,
    /// The label of the policy that a run above the cap would apply.
    pub policy: Option<String>,
    /// What an export would hold, and for whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export: Option<ExportSummary>,
    /// For other acts: exactly what was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
    /// Who approved.
    pub approvals: Vec<ApprovalView>,
    /// Whether enough have.
    pub is_approved: bool,
    /// Until when it may be done; `None` while approvals are missing.
    pub usable_until: Option<Timestamp>,
    /// When it was done.
    pub used_at: Option<Timestamp>,
}

/// An order of a list that waits for approval. Its number is personal and is not stored with the list.
#[derive(Debug, Clone, Serialize)]
pub struct ProposedOrder {
    /// Its token for whoever looks at the list.
    pub order: String,
    /// The kinds of records that would be read.
    pub categories: Vec<&'static str>,
}

/// One approval.
#[derive(Debug, Clone, Serialize)]
pub struct ApprovalView {
    /// Who.
    pub recipient: String,
    /// With which key.
    pub key: String,
    /// When.
    pub approved_at: Timestamp,
}

impl Vault {
    /// Approves something that was asked for, exactly as it is frozen.
    ///
    /// # Errors
    ///
    /// [`lethe_keeper::Refusal::NotApprovable`] says why not.
    pub fn approve(
        &self,
        credential: &Credential,
        id: &str,
        sha256: &str,
    ) -> Result<ProposalView, Error> {
        let hash = lethe_keeper::unhex(sha256).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let hash = hash.ok_or_else(|| {
            Error::invalid(
                "sha256",
                "must be the 64 hexadecimal digits the proposal is shown with",
            )
        })?;
        let approved = self.keeper.approve(credential, id, &hash)?;
        self.proposal_view(credential, &approved)
    }

    /// Lists what waits for approval, and what was done.
    ///
    /// # Errors
    ///
    /// When the grant has neither the power `approve` nor `retention`.
    pub fn proposals(&self, credential: &Credential) -> Result<Vec<ProposalView>, Error> {
        let power = match credential.may(lethe_model::Power::Approve) {
            true => lethe_model::Power::Approve,
            false => lethe_model::Power::Retention,
        };
        self.permit(credential, power)?;
        let all = self.keeper.proposals(credential.store)?;
        all.iter()
            .map(|one| self.proposal_view(credential, one))
            .collect()
    }

    /// Shows a proposal to a credential: everything that is frozen, orders as the credential's tokens.
    pub(crate) fn proposal_view(
        &self,
        credential: &Credential,
        proposal: &Proposal,
    ) -> Result<ProposalView, Error> {
        let approvals = proposal.approvals.iter().map(|one| ApprovalView {
            recipient: one.recipient.clone(),
            key: one.credential.clone(),
            approved_at: timestamp(one.approved_at_ms),
        });
        let mut view = ProposalView {
            id: proposal.id.clone(),
            kind: proposal.kind.name().to_owned(),
            reason: proposal.reason.clone(),
            requested_by: proposal.requested_by.clone(),
            created_at: timestamp(proposal.created_at_ms),
            expires_at: timestamp(proposal.expires_at_ms),
            sha256: hex(&proposal.hash()),
            records: None,
            purpose: None,
            orders: Vec::new(),
            policy: None,
            export: None,
            details: None,
            approvals: approvals.collect(),
            is_approved: proposal.is_approved(),
            usable_until: proposal.usable_until_ms().map(timestamp),
            used_at: proposal.used_at_ms.map(timestamp),
        };
        let is_shown_whole = matches!(
            proposal.kind,
            ProposalKind::GrantWidening
                | ProposalKind::HoldRelease
                | ProposalKind::PolicyLoosening
                | ProposalKind::CanaryRemoval
        );
        if is_shown_whole {
            let details = serde_json::from_str(&proposal.frozen);
            view.details = Some(details.map_err(|_| Error::Altered)?);
        } else if let Ok(frozen) = Frozen::read(proposal) {
            let records = frozen.records()?;
            view.records = Some(records.len() as u64);
            view.purpose = Some(frozen.purpose().to_owned());
            view.orders = self.proposed_orders(credential, &records)?;
        } else if let Some(frozen) = AboveCap::read(proposal) {
            view.records = Some(frozen.records);
            view.policy = Some(frozen.revision);
        } else if let Some(export) = exports::summary(proposal) {
            view.records = Some(export.orders);
            view.purpose = FrozenExport::read(proposal).map(|frozen| frozen.purpose);
            view.export = Some(export);
        }
        Ok(view)
    }

    fn proposed_orders(
        &self,
        credential: &Credential,
        records: &[RecordId],
    ) -> Result<Vec<ProposedOrder>, Error> {
        let key = self.tokens(credential)?;
        let mut orders: Vec<((SubjectId, OrderId), ProposedOrder)> = Vec::new();
        for record in records {
            let id = (record.subject, record.order);
            let name = record.category.name();
            // Records of an order follow each other.
            match orders.last_mut().filter(|(last, _)| *last == id) {
                Some((_, order)) => order.categories.push(name),
                None => orders.push((
                    id,
                    ProposedOrder {
                        order: key.encode(Token::Order(record.subject, record.order)),
                        categories: vec![name],
                    },
                )),
            }
        }
        Ok(orders.into_iter().map(|(_, order)| order).collect())
    }
}
