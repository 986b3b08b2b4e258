//! Alarms: a canary was read, or a credential departs sharply from what it usually does. What
//! becomes of it is done before the answer leaves.

use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use crate::{
    Alert, AlertKind, Credential, Keeper, Quarantine, QuarantineReason, Reaction, Refusal, Throttle,
};
use serde::Serialize;
use std::sync::Arc;

/// How long a throttled credential meets nobody new, in milliseconds.
const THROTTLE_MS: i64 = 24 * 60 * 60 * 1000;

/// Something that somebody must be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Alarm {
    /// The shop.
    #[serde(skip)]
    pub(crate) store: lethe_model::StoreId,
    /// What it is about.
    pub(crate) kind: AlarmKind,
    /// The credential.
    pub(crate) credential: String,
    /// Who answers for it.
    pub(crate) owner: Option<String>,
    /// What was seen, in sentences. Nothing of a person.
    pub(crate) reasons: Vec<String>,
    /// What became of the credential.
    pub(crate) reaction: Reaction,
    /// Unix milliseconds.
    pub(crate) at_ms: i64,
}

/// What an alarm is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AlarmKind {
    /// Somebody who does not exist was read or looked up.
    Canary,
    /// A sharp departure from what is usual.
    Anomaly,
}

impl Alarm {
    /// An alert of its own for what was done: it must not be counted with the one that went before.
    const fn alert(&self) -> AlertKind {
        match (self.kind, self.reaction) {
            (AlarmKind::Canary, _) => AlertKind::CanaryRead,
            (AlarmKind::Anomaly, Reaction::Alert) => AlertKind::Anomaly,
            (AlarmKind::Anomaly, _) => AlertKind::KeyStopped,
        }
    }

    /// Says what was seen and what became of the credential.
    fn sentence(&self) -> String {
        let done = match self.reaction {
            Reaction::Alert => "nothing was done about it",
            Reaction::Throttle => "it meets few new people for now",
            Reaction::Suspend => "it is in quarantine",
        };
        let seen = self.reasons.join("; ");
        format!("The credential {} {seen}; {done}.", self.credential)
    }
}

impl AlarmKind {
    const fn quarantine(self) -> QuarantineReason {
        match self {
            Self::Canary => QuarantineReason::Canary,
            Self::Anomaly => QuarantineReason::Anomaly,
        }
    }
}

impl Keeper {
    /// Does what the settings say about alarms; whoever must hear of them does by their alerts.
    ///
    /// A failure here is the log's or the keyring's: the next request of the credential meets it too.
    pub(crate) fn react(&self, alarms: Vec<(Arc<Credential>, Alarm)>) {
        for (credential, alarm) in alarms {
            drop(self.react_to(&credential, &alarm));
        }
    }

    fn react_to(&self, credential: &Credential, alarm: &Alarm) -> Result<(), Refusal> {
        // First the alert: nothing is done to a key that nobody hears of.
        let alert = Alert::about(alarm.alert(), credential, alarm.sentence());
        drop(self.raise(&alert));
        let detail = serde_json::to_value(alarm).expect("words and numbers");
        self.append(public_part(
            ActKind::Alarm,
            Phase::Act,
            credential.store,
            &credential.id,
            Some(detail),
        ))?;
        if credential.is_operator() {
            return Ok(());
        }
        let evidence = alarm.reasons.first().cloned();
        match alarm.reaction {
            Reaction::Alert => Ok(()),
            Reaction::Throttle if alarm.kind == AlarmKind::Anomaly => Ok(()),
            Reaction::Throttle => {
                let throttle = Throttle {
                    reason: alarm.kind.quarantine(),
                    until_ms: alarm.at_ms + THROTTLE_MS,
                };
                self.throttle(credential, &credential.id, Some(throttle))
                    .map(drop)
            }
            Reaction::Suspend => {
                let quarantine = Quarantine {
                    reason: alarm.kind.quarantine(),
                    since_ms: alarm.at_ms,
                    evidence,
                };
                self.quarantine(credential, &credential.id, Some(quarantine))
                    .map(drop)
            }
        }
    }
}
