//! The personal fields Lethe knows, each with its category and its fideslang key.

use std::fmt;

/// A kind of record: the unit of retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Category {
    /// How to reach the buyer about this order.
    Contact = 1,
    /// Where the parcel goes.
    Delivery = 2,
    /// What accounting law wants to see on the invoice, and the order's own numbers.
    Invoice = 3,
    /// Free text: notes and custom fields.
    Support = 4,
    /// The customer account, as the shop keeps it.
    Account = 5,
    /// Documents as they were issued: invoices as PDF or Factur-X bytes.
    Document = 6,
}

impl Category {
    /// Every category, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Contact,
        Self::Delivery,
        Self::Invoice,
        Self::Support,
        Self::Account,
        Self::Document,
    ];

    /// Returns the number that tables and associated data hold. Never reused.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Finds the category of a number read from a table.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|category| i64::from(category.number()) == number)
    }

    /// Returns the name used in field references and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Delivery => "delivery",
            Self::Invoice => "invoice",
            Self::Support => "support",
            Self::Account => "account",
            Self::Document => "document",
        }
    }
}

/// What a field holds, independent of the record it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// A person's whole name.
    Name,
    /// An organisation's name.
    Company,
    /// First line of an address.
    Street,
    /// Second line of an address.
    Street2,
    /// City or town.
    City,
    /// Province or state.
    Region,
    /// Postal code.
    PostalCode,
    /// Country, ISO 3166-1 alpha-2 where known.
    Country,
    /// Phone number, as written.
    Phone,
    /// E-mail address, as written.
    Email,
    /// The order's number (`#1001`).
    Reference,
    /// The platform's id of an order.
    ExternalId,
    /// The platform's id of a customer account.
    CustomerId,
    /// Free text.
    Note,
    /// Named custom values, one per line.
    Attributes,
    /// What was sold, when and for how much, as JSON: made when an order leaves the active store.
    Content,
    /// Documents as JSON: id, name, media type, SHA-256 and the bytes in base64.
    Files,
}

impl FieldKind {
    /// Returns the last part of a field reference (`street` in `delivery.street`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Company => "company",
            Self::Street => "street",
            Self::Street2 => "street2",
            Self::City => "city",
            Self::Region => "region",
            Self::PostalCode => "postal_code",
            Self::Country => "country",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Reference => "reference",
            Self::ExternalId => "external_id",
            Self::CustomerId => "customer_id",
            Self::Note => "note",
            Self::Attributes => "attributes",
            Self::Content => "content",
            Self::Files => "files",
        }
    }

    /// Returns the data category of the fideslang taxonomy (ethyca/fideslang, data categories).
    pub const fn fideslang_key(self) -> &'static str {
        match self {
            Self::Name => "user.name",
            Self::Company => "user.contact.organization",
            Self::Street | Self::Street2 => "user.contact.address.street",
            Self::City => "user.contact.address.city",
            Self::Region => "user.contact.address.state",
            Self::PostalCode => "user.contact.address.postal_code",
            Self::Country => "user.contact.address.country",
            Self::Phone => "user.contact.phone_number",
            Self::Email => "user.contact.email",
            Self::Reference | Self::ExternalId => "user.unique_id.pseudonymous",
            Self::CustomerId => "user.unique_id",
            Self::Note | Self::Attributes => "user.content.private",
            Self::Content => "user.behavior.purchase_history",
            Self::Files => "user.financial",
        }
    }
}

/// One field of one category, such as `delivery.street`.
///
/// Its number is a position in [`FIELDS`]: part of sealed records and of the log, so positions are
/// never reused and new fields go to the end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field(u8);

use Category::{Account, Contact, Delivery, Document, Invoice, Support};
use FieldKind as K;

/// Every field, by number.
#[rustfmt::skip]
pub const FIELDS: [(Category, FieldKind); 39] = [
    (Contact, K::Email), (Contact, K::Phone), (Contact, K::Name),
    (Delivery, K::Name), (Delivery, K::Company), (Delivery, K::Street), (Delivery, K::Street2),
    (Delivery, K::City), (Delivery, K::Region), (Delivery, K::PostalCode), (Delivery, K::Country),
    (Delivery, K::Phone),
    (Invoice, K::Name), (Invoice, K::Company), (Invoice, K::Street), (Invoice, K::Street2),
    (Invoice, K::City), (Invoice, K::Region), (Invoice, K::PostalCode), (Invoice, K::Country),
    (Invoice, K::Phone), (Invoice, K::Reference), (Invoice, K::ExternalId),
    (Support, K::Note), (Support, K::Attributes),
    (Account, K::Email), (Account, K::Phone), (Account, K::Name), (Account, K::Company),
    (Account, K::Street), (Account, K::Street2), (Account, K::City), (Account, K::Region),
    (Account, K::PostalCode), (Account, K::Country), (Account, K::CustomerId), (Account, K::Note),
    (Invoice, K::Content), (Document, K::Files),
];

/// A field reference that names nothing Lethe knows.
#[derive(Debug, thiserror::Error)]
#[error(
    "no such field; `lethe fields` and GET /v1/fields list them, for example `delivery.street`"
)]
pub struct UnknownField;

impl Field {
    /// Finds the field of a category and kind.
    pub fn of(category: Category, kind: FieldKind) -> Option<Self> {
        let at = FIELDS.iter().position(|known| *known == (category, kind))?;
        u8::try_from(at).ok().map(Self)
    }

    /// Finds a field by its number.
    pub fn from_number(number: u8) -> Option<Self> {
        (usize::from(number) < FIELDS.len()).then_some(Self(number))
    }

    /// Parses a reference such as `delivery.street`.
    pub fn parse(text: &str) -> Result<Self, UnknownField> {
        Self::all()
            .find(|field| {
                text.strip_prefix(field.category().name())
                    .and_then(|rest| rest.strip_prefix('.'))
                    .is_some_and(|rest| rest == field.kind().name())
            })
            .ok_or(UnknownField)
    }

    /// Lists every field.
    pub fn all() -> impl Iterator<Item = Self> {
        (0u8..).map_while(Self::from_number)
    }

    /// Returns the stable number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Returns the record it stands in.
    pub const fn category(self) -> Category {
        FIELDS[self.0 as usize].0
    }

    /// Returns what it holds.
    pub const fn kind(self) -> FieldKind {
        FIELDS[self.0 as usize].1
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.category().name(), self.kind().name())
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_again_by_its_reference_and_its_number() {
        for field in Field::all() {
            assert_eq!(Field::parse(&field.to_string()).unwrap(), field);
            assert_eq!(Field::from_number(field.number()), Some(field));
            assert_eq!(Field::of(field.category(), field.kind()), Some(field));
        }
        assert_eq!(Field::all().count(), FIELDS.len());
    }

    #[test]
    fn a_wildcard_or_a_bare_category_is_no_field() {
        for text in [
            "",
            "delivery",
            "delivery.*",
            "*",
            "delivery.street.",
            "Delivery.street",
        ] {
            assert!(Field::parse(text).is_err(), "{text}");
        }
    }
}
