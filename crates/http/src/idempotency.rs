//! Remembered `Idempotency-Key`s: a request that was sent twice makes one thing.

use crate::problem::{Problem, ProblemKind};
use axum::http::{HeaderMap, HeaderName};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a key is remembered.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// How many are remembered at most; the oldest are forgotten first.
const REMEMBERED_MAX: usize = 10_000;
/// The longest key.
const KEY_BYTES_MAX: usize = 255;

/// The header's name.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What was done under which `Idempotency-Key`, per credential, in memory.
#[derive(Default)]
pub(crate) struct Idempotency {
    state: Mutex<State>,
}

/// A credential's id and the header's value.
type Name = (String, String);

#[derive(Default)]
struct State {
    /// What was made; `None` while it is being made.
    made: HashMap<Name, Option<String>>,
    order: VecDeque<(Instant, Name)>,
}

/// A place taken under an `Idempotency-Key`. Given up when it is dropped without a result.
///
/// It moves with the work itself: a client that hangs up does not stop the work.
pub(crate) struct Attempt {
    memory: Arc<Idempotency>,
    name: Option<Name>,
}

impl Idempotency {
    /// Begins what must be done once.
    ///
    /// # Errors
    ///
    /// [`ProblemKind::IdempotencyReplay`] with the id of what was made the first time.
    pub(crate) fn begin(
        self: &Arc<Self>,
        credential: &str,
        headers: &HeaderMap,
    ) -> Result<Attempt, Problem> {
        let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
            return Ok(Attempt {
                memory: Arc::clone(self),
                name: None,
            });
        };
        let text = value.to_str().unwrap_or_default().trim();
        if text.is_empty() || text.len() > KEY_BYTES_MAX {
            return Err(Problem::invalid(
                "Idempotency-Key",
                "is 1 to 255 visible ASCII characters, for example a UUID",
            ));
        }
        let name = (credential.to_owned(), text.to_owned());
        let mut state = self.lock();
        state.forget(Instant::now());
        if let Some(made) = state.made.get(&name) {
            return Err(replay(made.clone()));
        }
        state.made.insert(name.clone(), None);
        Ok(Attempt {
            memory: Arc::clone(self),
            name: Some(name),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// Remembers what was made.
    pub(crate) fn complete(mut self, id: &str) {
        let Some(name) = self.name.take() else { return };
        let mut state = self.memory.lock();
        state.made.insert(name.clone(), Some(id.to_owned()));
        state.order.push_back((Instant::now(), name));
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let Some(name) = self.name.take() {
            self.memory.lock().made.remove(&name);
        }
    }
}

impl State {
    fn forget(&mut self, now: Instant) {
        while let Some((at, _)) = self.order.front() {
            let is_old = now.duration_since(*at) >= REMEMBERED;
            if !is_old && self.order.len() < REMEMBERED_MAX {
                break;
            }
            if let Some((_, name)) = self.order.pop_front() {
                self.made.remove(&name);
            }
        }
    }
}

fn replay(made: Option<String>) -> Problem {
    let detail = match &made {
        Some(id) if !id.starts_with("key_") => {
            format!("the first request with this Idempotency-Key made {id}")
        }
        Some(id) => format!(
            "the first request with this Idempotency-Key made {id}; the secret of a key is shown \
             only then: if it was lost, revoke the key and make another"
        ),
        None => "the first request with this Idempotency-Key is still being served".to_owned(),
    };
    Problem::new(ProblemKind::IdempotencyReplay, detail).with_made_id(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(key: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(IDEMPOTENCY_KEY, HeaderValue::from_static(key))])
    }

    #[test]
    fn the_second_request_under_a_key_is_refused_for_the_same_credential_only() {
        let memory = Arc::new(Idempotency::default());
        let first = memory.begin("key_a", &headers("one")).ok().unwrap();
        assert!(memory.begin("key_a", &headers("one")).is_err(), "in flight");
        first.complete("key_new");
        assert!(memory.begin("key_a", &headers("one")).is_err());
        assert!(memory.begin("key_b", &headers("one")).is_ok());
        assert!(memory.begin("key_a", &headers("two")).is_ok());
        assert!(memory.begin("key_a", &HeaderMap::new()).is_ok());
    }

    #[test]
    fn a_request_that_failed_may_be_sent_again() {
        let memory = Arc::new(Idempotency::default());
        drop(memory.begin("key_a", &headers("one")).ok().unwrap());
        assert!(memory.begin("key_a", &headers("one")).is_ok());
    }

    #[test]
    fn a_key_is_forgotten_after_a_day() {
        let memory = Arc::new(Idempotency::default());
        memory
            .begin("key_a", &headers("one"))
            .ok()
            .unwrap()
            .complete("key_new");
        memory.lock().forget(Instant::now() + REMEMBERED);
        assert!(memory.begin("key_a", &headers("one")).is_ok());
    }

    #[test]
    fn a_blank_or_endless_key_is_refused() {
        let memory = Arc::new(Idempotency::default());
        assert!(memory.begin("key_a", &headers(" ")).is_err());
        let long = HeaderValue::from_str(&"a".repeat(256)).unwrap();
        let long = HeaderMap::from_iter([(IDEMPOTENCY_KEY, long)]);
        assert!(memory.begin("key_a", &long).is_err());
    }
}
