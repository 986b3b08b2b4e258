//! What quotas cost, for the benchmark: the counters themselves are not for others.

use super::{Charge, Quotas};
use crate::credential::Credential;
use lethe_model::{Bounds, FieldSet, Grant, Quota, StoreId, SubjectNumber};

/// Counters under load.
#[derive(Default)]
pub struct Load {
    quotas: Quotas,
}

impl Load {
    /// Lets a key meet people by number at a moment (Unix milliseconds), `step` apart.
    pub fn meet(&mut self, key: u32, people: u64, step: u64, at_ms: u64) {
        let credential = credential(key);
        let mut batch = Vec::with_capacity(1_000);
        let mut numbers = (0..people).map(|n| SubjectNumber(n * step));
        loop {
            batch.clear();
            batch.extend(
                numbers
                    .by_ref()
                    .take(1_000)
                    .map(|one| (one, FieldSet::EMPTY)),
            );
            if batch.is_empty() {
                return;
            }
            self.quotas.note(&charge(&credential, &batch), at_ms);
        }
    }

    /// Says about how many bytes the counters of `keys` keys take in memory.
    pub fn bytes(&self, keys: u32) -> usize {
        let of = |key| {
            let counter = self
                .quotas
                .counters
                .get(&super::key_counter(&credential(key).id));
            counter.map_or(0, |one| one.people.bytes() + one.values.bytes())
        };
        (0..keys).map(of).sum()
    }

    /// Charges one reveal of one person as the vault does: check, then note.
    pub fn reveal(&mut self, key: u32, person: u64, at_ms: u64) -> bool {
        let credential = credential(key);
        let people = [(SubjectNumber(person), FieldSet::EMPTY)];
        let charge = charge(&credential, &people);
        let is_allowed = self.quotas.check(&charge, at_ms).is_ok();
        if is_allowed {
            self.quotas.note(&charge, at_ms);
        }
        is_allowed
    }
}

const NO_BOUNDS: Bounds = Bounds {
    hour: None,
    day: None,
    quarter: None,
    ever: None,
};

fn charge<'c>(credential: &'c Credential, people: &'c [(SubjectNumber, FieldSet)]) -> Charge<'c> {
    Charge {
        credential,
        owner: &NO_BOUNDS,
        installation: &NO_BOUNDS,
        people,
        guesses: 0,
    }
}

fn credential(key: u32) -> Credential {
    let mut quota = Quota::people_per_day(2_000_000);
    quota.people.hour = Some(2_000_000);
    quota.people.quarter = Some(2_000_000);
    quota.people.ever = Some(2_000_000);
    let grant = Grant {
        quota,
        ..Grant::default()
    };
    Credential::new(
        format!("key_{key:012x}"),
        StoreId(1),
        "bench".to_owned(),
        grant,
        0,
        None,
    )
}
