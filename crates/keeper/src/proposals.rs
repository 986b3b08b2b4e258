//! Acts that need two approvers other than the requester: frozen as they were asked for, approved by
//! key, used once.

use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use crate::{Alert, AlertKind, Credential, Keeper, ProposalKind, Refusal};
use lethe_crypto::{MacKey, open_bytes, seal_bytes};
use lethe_model::{Power, StoreId};
use lethe_store::keyring::proposals::{self, ApprovalRow, ProposalRow};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How many approvers an act needs, none of them the requester.
pub const APPROVERS: usize = 2;

const LABEL: &[u8] = b"lethe-proposal-v1";
const APPROVAL_LABEL: &[u8] = b"lethe-approval-v1";

/// What is kept with a proposal until it is used: destroyed in memory when it is dropped.
pub type Secret = Zeroizing<Vec<u8>>;

/// Something that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its public id.
    pub id: String,
    /// The shop.
    pub store: StoreId,
    /// What would be done.
    pub kind: ProposalKind,
    /// Exactly what was asked for, as JSON.
    pub frozen: String,
    /// Why.
    pub reason: String,
    /// The credential that asked.
    pub requested_by: String,
    /// Unix milliseconds.
    pub created_at_ms: i64,
    /// Unix milliseconds.
    pub expires_at_ms: i64,
    /// When it was done, Unix milliseconds.
    pub used_at_ms: Option<i64>,
    /// Who approved.
    pub approvals: Vec<Approval>,
    secret: Option<Vec<u8>>,
}

/// One approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The recipient of the credential: of somebody who logs in, the role.
    pub recipient: String,
    /// With which key.
    pub credential: String,
    /// Unix milliseconds.
    pub approved_at_ms: i64,
}

impl Proposal {
    /// Returns SHA-256 over everything that was frozen: what approvers approve.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in [&self.id, self.kind.name(), &self.frozen, &self.reason] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().into()
    }

    /// Says whether enough people have approved.
    pub fn is_approved(&self) -> bool {
        self.approvals.len() >= APPROVERS
    }

    /// Returns the moment until which it may be done, Unix milliseconds; `None` while approvals are
    /// missing.
    pub fn usable_until_ms(&self) -> Option<i64> {
        let last = self.approvals.get(APPROVERS - 1)?;
        let until_ms = match self.kind.use_within_ms() {
            Some(within_ms) => last.approved_at_ms.saturating_add(within_ms),
            None => self.expires_at_ms,
        };
        Some(until_ms)
    }
}

impl Keeper {
    /// Freezes what is asked for.
    ///
    /// # Errors
    ///
    /// What log and keyring say.
    pub fn propose(
        &self,
        by: &Credential,
        kind: ProposalKind,
        frozen: String,
        reason: &str,
        secret: Option<&[u8]>,
    ) -> Result<Proposal, Refusal> {
        self.permit(by, kind.power())?;
        let now_ms = self.around.clock.now_ms();
        let random = &*self.around.random;
        let id = format!("prop_{}", crate::ledger::hex(&random.bytes::<8>()));
        let context = secret_context(&id);
        let secret = secret.map(|secret| seal_bytes(&self.root, &context, secret, random.bytes()));
        let proposal = Proposal {
            id,
            store: by.store,
            kind,
            frozen,
            reason: reason.to_owned(),
            requested_by: by.id.clone(),
            created_at_ms: now_ms,
            expires_at_ms: now_ms + kind.lifetime_ms(),
            used_at_ms: None,
            approvals: Vec::new(),
            secret,
        };
        self.log_proposal(by, "asked", &proposal)?;
        let row = proposal.to_row(&self.service().credentials);
        self.writer().write(|tx| proposals::insert(tx, &row))?;
        Ok(proposal)
    }

    /// Approves a proposal, exactly as it is frozen.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotApprovable`] says why not; otherwise what grant, log and keyring say.
    pub fn approve(&self, by: &Credential, id: &str, hash: &[u8; 32]) -> Result<Proposal, Refusal> {
        self.permit(by, Power::Approve)?;
        let proposal = self.proposal(by.store, id)?;
        let now_ms = self.around.clock.now_ms();
        let is_same_person = self.is_same_person(by, &proposal.requested_by);
        let has_approved = proposal
            .approvals
            .iter()
            .any(|approval| self.is_same_person(by, &approval.credential));
        let problem = if by.is_operator() {
            Some(
                "the operator cannot approve: approvals are given by two other people, with their keys or logged in",
            )
        } else if is_same_person {
            Some("whoever asked for it cannot approve it, nor can another key of the same owner")
        } else if has_approved {
            Some(
                "this approver, or another key of the same owner, has approved it already: somebody else is needed",
            )
        } else if proposal.used_at_ms.is_some() {
            Some("it was done already")
        } else if proposal.expires_at_ms <= now_ms {
            Some("it has expired: ask for it again")
        } else if proposal.hash() != *hash {
            Some("it is not what you were shown: look at it again")
        } else {
            None
        };
        if let Some(problem) = problem {
            return Err(Refusal::NotApprovable(problem));
        }
        self.log_proposal(by, "approved", &proposal)?;
        let approval = Approval {
            recipient: by.recipient.clone(),
            credential: by.id.clone(),
            approved_at_ms: now_ms,
        };
        let row = approval.to_row(&proposal, &self.service().credentials);
        self.writer()
            .write(|tx| proposals::approve(tx, &proposal.id, &row))?;
        self.proposal(by.store, id)
    }

