//! Usage: what each credential really did, for the lint. Nothing here is about a person.

use lethe_model::{FieldSet, Power, Purpose, network_of};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Days that are remembered one by one.
const DAYS_KEPT: i64 = 90;
/// Networks that are remembered; whoever comes from more is everywhere.
const NETWORKS_KEPT: usize = 64;

/// What a credential has done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// When it was first presented, Unix milliseconds.
    #[serde(default)]
    pub first_ms: Option<i64>,
    /// When it was last presented, Unix milliseconds.
    #[serde(default)]
    pub last_ms: Option<i64>,
    /// The fields it has read, each with the day of its last use (days since 1970-01-01).
    #[serde(default)]
    pub fields: BTreeMap<u8, i64>,
    /// The purposes it has stated, likewise.
    #[serde(default)]
    pub purposes: BTreeMap<String, i64>,
    /// The powers it has used, likewise.
    #[serde(default)]
    pub powers: BTreeMap<String, i64>,
    /// From where it was presented: a prefix (/24, /48), the first and the last day.
    #[serde(default)]
    pub networks: BTreeMap<String, (i64, i64)>,
    /// What it did on each of the last 90 days that it did something.
    #[serde(default)]
    pub days: BTreeMap<i64, UsageDay>,
}

/// What a credential did on a day (UTC).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageDay {
    /// Reveals and look-ups that were granted.
    pub requests: u64,
    /// People it met who were not in its window of 24 hours already, and guesses.
    pub newcomers: u64,
    /// Requests refused because a quota was used up.
    pub over_quota: u64,
    /// The most it held of its bound of 24 hours, in per mille.
    pub peak_per_mille: u64,
    /// Its blast radius on that day: people within 24 hours, and until it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<(u64, u64)>,
}

/// A granted reveal or look-up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read {
    pub(crate) fields: FieldSet,
    pub(crate) purpose: Purpose,
    pub(crate) newcomers: u64,
    pub(crate) peak_per_mille: u64,
}

/// The usage of all credentials.
#[derive(Debug, Default)]
pub(crate) struct UsageBook {
    all: HashMap<String, Usage>,
    changed: HashSet<String>,
}

impl UsageBook {
    /// Notes that a key was presented.
    pub(crate) fn presented(&mut self, credential: &str, from: Option<IpAddr>, now_ms: i64) {
        let day = now_ms.div_euclid(DAY_MS);
        let usage = self.entry(credential);
        usage.first_ms.get_or_insert(now_ms);
        usage.last_ms = usage.last_ms.max(Some(now_ms));
        let is_known = |prefix: &str| usage.networks.contains_key(prefix);
        let prefix = network_of(from);
        if is_known(&prefix) || usage.networks.len() < NETWORKS_KEPT {
            usage.networks.entry(prefix).or_insert((day, day)).1 = day;
        }
    }

    /// Notes a granted reveal or look-up.
    pub(crate) fn read(&mut self, credential: &str, read: &Read, now_ms: i64) {
        let day = now_ms.div_euclid(DAY_MS);
        let usage = self.entry(credential);
        usage.first_ms.get_or_insert(now_ms);
        usage.last_ms = usage.last_ms.max(Some(now_ms));
        for field in read.fields.iter() {
            usage.fields.insert(field.number(), day);
        }
        set_day(&mut usage.purposes, read.purpose.name(), day);
        set_day(&mut usage.powers, Power::Reveal.name(), day);
        let of_day = usage.day(day);
        of_day.requests += 1;
        of_day.newcomers += read.newcomers;
        of_day.peak_per_mille = of_day.peak_per_mille.max(read.peak_per_mille);
    }

    /// Notes a use of another power.
    pub(crate) fn used(&mut self, credential: &str, power: Power, now_ms: i64) {
        let usage = self.entry(credential);
        set_day(&mut usage.powers, power.name(), now_ms.div_euclid(DAY_MS));
    }

    /// Notes that a quota stopped it.
    pub(crate) fn stopped(&mut self, credential: &str, now_ms: i64) {
        let usage = self.entry(credential);
        usage.day(now_ms.div_euclid(DAY_MS)).over_quota += 1;
    }

    /// Notes what a thief could have reached on that day, for the trend.
    pub(crate) fn reached(&mut self, credential: &str, reach: (u64, u64), now_ms: i64) {
        let usage = self.entry(credential);
        usage.day(now_ms.div_euclid(DAY_MS)).reach = Some(reach);
    }

    /// Returns what a credential has done.
    pub(crate) fn of(&self, credential: &str) -> Usage {
        self.all.get(credential).cloned().unwrap_or_default()
    }

    pub(crate) fn take_changed(&mut self) -> Vec<(String, Vec<u8>)> {
        let changed = std::mem::take(&mut self.changed);
        let snapshot = |id: String| {
            let usage = self.all.get(&id)?;
            Some((id, serde_json::to_vec(usage).expect("words and numbers")))
        };
        changed.into_iter().filter_map(snapshot).collect()
    }

    pub(crate) fn restore(&mut self, credential: &str, snapshot: &[u8]) -> Option<()> {
        let usage = serde_json::from_slice(snapshot).ok()?;
        self.all.insert(credential.to_owned(), usage);
        Some(())
    }

    /// Joins what another vault stored about a credential with what is known here, and puts that
    /// into `snapshot`.
    pub(crate) fn merge(
        &mut self,
        credential: &str,
        stored: Option<&Vec<u8>>,
        snapshot: &mut Vec<u8>,
    ) {
        let stored = stored.and_then(|stored| serde_json::from_slice::<Usage>(stored).ok());
        let (Some(stored), Some(own)) = (stored, self.all.get_mut(credential)) else {
            return;
        };
        own.join(&stored);
        *snapshot = serde_json::to_vec(own).expect("words and numbers");
    }

