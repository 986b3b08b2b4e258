//! The ground truth: every person of the active store, recovered by the attack on the whole machine.

use lethe_model::{Category, FieldKind, Personal, normalise};
use std::collections::BTreeSet;

/// One record in clear.
#[derive(Debug, Clone)]
pub(crate) struct ClearRecord {
    pub(crate) order: [u8; 16],
    pub(crate) category: Category,
    pub(crate) fields: Vec<(FieldKind, String)>,
}

/// One person with everything the store holds of them.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) subject: [u8; 16],
    pub(crate) records: Vec<ClearRecord>,
}

/// The people of the active store.
pub(crate) struct People {
    /// Those the drill searches for: all, or a fixed draw.
    pub(crate) known: Vec<Person>,
    /// How many there are.
    pub(crate) total: u64,
    /// How many of them the whole machine opened.
    pub(crate) opened: u64,
    /// Sealed records, and how many of them were opened.
    pub(crate) records: u64,
    pub(crate) records_opened: u64,
}

impl People {
    /// Extends a count among the known people to all of them.
    pub(crate) fn extrapolate(&self, among_known: u64) -> u64 {
        match self.known.len() as u64 {
            0 => 0,
            known => (u128::from(among_known) * u128::from(self.total) / u128::from(known)) as u64,
        }
    }
}

impl Person {
    /// Lists every value with its kind.
    pub(crate) fn values(&self) -> impl Iterator<Item = (FieldKind, &str)> {
        let fields = self.records.iter().flat_map(|record| &record.fields);
        fields.map(|(kind, value)| (*kind, value.as_str()))
    }

    /// Lists the e-mail addresses as look-ups compare them.
    pub(crate) fn emails(&self) -> BTreeSet<String> {
        self.values()
            .filter(|(kind, _)| *kind == FieldKind::Email)
            .filter_map(|(_, value)| normalise::email_for_lookup(&Personal::new(value)))
            .map(|email| email.expose().to_owned())
            .collect()
    }

    /// Lists the phone numbers in E.164.
    pub(crate) fn phones(&self) -> BTreeSet<String> {
        let written: BTreeSet<(&str, &str)> = self
            .records
            .iter()
            .flat_map(|record| {
                let phones = record.all(FieldKind::Phone);
                phones.map(|phone| (phone, self.country_of(record)))
            })
            .collect();
        written
            .into_iter()
            .filter_map(|(phone, country)| {
                normalise::phone_for_lookup(&Personal::new(phone), Some(country))
            })
            .map(|phone| phone.expose().to_owned())
            .collect()
    }

    /// A contact record has no country of its own: its order's, or any the person has.
    fn country_of<'p>(&'p self, record: &'p ClearRecord) -> &'p str {
        let of_order = self.records.iter().filter(|one| one.order == record.order);
        let candidates = std::iter::once(record).chain(of_order).chain(&self.records);
        candidates
            .flat_map(|one| one.all(FieldKind::Country))
            .next()
            .unwrap_or_default()
    }
}

impl ClearRecord {
    pub(crate) fn all(&self, kind: FieldKind) -> impl Iterator<Item = &str> {
        let fields = self.fields.iter().filter(move |(one, _)| *one == kind);
        fields.map(|(_, value)| value.as_str())
    }

    pub(crate) fn one(&self, kind: FieldKind) -> Option<&str> {
        self.all(kind).next()
    }
}
