//! A run that may take more records than a day allows: two others approve it.

use crate::archive::check_reason;
use crate::proposals::ProposalView;
use crate::{Error, Vault};
use lethe_keeper::{Credential, Proposal, ProposalKind};
use lethe_policy::Day;
use serde::{Deserialize, Serialize};

/// What is frozen: the plan as it was when somebody asked.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AboveCap {
    pub(crate) today: Day,
    /// The policy's label.
    pub(crate) revision: String,
    /// How many records were due.
    pub(crate) records: u64,
}

impl AboveCap {
    /// Reads it; `None` where something else was asked for.
    pub(crate) fn read(proposal: &Proposal) -> Option<Self> {
        let is_one = proposal.kind == ProposalKind::AboveCap;
        is_one.then(|| serde_json::from_str(&proposal.frozen).ok())?
    }
}

impl Vault {
    /// Asks that a run may take more records than the daily cap.
    ///
    /// # Errors
    ///
    /// What grant, log and keyring say.
    pub fn request_above_cap(
        &self,
        credential: &Credential,
        reason: &str,
    ) -> Result<ProposalView, Error> {
        check_reason(reason)?;
        let plan = self.retention_plan(credential, |_| ())?;
        let frozen = AboveCap {
            today: plan.today,
            revision: plan.revision,
            records: plan.report.records(),
        };
        let frozen = serde_json::to_string(&frozen).expect("words and numbers serialise");
        let made = self
            .keeper
            .propose(credential, ProposalKind::AboveCap, frozen, reason, None)?;
        self.proposal_view(credential, &made)
    }
}