    /// Uses an approved proposal up. Returns its secret, which is destroyed by that.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotApprovable`] when it is not approved, was used, or has expired.
    pub fn use_proposal(
        &self,
        by: &Credential,
        id: &str,
        kind: ProposalKind,
    ) -> Result<(Proposal, Option<Secret>), Refusal> {
        self.permit(by, kind.power())?;
        let proposal = self.proposal(by.store, id)?;
        self.check_usable(&proposal, kind)?;
        let secret = self.proposal_secret(&proposal)?;
        self.log_proposal(by, "done", &proposal)?;
        let now_ms = self.around.clock.now_ms();
        let is_first = self
            .writer()
            .write(|tx| proposals::use_up(tx, id, now_ms))?;
        if is_first {
            Ok((proposal, secret))
        } else {
            Err(Refusal::NotApprovable("it was done already"))
        }
    }

    /// Says whether a proposal may be carried out now.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotApprovable`] says why not.
    pub fn check_usable(&self, proposal: &Proposal, kind: ProposalKind) -> Result<(), Refusal> {
        let now_ms = self.around.clock.now_ms();
        let problem = if proposal.kind != kind {
            "it was asked for something else"
        } else if proposal.used_at_ms.is_some() {
            "it was done already"
        } else if kind.use_within_ms().is_none() && proposal.expires_at_ms <= now_ms {
            "it has expired: ask for it again"
        } else if self.standing_approvals(proposal) < APPROVERS {
            match proposal.expires_at_ms <= now_ms {
                true => "it has expired: ask for it again",
                false => "it needs two approvers other than whoever asked: lethe approve",
            }
        } else if proposal
            .usable_until_ms()
            .is_none_or(|until| until <= now_ms)
        {
            "it was approved too long ago: ask for it again"
        } else {
            return Ok(());
        };
        Err(Refusal::NotApprovable(problem))
    }

    /// Counts the approvals that stand: one that was given with a key that has been revoked since
    /// may have been a thief's.
    fn standing_approvals(&self, proposal: &Proposal) -> usize {
        let stands = |approval: &&Approval| {
            let key = self.current(&approval.credential);
            key.is_some_and(|key| key.revoked_at_ms.is_none())
        };
        proposal.approvals.iter().filter(stands).count()
    }

    /// Says whether a credential and another one, by its id, are one person's. One that is not known
    /// any more might be anybody's.
    pub(crate) fn is_same_person(&self, one: &Credential, other: &str) -> bool {
        self.current(other)
            .is_none_or(|other| one.is_same_person(&other))
    }

    /// Says whether two people other than `by` could approve something: two living credentials with
    /// the power `approve`, of two people.
    pub fn has_approvers(&self, by: &Credential) -> bool {
        let now_ms = self.around.clock.now_ms();
        let could = |one: &Credential| {
            let grant = &one.grant;
            one.store == by.store
                && !one.is_operator()
                && one.revoked_at_ms.is_none()
                && one.standing.quarantine.is_none()
                && grant.powers.contains(Power::Approve)
                && grant.expires_at_ms.is_none_or(|expiry| expiry > now_ms)
                && !self.is_same_person(one, &by.id)
        };
        let mut all = self.credentials();
        all.retain(|one| could(one));
        let pairs = |one: &Credential| all.iter().any(|other| !self.is_same_person(one, &other.id));
        all.iter().any(|one| pairs(one))
    }

    pub(crate) fn proposal_secret(&self, proposal: &Proposal) -> Result<Option<Secret>, Refusal> {
        let Some(wrapped) = &proposal.secret else {
            return Ok(None);
        };
        let opened = open_bytes(&self.root, &secret_context(&proposal.id), wrapped);
        let opened = opened.map_err(|_| altered(&proposal.id))?;
        Ok(Some(Zeroizing::new(opened)))
    }

    /// Fetches a proposal of a shop.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when there is none; otherwise what the keyring says.
    pub fn proposal(&self, store: StoreId, id: &str) -> Result<Proposal, Refusal> {
        let rows = self.reader().read(|tx| -> Result<_, Refusal> {
            let row = proposals::fetch(tx, id)?.filter(|row| row.store == store);
            let row = row.ok_or(Refusal::Gone)?;
            Ok((row, proposals::approvals(tx, id)?))
        })?;
        self.checked(rows.0, rows.1)
    }

