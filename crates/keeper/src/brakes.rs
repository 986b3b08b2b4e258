//! The anomaly brake of each credential, beside its quota.

use lethe_brake::{Brake, BrakeSettings, Observation, State, Verdict};
use std::collections::{HashMap, HashSet};

/// The brakes of all credentials.
pub(crate) struct Brakes {
    brake: Brake,
    states: HashMap<String, State>,
    changed: HashSet<String>,
}

impl Default for Brakes {
    fn default() -> Self {
        let brake = Brake::new(BrakeSettings::default());
        Self {
            brake: brake.expect("the defaults are in range"),
            states: HashMap::new(),
            changed: HashSet::new(),
        }
    }
}

impl Brakes {
    /// Judges a request before it is carried out. Where the settings say that a departure only
    /// raises an alert, it counts whatever the brake thinks of it.
    pub(crate) fn judge(
        &mut self,
        credential: &str,
        seen: Observation,
        may_refuse: bool,
        now_ms: u64,
    ) -> Verdict {
        let brake = self.brake.clone();
        let state = self.entry(credential, now_ms);
        if may_refuse {
            brake.observe(state, now_ms, seen)
        } else {
            brake.replay(state, now_ms, seen)
        }
    }

    /// Counts a request of the past.
    pub(crate) fn replay(&mut self, credential: &str, seen: Observation, at_ms: u64) {
        let brake = self.brake.clone();
        brake.replay(self.entry(credential, at_ms), at_ms, seen);
    }

    pub(crate) fn take_changed(&mut self) -> Vec<(String, Vec<u8>)> {
        let changed = std::mem::take(&mut self.changed);
        let snapshot = |id: String| {
            let bytes = self.states.get(&id)?.to_bytes();
            Some((id, bytes))
        };
        changed.into_iter().filter_map(snapshot).collect()
    }

    pub(crate) fn mark_all_changed(&mut self) {
        self.changed = self.states.keys().cloned().collect();
    }

    pub(crate) fn restore(&mut self, credential: &str, snapshot: &[u8]) -> Option<()> {
        let state = State::from_bytes(snapshot).ok()?;
        self.states.insert(credential.to_owned(), state);
        Some(())
    }

    fn entry(&mut self, credential: &str, now_ms: u64) -> &mut State {
        if !self.changed.contains(credential) {
            self.changed.insert(credential.to_owned());
        }
        if !self.states.contains_key(credential) {
            self.states
                .insert(credential.to_owned(), State::new(now_ms));
        }
        self.states
            .get_mut(credential)
            .expect("it was just put there")
    }
}
