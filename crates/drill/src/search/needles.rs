//! What to look for: every value of every known person, encoded.

use super::encoding::{Encoding, encodings, hashes};
use super::index::PrefixIndex;
use crate::Probe;
use crate::allowed::Allowed;
use crate::people::Person;
use lethe_model::FieldKind;
use std::collections::{BTreeSet, HashMap};

/// Shorter values occur by chance, and name nobody.
const VALUE_BYTES_MIN: usize = 6;
/// The same for a value as it is written.
pub(crate) const NEEDLE_BYTES_MIN: usize = 8;
/// Shorter numbers occur by chance among amounts and dates.
const DIGITS_MIN: usize = 10;
/// Remarks of the shop (`paid cash`) repeat each other: shorter ones lead to nobody.
const REMARK_BYTES_MIN: usize = 12;
/// Of long texts the beginning is enough.
const VALUE_BYTES_MAX: usize = 64;
/// What [`VALUE_BYTES_MAX`] becomes as percent-encoding or JSON escapes, at most.
pub(crate) const NEEDLE_BYTES_MAX: usize = 6 * VALUE_BYTES_MAX;

/// Says whether a value of this kind leads to a person. A town or a country does not.
pub(crate) const fn is_naming(kind: FieldKind) -> bool {
    !matches!(
        kind,
        FieldKind::City
            | FieldKind::Region
            | FieldKind::PostalCode
            | FieldKind::Country
            | FieldKind::Company
    )
}

/// Says whether a value of this kind can only mean a person. A town or a remark may also be a word.
const fn is_unmistakable(kind: FieldKind) -> bool {
    is_naming(kind) && !matches!(kind, FieldKind::Note | FieldKind::Attributes)
}

/// A value and whose it is.
pub(crate) struct Value {
    pub(crate) kind: FieldKind,
    pub(crate) people: Vec<u32>,
}

/// One encoding of one value.
pub(crate) struct Needle {
    start: u32,
    len: u16,
    pub(crate) encoding: Encoding,
    /// Whether letter case counts.
    pub(crate) is_exact: bool,
    pub(crate) value: u32,
}

/// Everything that is searched for at once.
pub(crate) struct Needles {
    pub(crate) values: Vec<Value>,
    pub(crate) items: Vec<Needle>,
    pub(crate) index: PrefixIndex,
    arena: Vec<u8>,
    people: usize,
    searchable: usize,
}

impl Needles {
    /// Encodes every value of these people, but for words that may stand in clear: a town that a
    /// product is named after proves nothing.
    pub(crate) fn of_people(people: &[Person], allowed: &Allowed) -> Self {
        Self::build(people.len(), |add| {
            for (person, index) in people.iter().zip(0..) {
                for (kind, value) in person.values() {
                    let is_allowed = match is_unmistakable(kind) {
                        true => allowed.is_own_name(value),
                        false => {
                            value.len() < REMARK_BYTES_MIN && is_naming(kind)
                                || allowed.is_common(value)
                        }
                    };
                    if kind != FieldKind::Country && !is_allowed {
                        add(kind, value, index, false);
                    }
                }
                add_compared(add, index, person.emails(), person.phones());
            }
        })
    }

    /// Encodes what names probe people.
    pub(crate) fn of_probes(probes: &[Probe]) -> Self {
        Self::build(probes.len(), |add| {
            for (probe, index) in probes.iter().zip(0..) {
                for (kind, value) in probe.values() {
                    add(kind, &value, index, false);
                    if matches!(kind, FieldKind::Email | FieldKind::Phone) {
                        add(kind, &value, index, true);
                    }
                }
            }
        })
    }

    /// Returns how many of the people have a naming value long enough to be searched for.
    pub(crate) fn searchable(&self) -> usize {
        self.searchable
    }

    /// Returns how many values and encodings of them are searched for.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.values.len(), self.items.len())
    }

    pub(crate) fn people(&self) -> usize {
        self.people
    }

    pub(crate) fn bytes(&self, needle: &Needle) -> &[u8] {
        let start = needle.start as usize;
        &self.arena[start..start + usize::from(needle.len)]
    }

    fn build(
        people: usize,
        gather: impl FnOnce(&mut dyn FnMut(FieldKind, &str, u32, bool)),
    ) -> Self {
        let mut building = Building::default();
        gather(&mut |kind, value, person, is_compared| {
            building.add(kind, value, person, is_compared);
        });
        building.finish(people)
    }
}

/// Adds what a person is looked up by, as advertising lists hash it.
fn add_compared(
    add: &mut dyn FnMut(FieldKind, &str, u32, bool),
    person: u32,
    emails: BTreeSet<String>,
    phones: BTreeSet<String>,
) {
    for email in emails {
        add(FieldKind::Email, &email, person, true);
    }
    for phone in phones {
        let digits = phone.trim_start_matches('+');
        add(FieldKind::Phone, digits, person, false);
        add(FieldKind::Phone, digits, person, true);
        add(FieldKind::Phone, &phone, person, false);
        add(FieldKind::Phone, &phone, person, true);
    }
}

#[derive(Default)]
struct Building {
    values: Vec<Value>,
    known: HashMap<(FieldKind, bool, String), u32>,
    items: Vec<Needle>,
    arena: Vec<u8>,
}

impl Building {
    fn add(&mut self, kind: FieldKind, value: &str, person: u32, is_compared: bool) {
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        if value.len() < VALUE_BYTES_MIN || is_number && value.len() < DIGITS_MIN {
            return;
        }
        let value = match is_compared {
            true => value,
            false => &value[..value.floor_char_boundary(VALUE_BYTES_MAX)],
        };
        let key = (kind, is_compared, value.to_owned());
        if let Some(index) = self.known.get(&key) {
            let people = &mut self.values[*index as usize].people;
            if people.last() != Some(&person) {
                people.push(person);
            }
            return;
        }
        let index = u32::try_from(self.values.len()).expect("fewer than 2^32 values");
        self.known.insert(key, index);
        self.values.push(Value {
            kind,
            people: vec![person],
        });
        let written = match is_compared {
            true => hashes(value),
            false => encodings(value),
        };
        for (encoding, is_exact, bytes) in written {
            if bytes.len() >= NEEDLE_BYTES_MIN {
                self.items.push(Needle {
                    start: u32::try_from(self.arena.len()).expect("needles below 4 GiB"),
                    len: u16::try_from(bytes.len()).expect("values are cut short"),
                    encoding,
                    is_exact,
                    value: index,
                });
                self.arena.extend_from_slice(&bytes);
            }
        }
    }

    fn finish(self, people: usize) -> Needles {
        let named: BTreeSet<u32> = self
            .values
            .iter()
            .filter(|value| is_naming(value.kind))
            .flat_map(|value| value.people.iter().copied())
            .collect();
        let prefixes = self.items.iter().map(|item| {
            let start = item.start as usize;
            &self.arena[start..start + NEEDLE_BYTES_MIN]
        });
        Needles {
            index: PrefixIndex::new(prefixes),
            values: self.values,
            items: self.items,
            arena: self.arena,
            people,
            searchable: named.len(),
        }
    }
}