    /// Lists the proposals of a shop, oldest first.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn proposals(&self, store: StoreId) -> Result<Vec<Proposal>, Refusal> {
        let rows = self.reader().read(|tx| -> Result<Vec<_>, Refusal> {
            let rows = proposals::list(tx, store)?.into_iter();
            rows.map(|row| {
                let approvals = proposals::approvals(tx, &row.id)?;
                Ok((row, approvals))
            })
            .collect()
        })?;
        let checked = rows.into_iter();
        checked
            .map(|(row, approvals)| self.checked(row, approvals))
            .collect()
    }

    fn checked(&self, row: ProposalRow, rows: Vec<ApprovalRow>) -> Result<Proposal, Refusal> {
        let service = self.service();
        let mac = row.mac;
        let unknown = || altered(&row.id);
        let mut proposal = Proposal {
            id: row.id.clone(),
            store: row.store,
            kind: ProposalKind::parse(&row.kind).ok_or_else(unknown)?,
            frozen: row.frozen,
            reason: row.reason,
            requested_by: row.requested_by,
            created_at_ms: row.created_at,
            expires_at_ms: row.expires_at,
            used_at_ms: row.used_at,
            approvals: Vec::new(),
            secret: row.secret,
        };
        if proposal.to_row(&service.credentials).mac != mac {
            return Err(altered(&proposal.id));
        }
        for row in rows {
            let approval = Approval {
                recipient: row.recipient,
                credential: row.credential,
                approved_at_ms: row.approved_at,
            };
            if approval.to_row(&proposal, &service.credentials).mac != row.mac {
                return Err(altered(&proposal.id));
            }
            proposal.approvals.push(approval);
        }
        Ok(proposal)
    }

    /// Logs that an act which two others should approve is done without them: there are none.
    ///
    /// # Errors
    ///
    /// What grant and log say; then it must not be done.
    pub fn note_single_control(&self, by: &Credential, kind: ProposalKind) -> Result<(), Refusal> {
        self.permit(by, kind.power())?;
        let detail = serde_json::json!({ "step": "single-control", "kind": kind.name() });
        let (act, phase) = (ActKind::Approval, Phase::Act);
        self.append(public_part(act, phase, by.store, &by.id, Some(detail)))?;
        Ok(())
    }

    fn log_proposal(
        &self,
        by: &Credential,
        step: &str,
        proposal: &Proposal,
    ) -> Result<(), Refusal> {
        let detail = serde_json::json!({
            "step": step,
            "proposal": proposal.id,
            "kind": proposal.kind.name(),
            "sha256": crate::ledger::hex(&proposal.hash()),
        });
        let (store, id) = (by.store, &by.id);
        if step == "asked" {
            let text = format!(
                "{} waits for two approvals ({}): `lethe approvals` shows it.",
                proposal.id,
                proposal.kind.name()
            );
            // The log is what counts: an alert that cannot be written stops nothing.
            drop(self.raise(&Alert::about(AlertKind::ApprovalWaiting, by, text)));
        }
        self.append(public_part(
            ActKind::Approval,
            Phase::Act,
            store,
            id,
            Some(detail),
        ))?;
        Ok(())
    }
}

impl Proposal {
    fn to_row(&self, key: &MacKey) -> ProposalRow {
        let mac = key.tag(&[
            LABEL,
            self.id.as_bytes(),
            &self.store.0.to_be_bytes(),
            &self.hash(),
            self.requested_by.as_bytes(),
            &self.created_at_ms.to_be_bytes(),
            &self.expires_at_ms.to_be_bytes(),
        ]);
        ProposalRow {
            id: self.id.clone(),
            store: self.store,
            kind: self.kind.name().to_owned(),
            frozen: self.frozen.clone(),
            reason: self.reason.clone(),
            requested_by: self.requested_by.clone(),
            created_at: self.created_at_ms,
            expires_at: self.expires_at_ms,
            used_at: self.used_at_ms,
            secret: self.secret.clone(),
            mac,
        }
    }
}

impl Approval {
    fn to_row(&self, proposal: &Proposal, key: &MacKey) -> ApprovalRow {
        let mac = key.tag(&[
            APPROVAL_LABEL,
            &proposal.hash(),
            self.recipient.as_bytes(),
            self.credential.as_bytes(),
            &self.approved_at_ms.to_be_bytes(),
        ]);
        ApprovalRow {
            recipient: self.recipient.clone(),
            credential: self.credential.clone(),
            approved_at: self.approved_at_ms,
            mac,
        }
    }
}

fn secret_context(id: &str) -> Vec<u8> {
    format!("lethe-proposal-secret-v1|{id}").into_bytes()
}

fn altered(id: &str) -> Refusal {
    Refusal::KeyringUnavailable(format!(
        "proposal {id} or an approval of it was changed in the keyring: restore the keyring from a backup, and treat it as an incident"
    ))
}
