//! Quotas: how many distinct people a credential may meet, and how many of their values.
//!
//! Three counters are charged for each request: the credential's (its derived keys share it), its
//! owner's, and the installation's. A request that would exceed one of them charges none.

pub(crate) mod codec;
#[cfg(feature = "measure")]
pub mod measure;
mod timeline;

use crate::Refusal;
use crate::credential::Credential;
use codec::{Malformed, Reader};
use lethe_brake::Observation;
use lethe_model::{Bounds, FieldSet, SubjectNumber, Window};
use roaring::RoaringTreemap;
use std::collections::{HashMap, HashSet};
use timeline::Timeline;

/// How long a restored vault meets nobody new: 24 hours, in milliseconds.
pub const WINDOW_MS: u64 = 24 * 60 * 60 * 1000;

const VERSION: u64 = 1;
/// The counter of all credentials together.
const INSTALLATION: &str = "installation";

/// The counters of all credentials. Snapshots and the log bring them back after a restart.
#[derive(Default)]
pub(crate) struct Quotas {
    counters: HashMap<String, Counter>,
    changed: HashSet<String>,
    /// Until then nobody new is met: after a restore it is not known who was met before.
    spent_until_ms: u64,
}

/// Whom a credential, an owner or the installation has met.
#[derive(Debug, Default, Clone, PartialEq)]
struct Counter {
    people: Timeline,
    /// Pairs of a person and a field; counted only where they are bounded.
    values: Timeline,
}

/// What a request would meet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charge<'c> {
    pub(crate) credential: &'c Credential,
    /// What all keys of its owner may meet together.
    pub(crate) owner: &'c Bounds,
    /// What everybody may meet together.
    pub(crate) installation: &'c Bounds,
    pub(crate) people: &'c [(SubjectNumber, FieldSet)],
    pub(crate) guesses: u64,
}

impl Charge<'_> {
    /// The counters it is charged to, with their bounds and names in messages.
    fn counters(&self) -> Vec<(String, &Bounds, &'static str)> {
        let quota = &self.credential.grant.quota;
        let mut counters = vec![
            (key_counter(&self.credential.id), &quota.people, "the key's"),
            (
                INSTALLATION.to_owned(),
                self.installation,
                "the installation's",
            ),
        ];
        if let Some(owner) = &self.credential.grant.owner {
            let counter = owner_counter(self.credential, owner);
            counters.push((counter, self.owner, "its owner's"));
        }
        counters
    }

    fn values(&self) -> impl Iterator<Item = u64> {
        self.people.iter().flat_map(|(person, fields)| {
            let person = person.0 << 6;
            fields
                .iter()
                .map(move |field| person | u64::from(field.number()))
        })
    }
}

fn key_counter(credential: &str) -> String {
    format!("key/{credential}")
}

fn owner_counter(credential: &Credential, owner: &str) -> String {
    format!("owner/{}/{owner}", credential.store.0)
}

impl Quotas {
    /// Says whether people and failed guesses can be charged, all or nothing.
    ///
    /// A person who is already in the window is free, and stays in it from now on: else somebody
    /// read again and somebody new would make more people in one window than its bound. A guess is
    /// never free, because a table of earlier guesses would be a list of people who are *not*
    /// customers.
    ///
    /// # Errors
    ///
    /// [`Refusal::Quota`] for the first bound that would be exceeded.
    pub(crate) fn check(&mut self, charge: &Charge<'_>, now_ms: u64) -> Result<(), Refusal> {
        for (name, bounds, whose) in charge.counters() {
            let counter = self.counters.entry(name).or_default();
            counter.people.advance(now_ms);
            let people = || charge.people.iter().map(|(person, _)| person.0);
            let exceeded = exceeds(&counter.people, bounds, people, charge.guesses);
            if let Some((window, bound)) = exceeded {
                let of = in_words(bound, "people", window);
                let retry_at_ms = counter.people.frees_at_ms(window);
                return Err(Refusal::Quota {
                    whose,
                    of,
                    retry_at_ms,
                });
            }
        }
        let bounds = &charge.credential.grant.quota.values;
        let own = self.own(charge.credential);
        if !bounds.is_empty() {
            own.values.advance(now_ms);
            if let Some((window, bound)) = exceeds(&own.values, bounds, || charge.values(), 0) {
                let retry_at_ms = own.values.frees_at_ms(window);
                return Err(Refusal::Quota {
                    whose: "the key's",
                    of: in_words(bound, "values", window),
                    retry_at_ms,
                });
            }
        }
        let is_free = charge.guesses == 0
            && charge
                .people
                .iter()
                .all(|(person, _)| own.people.knows(person.0, Window::Day));
        if now_ms < self.spent_until_ms && !is_free {
            return Err(Refusal::Quota {
                whose: "the installation's",
                of: "the day after a restore".to_owned(),
                retry_at_ms: Some(self.spent_until_ms),
            });
        }
        Ok(())
    }

