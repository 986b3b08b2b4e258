//! Who has read one person's data: when, for which recipient, for what, which fields (GDPR Art. 15(1)(c)).

use crate::{Error, Vault};
use jiff::Timestamp;
use lethe_crypto::Token;
use lethe_keeper::Credential;
use lethe_keeper::log::{ActKind, History, LoggedAct, Phase};
use lethe_model::{FieldSet, SubjectNumber};
use serde::Serialize;
use std::collections::VecDeque;

/// Accesses that are shown at most, the newest.
const SHOWN_MAX: usize = 1_000;

/// One access to a person's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Access {
    /// When, RFC 3339.
    pub at: String,
    /// Who: the recipient, which is a system, a vendor or a team. Never a name of a person.
    pub recipient: String,
    /// What: `reveal`, `find`, `intake`, `retention`, …
    pub act: ActKind,
    /// For what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Which fields of this person.
    pub fields: Vec<String>,
    /// Where the log holds it: `lethe log proof` proves it.
    pub log_index: u64,
    /// Which log that is, where several vaults write one each and it is not this one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

impl Vault {
    /// Lists who has read or changed a person's data, the newest first.
    ///
    /// What it names is this person's alone: of a request about several people, the fields of this
    /// one.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `audit`, the token is not the caller's, or the log is damaged.
    pub fn access_history(
        &self,
        credential: &Credential,
        token: &str,
    ) -> Result<Vec<Access>, Error> {
        let own_entry = self.keeper.begin_audit(credential)?;
        let subject = match self.read_token(credential, token)? {
            Token::Subject(subject) | Token::Order(subject, _) => subject,
        };
        let number = self
            .keeper
            .subject_number(&subject)?
            .ok_or(Error::NotFound)?;
        let mut found = self.accesses_in(&self.keeper.history(), number, own_entry, None)?;
        for (origin, history) in self.keeper.other_histories()? {
            found.extend(self.accesses_in(&history, number, u64::MAX, Some(&origin))?);
        }
        found.sort_by_key(|(at_ms, _)| std::cmp::Reverse(*at_ms));
        found.truncate(SHOWN_MAX);
        Ok(found.into_iter().map(|(_, access)| access).collect())
    }

    /// Finds the newest accesses in one log, the newest first, up to an entry.
    fn accesses_in(
        &self,
        history: &History,
        number: SubjectNumber,
        end: u64,
        origin: Option<&str>,
    ) -> Result<Vec<(u64, Access)>, Error> {
        let mut found = VecDeque::new();
        history.each_from(0, |act| {
            if act.entry.index >= end {
                return false;
            }
            let is_second_half = act.public.phase == Phase::Outcome;
            let about = act.body.commitments.iter().find(|one| one.number == number);
            if let Some(commitment) = about.filter(|_| !is_second_half) {
                let access = self.access(&act, commitment.fields, origin);
                found.push_front((act.entry.at_ms, access));
                found.truncate(SHOWN_MAX);
            }
            true
        })?;
        Ok(found.into())
    }

    fn access(&self, act: &LoggedAct, fields: FieldSet, origin: Option<&str>) -> Access {
        let at_ms = i64::try_from(act.entry.at_ms).unwrap_or(i64::MAX);
        let recipient = self.keeper.current(&act.public.credential);
        Access {
            at: Timestamp::from_millisecond(at_ms)
                .unwrap_or(Timestamp::MAX)
                .to_string(),
            recipient: recipient.map_or_else(
                || act.public.credential.clone(),
                |one| one.recipient.clone(),
            ),
            act: act.public.act,
            purpose: act.public.purpose.clone(),
            fields: fields.iter().map(|one| one.to_string()).collect(),
            log_index: act.entry.index,
            log: origin.map(str::to_owned),
        }
    }
}
