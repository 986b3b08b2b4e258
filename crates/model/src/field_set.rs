//! Sets of fields, as grants and log entries hold them.

use crate::{Category, Field, UnknownField};
use std::fmt;

/// A set of fields: bit `n` stands for the field with number `n`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FieldSet(u64);

impl FieldSet {
    /// The set without a field.
    pub const EMPTY: Self = Self(0);

    /// Returns every field there is. For the operator's own credential, never for an API key.
    pub fn all() -> Self {
        Field::all().collect()
    }

    /// Rebuilds a set from the bits a log entry holds.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Returns the bits, for log entries.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Parses field references.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownField> {
        names.into_iter().map(Field::parse).collect()
    }

    /// Says whether the set holds `field`.
    pub const fn contains(self, field: Field) -> bool {
        self.0 & (1 << field.number()) != 0
    }

    /// Says whether every field of `other` is in this set.
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// Says whether there is no field in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Counts the fields.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Lists the fields by number.
    pub fn iter(self) -> impl Iterator<Item = Field> {
        Field::all().filter(move |field| self.contains(*field))
    }

    /// Lists the categories that the fields stand in, each once.
    pub fn categories(self) -> impl Iterator<Item = Category> {
        Category::ALL
            .into_iter()
            .filter(move |category| !self.of_category(*category).is_empty())
    }

    /// Returns the fields of one category.
    pub fn of_category(self, category: Category) -> Self {
        self.iter()
            .filter(|field| field.category() == category)
            .collect()
    }

    /// Returns the fields of either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the fields of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the fields of this set that `other` lacks.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl FromIterator<Field> for FieldSet {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Self {
        Self(
            fields
                .into_iter()
                .fold(0, |bits, field| bits | 1 << field.number()),
        )
    }
}

impl fmt::Debug for FieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
