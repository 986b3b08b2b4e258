//! The cells that feed one target.

use std::borrow::Cow;
use std::io::Read;

use lethe_model::Personal;

use crate::error::Fault;
use crate::map::{ColumnRef, MapError};
use crate::table::{Column, Row, Table};
use crate::values::{personal, unquoted};
use crate::{FormatError, RowError};

/// No, one or several columns, joined by a space.
#[derive(Debug, Default)]
pub(super) struct Cells(Vec<Column>);

impl Cells {
    /// Finds the columns by name; each must be in the header exactly once.
    pub(super) fn find<R: Read>(
        table: &Table<R>,
        key: &str,
        names: &[String],
    ) -> Result<Self, FormatError> {
        let column = |name: &String| {
            let mut found = table.columns(name.trim());
            match (found.next(), found.next()) {
                (Some(column), None) => Ok(column),
                (None, _) => Err(refuse(
                    key,
                    name,
                    "is not in the file's first row: write it as it \
                                                    stands there, or remove the key",
                )),
                (Some(_), Some(_)) => Err(refuse(
                    key,
                    name,
                    "stands twice in the file's first row: \
                                                             rename one of the two there",
                )),
            }
        };
        names.iter().map(column).collect::<Result<_, _>>().map(Self)
    }

    /// As [`Cells::find`], for a key that may be left out.
    pub(super) fn find_at<R: Read>(
        table: &Table<R>,
        key: &str,
        column: Option<&ColumnRef>,
    ) -> Result<Self, FormatError> {
        column.map_or(Ok(Self::default()), |column| {
            Self::find(table, key, column.names())
        })
    }

    /// Returns the first column, to name it in an error.
    pub(super) fn first(&self) -> Column {
        self.0.first().copied().unwrap_or_default()
    }

    pub(super) fn text<'t>(&self, row: &Row<'t>) -> Option<Cow<'t, str>> {
        if let [one] = self.0[..] {
            return row.text(one).map(Cow::Borrowed);
        }
        let parts: Vec<&str> = self
            .0
            .iter()
            .filter_map(|column| row.text(*column))
            .collect();
        (!parts.is_empty()).then(|| Cow::Owned(parts.join(" ")))
    }

    pub(super) fn personal(&self, row: &Row<'_>) -> Option<Personal> {
        self.text(row).map(|text| personal(&text))
    }

    /// A postal code or a phone number.
    pub(super) fn digits(&self, row: &Row<'_>) -> Option<Personal> {
        self.text(row).map(|text| personal(unquoted(&text)))
    }

    pub(super) fn parse<T>(
        &self,
        row: &Row<'_>,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Result<Option<T>, RowError> {
        let Some(text) = self.text(row) else {
            return Ok(None);
        };
        parse(&text)
            .map(Some)
            .map_err(|fault| row.refuse(self.first(), fault))
    }
}

fn refuse(key: &str, column: &str, what: &str) -> FormatError {
    FormatError::Map(MapError::new(key, format!("the column `{column}` {what}")))
}
