//! Dual control: acts that two others approve first, wherever there are two others.
//!
//! The act is asked for as it would be done. Where two people could approve it, it is frozen and
//! waits; asked for again in the same words once they have, it is done, once. Where there are not two
//! such people, it is done at once, and the log and the answer say that one person was enough.

use crate::proposals::ProposalView;
use crate::{Error, Vault};
use lethe_keeper::{Credential, ProposalKind};

/// What is said where one person was enough.
pub(crate) const SINGLE_CONTROL: &str = "one person was enough for this: there are no two keys with \
     the power `approve`, of two owners other than yours; make them, so that it takes three people";

/// Who had a say in an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// Nobody else: there are no two approvers.
    Single,
    /// Two others approved it.
    Dual,
}

impl Control {
    /// Returns what the answer warns of.
    pub(crate) fn warning(self) -> Option<&'static str> {
        (self == Self::Single).then_some(SINGLE_CONTROL)
    }
}

impl Vault {
    /// Asks for an act that two others approve. `frozen` is what they see and approve, whole; it must
    /// say exactly what would be done, and hold nothing of a person.
    ///
    /// # Errors
    ///
    /// What grant, log and keyring say.
    pub fn propose(
        &self,
        by: &Credential,
        kind: ProposalKind,
        frozen: &serde_json::Value,
        reason: &str,
    ) -> Result<ProposalView, Error> {
        crate::archive::check_reason(reason)?;
        let frozen = frozen.to_string();
        let made = self.keeper.propose(by, kind, frozen, reason, None)?;
        self.proposal_view(by, &made)
    }

    /// Uses an approved proposal up and returns what was frozen: the caller does exactly that, now.
    ///
    /// # Errors
    ///
    /// [`lethe_keeper::Refusal::NotApprovable`] says what is missing.
    pub fn use_approved(
        &self,
        by: &Credential,
        kind: ProposalKind,
        id: &str,
    ) -> Result<serde_json::Value, Error> {
        let (proposal, _) = self.keeper.use_proposal(by, id, kind)?;
        serde_json::from_str(&proposal.frozen).map_err(|_| Error::Altered)
    }

    /// Lets an act through: because two others have approved exactly it, or because there are no two
    /// others. Otherwise it is asked for, unless it waits already.
    ///
    /// # Errors
    ///
    /// [`Error::ApprovalNeeded`] with the proposal that waits; otherwise what grant, log and keyring
    /// say.
    pub(crate) fn control(
        &self,
        by: &Credential,
        kind: ProposalKind,
        frozen: &serde_json::Value,
        reason: &str,
    ) -> Result<Control, Error> {
        self.permit(by, kind.power())?;
        let text = frozen.to_string();
        let now_ms = self.around.clock.now_ms();
        let all = self.keeper.proposals(by.store)?;
        let same = |one: &&lethe_keeper::Proposal| one.kind == kind && one.frozen == text;
        let mut waiting = None;
        for one in all.iter().filter(same) {
            if self.keeper.check_usable(one, kind).is_ok() {
                self.keeper.use_proposal(by, &one.id, kind)?;
                return Ok(Control::Dual);
            }
            if one.used_at_ms.is_none() && !one.is_approved() && one.expires_at_ms > now_ms {
                waiting = Some(one.id.clone());
            }
        }
        if !self.keeper.has_approvers(by) {
            self.keeper.note_single_control(by, kind)?;
            return Ok(Control::Single);
        }
        let proposal = match waiting {
            Some(id) => id,
            None => self.propose(by, kind, frozen, reason)?.id,
        };
        Err(Error::ApprovalNeeded { proposal })
    }
}