    /// Says what a charge would be for the brake: whom it meets anew, whom again.
    pub(crate) fn observe(&mut self, charge: &Charge<'_>, now_ms: u64) -> Observation {
        let own = self.own(charge.credential);
        own.people.advance(now_ms);
        let mut people: Vec<u64> = charge.people.iter().map(|(person, _)| person.0).collect();
        people.sort_unstable();
        people.dedup();
        let is_known = |person: &&u64| own.people.knows(**person, Window::Day);
        let known = people.iter().filter(is_known).count();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Observation {
            new_people: number(people.len() - known),
            known_people: number(known),
            guesses: u32::try_from(charge.guesses).unwrap_or(u32::MAX),
            people_per_day: charge
                .credential
                .grant
                .quota
                .people
                .narrowed_by(charge.installation)
                .day
                .unwrap_or(u32::MAX),
        }
    }

    /// Puts a charge down, whatever the bounds are.
    pub(crate) fn note(&mut self, charge: &Charge<'_>, now_ms: u64) {
        for (name, _, _) in charge.counters() {
            let counter = self.counters.entry(name.clone()).or_default();
            counter.people.advance(now_ms);
            for (person, _) in charge.people {
                counter.people.meet(person.0, now_ms);
            }
            counter.people.guess(charge.guesses, now_ms);
            self.changed.insert(name);
        }
        if !charge.credential.grant.quota.values.is_empty() {
            let own = self.own(charge.credential);
            own.values.advance(now_ms);
            charge
                .values()
                .for_each(|value| own.values.meet(value, now_ms));
        }
    }

    /// Counts every quota as spent until a moment.
    pub(crate) fn spend_until(&mut self, until_ms: u64) {
        self.spent_until_ms = self.spent_until_ms.max(until_ms);
    }

    pub(crate) fn spent_until_ms(&self) -> u64 {
        self.spent_until_ms
    }

    /// Counts every counter as changed: the last snapshots were not written.
    pub(crate) fn mark_all_changed(&mut self) {
        self.changed = self.counters.keys().cloned().collect();
    }

    /// Says how many people and guesses each window of a credential holds now.
    pub(crate) fn used(&mut self, credential: &str, now_ms: u64) -> [u64; 4] {
        let Some(counter) = self.counters.get_mut(&key_counter(credential)) else {
            return [0; 4];
        };
        counter.people.advance(now_ms);
        Window::ALL.map(|window| counter.people.count(window))
    }

    /// Counts the distinct people whom any of these credentials has ever met.
    pub(crate) fn people_met_by<'c>(&self, credentials: impl Iterator<Item = &'c str>) -> u64 {
        let mut all = RoaringTreemap::new();
        for credential in credentials {
            if let Some(counter) = self.counters.get(&key_counter(credential)) {
                counter.people.add_everybody(&mut all);
            }
        }
        all.len()
    }

    /// Says the same without bringing anything up to that moment: looking frees nobody.
    pub(crate) fn seen_at(&self, credential: &str, now_ms: u64) -> [u64; 4] {
        let Some(counter) = self.counters.get(&key_counter(credential)) else {
            return [0; 4];
        };
        let mut people = counter.people.clone();
        people.advance(now_ms);
        Window::ALL.map(|window| people.count(window))
    }

    /// Takes the counters that changed since the last call, as snapshots.
    pub(crate) fn take_changed(&mut self) -> Vec<(String, Vec<u8>)> {
        let changed = std::mem::take(&mut self.changed);
        let snapshot = |name: String| {
            let counter = self.counters.get(&name)?;
            let mut bytes = VERSION.to_be_bytes().to_vec();
            counter.people.write(&mut bytes);
            counter.values.write(&mut bytes);
            Some((name, bytes))
        };
        changed.into_iter().filter_map(snapshot).collect()
    }

    /// Puts a counter back as a snapshot holds it.
    pub(crate) fn restore(&mut self, name: &str, snapshot: &[u8]) -> Result<(), Malformed> {
        let mut from = Reader::new(snapshot);
        if from.number()? != VERSION {
            return Err(Malformed);
        }
        let counter = Counter {
            people: Timeline::read(&mut from)?,
            values: Timeline::read(&mut from)?,
        };
        if !from.is_empty() {
            return Err(Malformed);
        }
        self.counters.insert(name.to_owned(), counter);
        Ok(())
    }

    fn own(&mut self, credential: &Credential) -> &mut Counter {
        self.counters
            .entry(key_counter(&credential.id))
            .or_default()
    }
}

/// Finds the first bound that newcomers and guesses would exceed. Whoever brings neither exceeds
/// nothing: what is already in the window is free.
fn exceeds<I: Iterator<Item = u64>>(
    line: &Timeline,
    bounds: &Bounds,
    units: impl Fn() -> I,
    guesses: u64,
) -> Option<(Window, u32)> {
    Window::ALL.into_iter().find_map(|window| {
        let bound = bounds.of(window)?;
        let mut newcomers: Vec<u64> = units().filter(|unit| !line.knows(*unit, window)).collect();
        newcomers.sort_unstable();
        newcomers.dedup();
        let brought = newcomers.len() as u64 + guesses;
        let is_over = brought > 0 && line.count(window) + brought > u64::from(bound);
        is_over.then_some((window, bound))
    })
}

fn in_words(bound: u32, what: &str, window: Window) -> String {
    match window {
        Window::Hour => format!("{bound} distinct {what} in 60 minutes"),
        Window::Day => format!("{bound} distinct {what} in 24 hours"),
        Window::Quarter => format!("{bound} distinct {what} in 90 days"),
        Window::Ever => format!("{bound} distinct {what} in all"),
    }
}

#[cfg(test)]
mod tests;
