//! Alerts: what somebody should hear of, durable before anybody is told.

use crate::{Credential, Keeper, KeeperError};
use lethe_model::StoreId;
use lethe_store::keyring::alerts::{self, AlertRow, DeliveryRow};

/// The same kind about the same credential is not raised again within this: counted instead.
const PAUSE_MS: i64 = 60 * 60 * 1000;
/// What could not be delivered within this is given up: seven days, in milliseconds.
const GIVEN_UP_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// The wait after the first failure; it doubles each time.
const FIRST_WAIT_MS: i64 = 15 * 1000;
/// The longest wait.
const LONGEST_WAIT_MS: i64 = 60 * 60 * 1000;
/// Alerts delivered in one round.
const ROUND: i64 = 20;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident => $name:literal, $severity:ident;)+) => {
        /// What an alert is about. The list is closed; the names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AlertKind {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl AlertKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns its name in interfaces.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Says how bad it is.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }
        }
    };
}

kinds! {
    /// A web page sent a key: whoever opens the page has it.
    KeyInBrowser => "key-in-browser", Alarm;
    /// Somebody who does not exist was read.
    CanaryRead => "canary-read", Alarm;
    /// A credential departs from what it usually does.
    Anomaly => "anomaly", Warning;
    /// And so sharply that it was slowed down or held back.
    KeyStopped => "key-stopped", Alarm;
    /// A key was reported as lying in the open.
    KeyLeaked => "key-leaked", Alarm;
    /// Something about a credential should be put right.
    KeyLint => "key-lint", Notice;
    /// Somebody used the way that is meant for emergencies.
    BreakGlass => "break-glass", Alarm;
    /// A witness knows another history of the log than this vault.
    LogRolledBack => "log-rolled-back", Alarm;
    /// A witness has not cosigned the log for long.
    WitnessLag => "witness-lag", Warning;
    /// Something waits for approval.
    ApprovalWaiting => "approval-waiting", Notice;
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Somebody should know.
    Notice,
    /// Somebody should look at it today.
    Warning,
    /// Somebody should look at it now.
    Alarm,
}

impl Severity {
    /// Returns its name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Alarm => "alarm",
        }
    }
}

/// Something to be raised.
#[derive(Debug, Clone)]
pub struct Alert {
    /// The shop.
    pub store: StoreId,
    /// What it is about.
    pub kind: AlertKind,
    /// The credential that it is about.
    pub credential: Option<String>,
    /// Who answers for that.
    pub owner: Option<String>,
    /// What happened and what to do, in a sentence. Nothing of a person.
    pub text: String,
}

impl Alert {
    /// Makes an alert about a credential.
    pub fn about(kind: AlertKind, credential: &Credential, text: String) -> Self {
        Self {
            store: credential.store,
            kind,
            credential: Some(credential.id.clone()),
            owner: credential.grant.owner.clone(),
            text,
        }
    }
}

/// An alert that was raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedAlert {
    /// What it says.
    pub row: AlertRow,
    /// What became of it, on each channel that was tried.
    pub deliveries: Vec<DeliveryRow>,
}

impl Keeper {
    /// Raises an alert and returns its id: durable when this returns, delivered later.
    ///
    /// The same kind about the same credential within an hour is counted with the first.
    ///
    /// # Errors
    ///
    /// What the keyring says; then nobody will hear of it.
    pub fn raise(&self, alert: &Alert) -> Result<String, KeeperError> {
        let now_ms = self.around.clock.now_ms();
        let random = self.around.random.bytes::<6>();
        let (store, kind) = (alert.store, alert.kind.name());
        let credential = alert.credential.as_deref();
        self.writer().write(|tx| -> Result<_, KeeperError> {
            // A clock that was set back must not hide what happens now.
            let similar = alerts::similar(tx, store, kind, credential, now_ms - PAUSE_MS)?;
            if let Some(id) = similar {
                alerts::again(tx, &id, now_ms)?;
                return Ok(id);
            }
            let row = AlertRow {
                id: format!("alert_{}", crate::hex(&random)),
                store,
                raised_at: now_ms,
                last_at: now_ms,
                times: 1,
                kind: kind.to_owned(),
                severity: alert.kind.severity().name().to_owned(),
                credential: alert.credential.clone(),
                owner: alert.owner.clone(),
                sentence: alert.text.clone(),
            };
            alerts::insert(tx, &row)?;
            Ok(row.id)
        })
    }

    /// Lists a shop's alerts, the newest first.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn alerts(&self, store: StoreId, limit: u32) -> Result<Vec<RaisedAlert>, KeeperError> {
        self.reader().read(|tx| {
            let rows = alerts::list(tx, store, limit.into())?;
            let with_deliveries = |row: AlertRow| -> Result<_, KeeperError> {
                let deliveries = alerts::deliveries(tx, &row.id)?;
                Ok(RaisedAlert { row, deliveries })
            };
            rows.into_iter().map(with_deliveries).collect()
        })
    }

    /// Lists what a channel has to deliver now, the oldest first: a few at a time.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn alerts_due(&self, channel: &str) -> Result<Vec<AlertRow>, KeeperError> {
        let now_ms = self.around.clock.now_ms();
        self.reader().read(|tx| {
            Ok(alerts::due(
                tx,
                channel,
                now_ms - GIVEN_UP_MS,
                now_ms,
                ROUND,
            )?)
        })
    }

    /// Notes that a channel tried to deliver an alert. After a failure it waits, each time twice as
    /// long, an hour at most.
    ///
    /// # Errors
    ///
    /// What the keyring says; the alert is tried again then, delivered or not.
    pub fn note_delivery(
        &self,
        id: &str,
        channel: &str,
        is_delivered: bool,
    ) -> Result<(), KeeperError> {
        let now_ms = self.around.clock.now_ms();
        self.writer().write(|tx| {
            let earlier = alerts::deliveries(tx, id)?;
            let earlier = earlier.iter().find(|one| one.channel == channel);
            let failures = earlier.map_or(0, |one| one.attempts);
            let next_at = now_ms + wait_ms(failures);
            let delivered_at = is_delivered.then_some(now_ms);
            Ok(alerts::note(tx, id, channel, next_at, delivered_at)?)
        })
    }
}

/// Says how long to wait after so many failures before the latest.
fn wait_ms(failures: i64) -> i64 {
    let doublings = u32::try_from(failures).unwrap_or(u32::MAX).min(16);
    (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait_up_to_an_hour() {
        let waits: Vec<i64> = (0..4).map(|n| wait_ms(n) / 1000).collect();
        assert_eq!(waits, [15, 30, 60, 120]);
        assert_eq!(wait_ms(8), LONGEST_WAIT_MS);
        assert_eq!(wait_ms(i64::MAX), LONGEST_WAIT_MS);
    }

    #[test]
    fn kinds_have_names_of_their_own() {
        let names: std::collections::HashSet<_> =
            AlertKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), AlertKind::ALL.len());
    }
}
