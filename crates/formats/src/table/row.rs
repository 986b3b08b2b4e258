//! One row of a table, and how its cells are asked for.

use csv::StringRecord;

use crate::RowError;
use crate::error::Fault;

/// A column by its place, or none where the file does not have it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Column(pub(super) Option<usize>);

impl Column {
    pub(crate) fn is_present(self) -> bool {
        self.0.is_some()
    }
}

/// One row: its cells, and where it begins.
pub(crate) struct Row<'t> {
    /// The line of the file on which the row begins, from 1.
    pub(crate) line: u64,
    /// Set when the row has another number of cells than the header.
    pub(crate) fault: Option<Fault>,
    pub(super) record: &'t StringRecord,
    pub(super) headers: &'t [String],
}

impl<'t> Row<'t> {
    /// Returns a cell without surrounding white space, if there is anything in it.
    pub(crate) fn text(&self, column: Column) -> Option<&'t str> {
        let cell = self.record.get(column.0?)?.trim();
        (!cell.is_empty()).then_some(cell)
    }

    /// Reads a cell with `parse`, if there is anything in it.
    pub(crate) fn parse<T>(
        &self,
        column: Column,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Result<Option<T>, RowError> {
        let Some(cell) = self.text(column) else {
            return Ok(None);
        };
        parse(cell)
            .map(Some)
            .map_err(|fault| self.refuse(column, fault))
    }

    /// Makes the refusal of this row because of one cell.
    pub(crate) fn refuse(&self, column: Column, fault: Fault) -> RowError {
        let name = column.0.and_then(|index| self.headers.get(index));
        fault.at(self.line, name.map(String::as_str))
    }

    /// Returns how many bytes of text the row holds.
    pub(crate) fn bytes(&self) -> usize {
        self.record.as_slice().len()
    }
}
