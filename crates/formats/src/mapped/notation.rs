//! How one file writes what is not plain text.

use super::cells::Cells;
use crate::RowError;
use crate::error::Fault;
use crate::map::{Constants, Dates, Map};
use crate::shopify::NO_CURRENCY;
use crate::table::Row;
use crate::values::{Currency, minor_units, yes_no};

/// How this file writes what is not plain text.
pub(super) struct Notation {
    decimal: u8,
    pub(super) dates: Dates,
    yes: Vec<String>,
    no: Vec<String>,
    pub(super) currency: Option<Currency>,
    pub(super) constants: Constants,
}

impl Notation {
    pub(super) fn of(map: &Map) -> Self {
        Self {
            decimal: map.decimal,
            dates: map.dates.clone(),
            yes: map.yes.clone(),
            no: map.no.clone(),
            currency: map.currency,
            constants: map.constants.clone(),
        }
    }

    pub(super) fn flag(&self, row: &Row<'_>, cells: &Cells) -> Result<Option<bool>, RowError> {
        let is_in = |words: &[String], text: &str| {
            words
                .iter()
                .any(|word| word.to_lowercase() == text.to_lowercase())
        };
        let flag = cells.parse(row, |text| match () {
            () if is_in(&self.yes, text) => Ok(true),
            () if is_in(&self.no, text) => Ok(false),
            () => yes_no(text),
        })?;
        Ok(flag.or(self.constants.accepts_marketing))
    }

    /// Reads an amount, which may have its currency's sign beside it and gaps between thousands.
    pub(super) fn amount(&self, text: &str, currency: Option<Currency>) -> Result<i64, Fault> {
        let Some(currency) = currency else {
            return Err(NO_CURRENCY);
        };
        let is_gap = |c: char| c.is_whitespace() || matches!(c, '\'' | '\u{2019}');
        let bare: String = text
            .trim_matches(['€', '$', '£', '¥', '₩', '₹', ' ', '\u{a0}', '\u{202f}'])
            .chars()
            .filter(|c| !is_gap(*c))
            .collect();
        minor_units(&bare, currency, self.decimal)
    }
}
