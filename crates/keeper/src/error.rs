//! Why the keeper does not open, and why it refuses.

use crate::log::LogError;
use lethe_store::StoreError;

/// The keeper cannot work at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeeperError {
    /// The keyring database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] crate::LedgerError),
    /// The keyring is another installation's.
    #[error(
        "this keyring database holds an installation already: `lethe join` makes one more vault for it; an unfinished `lethe init` leaves one that nothing opens, and its schemas can be dropped"
    )]
    Occupied,
    /// The keeper could not take up its work.
    #[error(transparent)]
    Refused(Refusal),
    /// Keys that do not open under this root key.
    #[error(
        "{what} in the keyring does not open under this root key: it was altered, or keyring and root key belong to different installations"
    )]
    Keyring {
        /// Which key.
        what: &'static str,
    },
    /// A credential row that was changed behind the keeper's back.
    #[error(
        "credential {id} was changed in the database: its row does not authenticate; restore the keyring from a backup, and treat it as an incident"
    )]
    ForgedCredential {
        /// The credential's public id.
        id: String,
    },
}

/// A refused act. The log holds it, unless the log itself is the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No such key, or one that was revoked or has expired: one answer for all three.
    #[error(
        "this key is not valid: it is unknown, revoked or expired; ask its owner for a new one"
    )]
    Unauthenticated,
    /// A derived key that cannot be told to be one, or whose parent is not valid.
    #[error(
        "this derived key is not valid: it was altered or revoked, or the key it derives from is \
         unknown, revoked, expired, or of a release before derived keys (`lethe key rotate` makes one \
         that can); derive a new one"
    )]
    DerivedInvalid,
    /// The key was revoked.
    #[error("this key was revoked; ask its owner for a new one")]
    Revoked,
    /// The key has expired.
    #[error("this key has expired; ask its owner for a new one")]
    Expired,
    /// The grant lacks the power.
    #[error("this key may not do that: its grant lacks the power `{0}`")]
    Power(&'static str),
    /// The grant lacks the purpose.
    #[error("this key may not be used for the purpose `{0}`")]
    Purpose(&'static str),
    /// The grant lacks a field.
    #[error("this key may not read `{0}`")]
    Field(String),
    /// The order is in a state that the grant does not cover.
    #[error("this key may not read records of orders that are {0}")]
    State(&'static str),
    /// The key was derived for other orders.
    #[error(
        "this key is for other orders: it was derived for some of them, and opens, finds and lists \
         nothing else"
    )]
    Order,
    /// It came from an address outside the grant's networks.
    #[error("this key may not be used from this address: its grant names other networks")]
    Network,
    /// The credential is held back.
    #[error(
        "this key is in quarantine: {0}; its owner or the operator releases it or makes a new one"
    )]
    Quarantined(&'static str),
    /// It goes at a slower pace for now.
    #[error(
        "this key meets few new people for now: {why}; people it has met lately can still be read"
    )]
    Throttled {
        /// Why.
        why: String,
        /// Until when, Unix milliseconds.
        retry_at_ms: u64,
    },
    /// Too many requests in a second.
    #[error(
        "this key sends more requests in a second than its grant allows; go on from {retry_at_ms} (Unix ms)"
    )]
    Rate {
        /// When the next request may pass, Unix milliseconds.
        retry_at_ms: u64,
    },
    /// A quota is used up.
    #[error("{whose} quota of {of} is used up; {}", freed(.retry_at_ms))]
    Quota {
        /// `the key's`, `its owner's` or `the installation's`.
        whose: &'static str,
        /// What is counted, and in which time.
        of: String,
        /// When the oldest leaves the window, Unix milliseconds; `None`: never.
        retry_at_ms: Option<u64>,
    },
    /// A login that did not succeed: one answer, whatever was wrong.
    #[error(
        "the login failed: name, password or code is wrong, the code was used before, or the account is held back; after several wrong codes, wait a minute"
    )]
    Login,
    /// Too many tries from there.
    #[error("too many tries: wait {} s", .wait_ms.div_ceil(1_000))]
    LoginThrottled {
        /// For how long, in milliseconds.
        wait_ms: u64,
    },
    /// Unknown, too old, unused for too long, or used from elsewhere: one answer for all four.
    #[error("this session is over: log in again")]
    SessionOver,
    /// A key was presented where a person is needed.
    #[error("this is for people who logged in: an API key has no session and no password")]
    SessionNeeded,
    /// There is no such person or record, or not any more.
    #[error("nothing is stored under this token, or it was erased")]
    Gone,
    /// It cannot be approved or carried out.
    #[error("{0}")]
    NotApprovable(&'static str),
    /// A witness knows another history of the log.
    #[error(
        "a witness has cosigned another history of the access log: nothing is revealed until the operator \
         has found out why and run `lethe log witness explain`"
    )]
    LogRolledBack,
    /// The log cannot be written, so nothing may be done.
    #[error("{0}")]
    LogUnavailable(String),
    /// The ledger cannot be written, so nothing may be destroyed or revoked.
    #[error("{0}")]
    LedgerUnavailable(String),
    /// The keyring cannot be read or written, or holds what the keeper did not write.
    #[error("{0}")]
    KeyringUnavailable(String),
}

fn freed(retry_at_ms: &Option<u64>) -> String {
    match retry_at_ms {
        Some(at_ms) => format!("it frees up again from {at_ms} (Unix ms)"),
        None => "it does not free up: ask its owner for another key".to_owned(),
    }
}

impl Refusal {
    /// Returns the stable code: in problem documents, in `--json`, and as the log's reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated | Self::DerivedInvalid => "key-invalid",
            Self::Revoked => "key-revoked",
            Self::Expired => "key-expired",
            Self::Power(_) => "power-not-granted",
            Self::Purpose(_) => "purpose-not-granted",
            Self::Field(_) => "field-not-granted",
            Self::State(_) => "state-not-granted",
            Self::Order => "order-not-granted",
            Self::Network => "network-not-granted",
            Self::Quarantined(_) => "key-quarantined",
            Self::Throttled { .. } => "key-throttled",
            Self::Rate { .. } => "rate-exceeded",
            Self::Quota { .. } => "quota-exhausted",
            Self::Login => "login-failed",
            Self::LoginThrottled { .. } => "login-throttled",
            Self::SessionOver => "session-over",
            Self::SessionNeeded => "session-needed",
            Self::Gone => "not-found",
            Self::NotApprovable(_) => "not-approvable",
            Self::LogRolledBack => "log-rolled-back",
            Self::LogUnavailable(_) => "log-unavailable",
            Self::LedgerUnavailable(_) => "ledger-unavailable",
            Self::KeyringUnavailable(_) => "keyring-unavailable",
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::KeyringUnavailable(error.to_string())
    }
}

impl From<LogError> for Refusal {
    fn from(error: LogError) -> Self {
        Self::LogUnavailable(error.to_string())
    }
}
