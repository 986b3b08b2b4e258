//! What makes each export tell its own name: the order of its rows, and two people who do not exist.
//!
//! Both derive from a key of the vault and the export's id, so that nothing more has to be kept. The
//! order goes by the values of one column alone: it survives rows that are dropped, other columns
//! that are dropped, and another header.

use lethe_crypto::MacKey;
use lethe_model::{Category, Field, FieldKind, FieldSet};
use lethe_sample::{SamplePerson, Shop, ShopSpec};

/// Invented people in each export.
pub(super) const CANARIES: usize = 2;
/// How far is looked for somebody of the right country.
const TRIES: u32 = 400;
/// Numbers at the end of addresses are below this.
const INDICES: u32 = 100_000;

/// What marks one export.
pub(super) struct Marks {
    key: MacKey,
}

impl Marks {
    pub(super) fn new(key: MacKey) -> Self {
        Self { key }
    }

    /// Returns the place of a row among the others, by the value in the ordering column.
    pub(super) fn place(&self, value: &str) -> [u8; 32] {
        let value = value.trim().to_lowercase();
        self.key.tag(&[b"order", value.as_bytes()])
    }

    /// Returns the values of the invented people, in the order of the fields.
    pub(super) fn canaries(
        &self,
        fields: FieldSet,
        country: Option<&str>,
        domain: Option<&str>,
    ) -> Vec<Vec<String>> {
        (0..CANARIES)
            .map(|n| {
                let (person, number) = self.person(n, country);
                let value = |field: Field| canary_value(&person, number, field, domain);
                fields.iter().map(value).collect()
            })
            .collect()
    }

    fn person(&self, n: usize, country: Option<&str>) -> (SamplePerson, u64) {
        let tag = self.key.tag(&[b"canary", &(n as u64).to_be_bytes()]);
        let number = |from: usize| {
            let bytes = tag[from..from + 8].try_into().expect("eight bytes");
            u64::from_be_bytes(bytes)
        };
        let spec = ShopSpec::new(number(0), jiff::civil::date(2026, 1, 31));
        let shop = Shop::new(spec);
        let first = u32::try_from(number(8) % u64::from(INDICES)).expect("it is small");
        let fits = |one: &SamplePerson| {
            one.email.is_some() && country.is_none_or(|wanted| one.country.code() == wanted)
        };
        let people = (0..TRIES).map(|step| shop.person((first + step) % INDICES));
        let found = people.into_iter().find(fits);
        // A shop may sell to a country that the lexicon does not know.
        let person = found.unwrap_or_else(|| shop.person(first));
        (person, number(16))
    }
}

/// The column by which the rows are ordered: the one that tells people apart best.
pub(super) fn ordering_field(fields: FieldSet) -> Option<Field> {
    use FieldKind::{Email, ExternalId, Name, Phone, Reference, Street};
    let kinds = [Email, Street, Phone, Name, Reference, ExternalId];
    let of_kind = |kind: &FieldKind| fields.iter().find(|field| field.kind() == *kind);
    kinds.iter().find_map(of_kind).or(fields.iter().next())
}

fn canary_value(person: &SamplePerson, number: u64, field: Field, domain: Option<&str>) -> String {
    match field.kind() {
        FieldKind::Name => person.name.clone(),
        FieldKind::Street => person.street.clone(),
        FieldKind::Street2 => person.street2.clone().unwrap_or_default(),
        FieldKind::City => person.city.clone(),
        FieldKind::Region => person.region.clone().unwrap_or_default(),
        FieldKind::PostalCode => person.postal_code.clone(),
        FieldKind::Country => person.country.code().to_owned(),
        FieldKind::Phone => person.phone.clone(),
        FieldKind::Email => {
            let email = person.email.as_deref().unwrap_or("shop@");
            let local = email.split('@').next().unwrap_or_default();
            format!("{local}@{}", domain.unwrap_or("example.com"))
        }
        FieldKind::Reference => format!("#{}", 1_000 + number % 90_000),
        FieldKind::ExternalId => format!("{}", 5_000_000_000_000 + number % 900_000_000_000),
        FieldKind::CustomerId => person.customer_id.to_string(),
        // Nobody has these often enough to miss them.
        FieldKind::Company
        | FieldKind::Note
        | FieldKind::Attributes
        | FieldKind::Content
        | FieldKind::Files => String::new(),
    }
}

/// Says which fields an export may hold: documents are files of their own.
pub(super) fn is_exportable(fields: FieldSet) -> bool {
    fields.of_category(Category::Document).is_empty()
}

/// Says whether somebody could be recognised by these fields at all: an invented row of other
/// fields is empty.
pub(super) fn can_be_marked(fields: FieldSet) -> bool {
    use FieldKind::{Email, Name, Phone, Street};
    fields
        .iter()
        .any(|field| [Email, Name, Phone, Street].contains(&field.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lethe_crypto::SecretKey;

    fn marks(byte: u8) -> Marks {
        Marks::new(MacKey::new(&SecretKey::take(&mut [byte; 32])))
    }

    fn fields() -> FieldSet {
        FieldSet::parse(["contact.email", "delivery.name", "delivery.city"]).unwrap()
    }

    /// Exports that were filed are recognised by what this yields: it does not change.
    #[test]
    fn invented_people_stay_the_same_from_release_to_release() {
        let canaries = marks(7).canaries(fields(), Some("FR"), Some("shop.test"));
        assert_eq!(
            canaries,
            [
                ["louise54167@shop.test", "Louise Clément", "Montpellier"],
                ["emma.martin21452@shop.test", "Emma Martin", "Nancy"],
            ]
        );
    }

    #[test]
    fn two_exports_have_other_people_and_another_order() {
        let (one, other) = (marks(1), marks(2));
        let of = |marks: &Marks| marks.canaries(fields(), None, Some("shop.test"));
        assert_ne!(of(&one), of(&other));
        assert_ne!(one.place("a@shop.test"), other.place("a@shop.test"));
        assert_eq!(one.place(" A@shop.test"), one.place("a@shop.test"));
    }
}
