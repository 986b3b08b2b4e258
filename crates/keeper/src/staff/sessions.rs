//! Sessions: short, in memory, and good only for the client that logged in.

use lethe_staff::Client;
use std::collections::HashMap;
use std::fmt;

/// A session ends this long after its login, in milliseconds.
pub const SESSION_MS: u64 = 8 * 60 * 60 * 1000;
/// A session ends when it is not used for this long, in milliseconds.
pub const SESSION_IDLE_MS: u64 = 30 * 60 * 1000;
/// Sessions of one person; a further login ends the oldest.
const SESSIONS_MAX: usize = 5;

/// Names a session: the keyed hash of its key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(pub(super) [u8; 32]);

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[session]")
    }
}

struct Session {
    credential: String,
    client: Client,
    began_ms: u64,
    used_ms: u64,
}

impl Session {
    fn is_over(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.began_ms) >= SESSION_MS
            || now_ms.saturating_sub(self.used_ms) >= SESSION_IDLE_MS
    }
}

/// What a presented session is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Presented {
    /// Good: whose it is, and how long it may still last in milliseconds.
    Good(String, u64),
    /// Whose it was: it came from elsewhere and is ended.
    Elsewhere(String),
    /// Unknown or over.
    Over,
}

/// All sessions. `now_ms` everywhere: milliseconds on a clock that nobody sets.
#[derive(Default)]
pub(crate) struct Sessions(HashMap<[u8; 32], Session>);

impl Sessions {
    pub(super) fn begin(&mut self, id: SessionId, credential: &str, client: &Client, now_ms: u64) {
        self.0.retain(|_, one| !one.is_over(now_ms));
        let of_theirs = |one: &&[u8; 32], all: &HashMap<[u8; 32], Session>| {
            all.get(*one)
                .is_some_and(|one| one.credential == credential)
        };
        loop {
            let theirs: Vec<&[u8; 32]> = self
                .0
                .keys()
                .filter(|one| of_theirs(one, &self.0))
                .collect();
            if theirs.len() < SESSIONS_MAX {
                break;
            }
            let oldest = theirs.into_iter().min_by_key(|one| self.0[*one].began_ms);
            let Some(oldest) = oldest.copied() else { break };
            self.0.remove(&oldest);
        }
        let session = Session {
            credential: credential.to_owned(),
            client: client.clone(),
            began_ms: now_ms,
            used_ms: now_ms,
        };
        self.0.insert(id.0, session);
    }

    pub(super) fn present(&mut self, id: SessionId, client: &Client, now_ms: u64) -> Presented {
        let Some(session) = self.0.get_mut(&id.0) else {
            return Presented::Over;
        };
        let credential = session.credential.clone();
        if session.is_over(now_ms) {
            self.0.remove(&id.0);
            return Presented::Over;
        }
        if session.client != *client {
            self.0.remove(&id.0);
            return Presented::Elsewhere(credential);
        }
        session.used_ms = now_ms;
        let age_ms = now_ms.saturating_sub(session.began_ms);
        Presented::Good(credential, SESSION_MS - age_ms)
    }

    /// Ends a session.
    pub(super) fn end(&mut self, id: SessionId) {
        self.0.remove(&id.0);
    }

    /// Ends all sessions of a credential but one.
    pub(super) fn end_all(&mut self, credential: &str, but: Option<SessionId>) {
        self.0
            .retain(|id, one| one.credential != credential || but.is_some_and(|but| but.0 == *id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(network: u8) -> Client {
        Client::new(Some([10, 0, network, 1].into()), [0; 32])
    }

    #[test]
    fn a_session_lasts_eight_hours_if_it_is_used() {
        let mut all = Sessions::default();
        let (id, home) = (SessionId([1; 32]), client(1));
        all.begin(id, "staff_1", &home, 0);
        let mut now_ms = 0;
        while now_ms + SESSION_IDLE_MS <= SESSION_MS {
            let left = Presented::Good("staff_1".to_owned(), SESSION_MS - now_ms);
            assert_eq!(all.present(id, &home, now_ms), left);
            now_ms += SESSION_IDLE_MS - 1;
        }
        assert_eq!(all.present(id, &home, SESSION_MS), Presented::Over);
        all.begin(id, "staff_1", &home, 0);
        assert_eq!(all.present(id, &home, SESSION_IDLE_MS), Presented::Over);
    }

    #[test]
    fn a_session_that_comes_from_elsewhere_is_ended_for_both() {
        let mut all = Sessions::default();
        let (id, home) = (SessionId([1; 32]), client(1));
        all.begin(id, "staff_1", &home, 0);
        let stolen = all.present(id, &client(2), 1);
        assert_eq!(stolen, Presented::Elsewhere("staff_1".to_owned()));
        assert_eq!(all.present(id, &home, 2), Presented::Over);
    }

    #[test]
    fn somebody_has_five_sessions_at_most() {
        let mut all = Sessions::default();
        for n in 0..7 {
            all.begin(SessionId([n; 32]), "staff_1", &client(1), u64::from(n));
            all.begin(
                SessionId([n + 100; 32]),
                "staff_2",
                &client(1),
                u64::from(n),
            );
        }
        let mut lives = |n| all.present(SessionId([n; 32]), &client(1), 8) != Presented::Over;
        assert_eq!(
            (0..7).filter(|n| lives(*n)).collect::<Vec<u8>>(),
            [2, 3, 4, 5, 6]
        );
        all.end_all("staff_1", Some(SessionId([4; 32])));
        let mut lives = |n| all.present(SessionId([n; 32]), &client(1), 9) != Presented::Over;
        assert_eq!((0..7).filter(|n| lives(*n)).collect::<Vec<u8>>(), [4]);
        assert!(lives(106));
    }
}
