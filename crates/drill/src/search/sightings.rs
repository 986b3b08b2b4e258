//! What a search has seen: whose values, in which encodings, where first.

use super::encoding::Encoding;
use super::needles::{Needle, Needles, is_naming};
use crate::finding::Fields;
use lethe_model::FieldKind;
use std::collections::{BTreeMap, BTreeSet};

/// Different places named in a report at most.
const PLACES_MAX: usize = 5;

/// The result of one or several searches for the same needles.
pub(crate) struct Sightings {
    is_seen: Vec<bool>,
    places: BTreeMap<(String, Encoding), u64>,
    hits: u64,
    bytes: u64,
}

impl Sightings {
    pub(crate) fn of(needles: &Needles) -> Self {
        Self {
            is_seen: vec![false; needles.values.len()],
            places: BTreeMap::new(),
            hits: 0,
            bytes: 0,
        }
    }

    pub(crate) fn add(&mut self, needle: &Needle, place: &str) {
        self.is_seen[needle.value as usize] = true;
        self.hits += 1;
        let key = (place.to_owned(), needle.encoding);
        *self.places.entry(key).or_default() += 1;
    }

    pub(crate) fn count_bytes(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Returns how many bytes were searched.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns how often anything was seen.
    pub(crate) fn hits(&self) -> u64 {
        self.hits
    }

    /// Counts the people of whom a naming value was seen.
    pub(crate) fn named(&self, needles: &Needles) -> u64 {
        let people: BTreeSet<u32> = self
            .seen(needles)
            .filter(|(kind, _)| is_naming(*kind))
            .map(|(_, person)| person)
            .collect();
        people.len() as u64
    }

    /// Counts the people of whom each kind of field was seen.
    pub(crate) fn fields(&self, needles: &Needles) -> Fields {
        let mut kinds: Vec<Vec<FieldKind>> = vec![Vec::new(); needles.people()];
        for (kind, person) in self.seen(needles) {
            kinds[person as usize].push(kind);
        }
        let mut fields = Fields::default();
        for kinds in kinds {
            fields.add_person(kinds.into_iter());
        }
        fields
    }

    /// Says where values were seen and how they were written; never the values.
    pub(crate) fn places(&self) -> Vec<String> {
        let mut places: Vec<_> = self.places.iter().collect();
        places.sort_by_key(|(_, hits)| std::cmp::Reverse(**hits));
        places
            .into_iter()
            .take(PLACES_MAX)
            .map(|((place, encoding), hits)| {
                format!("seen in {place} as {} ({hits} times)", encoding.name())
            })
            .collect()
    }

    fn seen<'s>(&'s self, needles: &'s Needles) -> impl Iterator<Item = (FieldKind, u32)> + 's {
        let seen = needles.values.iter().zip(&self.is_seen);
        seen.filter(|(_, is_seen)| **is_seen)
            .flat_map(|(value, _)| value.people.iter().map(|person| (value.kind, *person)))
    }
}