    /// Takes snapshots back that were not stored.
    pub(crate) fn mark_changed(&mut self, snapshots: &[(String, Vec<u8>)], prefix: &str) {
        let names = snapshots.iter().map(|(name, _)| name);
        let own = names.filter_map(|name| name.strip_prefix(prefix));
        self.changed.extend(own.map(str::to_owned));
    }

    fn entry(&mut self, credential: &str) -> &mut Usage {
        if !self.changed.contains(credential) {
            self.changed.insert(credential.to_owned());
        }
        if !self.all.contains_key(credential) {
            self.all.insert(credential.to_owned(), Usage::default());
        }
        self.all.get_mut(credential).expect("it was just put there")
    }
}

impl Usage {
    /// Adds what another vault has seen of the same credential. Reads are counted by every vault, so
    /// that the larger count holds both.
    fn join(&mut self, other: &Self) {
        self.first_ms = match (self.first_ms, other.first_ms) {
            (Some(own), Some(theirs)) => Some(own.min(theirs)),
            (own, theirs) => own.or(theirs),
        };
        self.last_ms = self.last_ms.max(other.last_ms);
        for (field, day) in &other.fields {
            let own = self.fields.entry(*field).or_insert(*day);
            *own = (*own).max(*day);
        }
        for (name, day) in &other.purposes {
            set_day(&mut self.purposes, name, *day);
        }
        for (name, day) in &other.powers {
            set_day(&mut self.powers, name, *day);
        }
        for (prefix, (first, last)) in &other.networks {
            if self.networks.contains_key(prefix) || self.networks.len() < NETWORKS_KEPT {
                let own = self
                    .networks
                    .entry(prefix.clone())
                    .or_insert((*first, *last));
                *own = (own.0.min(*first), own.1.max(*last));
            }
        }
        for (day, theirs) in &other.days {
            let own = self.days.entry(*day).or_default();
            own.requests = own.requests.max(theirs.requests);
            own.newcomers = own.newcomers.max(theirs.newcomers);
            own.over_quota = own.over_quota.max(theirs.over_quota);
            own.peak_per_mille = own.peak_per_mille.max(theirs.peak_per_mille);
            own.reach = own.reach.max(theirs.reach);
        }
    }

    fn day(&mut self, day: i64) -> &mut UsageDay {
        if !self.days.contains_key(&day) {
            self.days.retain(|other, _| *other > day - DAYS_KEPT);
        }
        self.days.entry(day).or_default()
    }

    /// Returns the fields that were used since a day.
    pub fn fields_since(&self, day: i64) -> FieldSet {
        let recent = self.fields.iter().filter(|(_, last)| **last >= day);
        recent
            .filter_map(|(number, _)| lethe_model::Field::from_number(*number))
            .collect()
    }

    /// Returns the purposes that were stated since a day.
    pub fn purposes_since(&self, day: i64) -> BTreeSet<&str> {
        since(&self.purposes, day)
    }

    /// Returns the powers that were used since a day.
    pub fn powers_since(&self, day: i64) -> BTreeSet<&str> {
        since(&self.powers, day)
    }
}

fn since(days: &BTreeMap<String, i64>, day: i64) -> BTreeSet<&str> {
    let recent = days.iter().filter(|(_, last)| **last >= day);
    recent.map(|(name, _)| name.as_str()).collect()
}

fn set_day(days: &mut BTreeMap<String, i64>, name: &str, day: i64) {
    match days.get_mut(name) {
        Some(last) => *last = (*last).max(day),
        None => drop(days.insert(name.to_owned(), day)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_remembers_what_was_read_from_where_and_when() {
        let mut book = UsageBook::default();
        let fields = FieldSet::parse(["delivery.city"]).unwrap();
        let read = Read {
            fields,
            purpose: Purpose::Support,
            newcomers: 1,
            peak_per_mille: 100,
        };
        book.presented("key", Some("10.1.2.3".parse().unwrap()), 5 * DAY_MS);
        book.presented("key", Some("10.1.2.9".parse().unwrap()), 6 * DAY_MS);
        book.read("key", &read, 6 * DAY_MS);
        book.stopped("key", 6 * DAY_MS);
        let usage = book.of("key");
        assert_eq!(usage.networks.get("10.1.2.0/24"), Some(&(5, 6)));
        assert_eq!(usage.fields_since(6), fields);
        assert!(usage.fields_since(7).is_empty());
        assert_eq!(usage.purposes_since(0), BTreeSet::from(["support"]));
        assert_eq!(usage.days[&6].over_quota, 1);
        assert_eq!(book.take_changed().len(), 1);
        assert!(book.take_changed().is_empty());
    }

    #[test]
    fn what_two_vaults_saw_of_a_key_is_joined() {
        let (mut here, mut there) = (UsageBook::default(), UsageBook::default());
        here.presented("key", Some("10.1.2.3".parse().unwrap()), 5 * DAY_MS);
        there.presented("key", Some("10.9.9.3".parse().unwrap()), 3 * DAY_MS);
        let stored = there.take_changed().remove(0).1;
        let mut snapshot = here.take_changed().remove(0).1;
        here.merge("key", Some(&stored), &mut snapshot);
        let joined: Usage = serde_json::from_slice(&snapshot).unwrap();
        assert_eq!(joined.networks.len(), 2);
        assert_eq!(joined.first_ms, Some(3 * DAY_MS));
        assert_eq!(joined.last_ms, Some(5 * DAY_MS));
        assert_eq!(here.of("key"), joined);
    }
}
