//! People who log in. Each is a credential like any other: the one decision, quotas, quarantine,
//! revocation and the log know no difference. Here is what stands before it: password, second
//! factor, session, and the file of roles.

mod login;
mod manage;
mod person;
mod roles;
mod sessions;

pub use login::{Factor, LoggedIn, LoginRequest};
pub use manage::{NewSecrets, StaffMember};
pub use sessions::{SESSION_IDLE_MS, SESSION_MS, SessionId};

use lethe_staff::Throttle;
use sessions::Sessions;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is kept in memory alone: a restart ends all sessions and forgets all waits.
#[derive(Default)]
pub(crate) struct Desk {
    throttle: Mutex<Throttle>,
    sessions: Mutex<Sessions>,
}

impl Desk {
    fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
