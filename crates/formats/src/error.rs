//! What went wrong with a row or a whole file, said without any value from it.

use std::io;

use crate::code;
use crate::map::MapError;

/// Why one row (or one object of a JSON input) was refused. The import goes on with the next.
///
/// It holds a place and a reason, never what stood there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row}{}: {reason} [{code}]", .column.as_deref().map(|c| format!(", column `{c}`")).unwrap_or_default())]
pub struct RowError {
    /// The line of the file on which the row begins, the header being line 1; in JSON the position
    /// of the object, starting at 1.
    pub row: u64,
    /// One of [`code::ROW_CODES`].
    pub code: &'static str,
    /// The column, or the path of the JSON member, by its name in the file.
    pub column: Option<String>,
    /// What is wrong and what to do about it.
    pub reason: String,
}

impl RowError {
    /// Says whether the rest of the input was left unread, so that the import is not complete.
    pub fn is_fatal(&self) -> bool {
        matches!(
            self.code,
            code::READ_FAILED | code::ROW_TOO_LONG | code::QUOTE_OPEN | code::JSON_CUT_OFF
        )
    }

    /// Only the kind of the error is told: the text of a foreign reader's error could hold a path
    /// or an address.
    pub(crate) fn read_failed(row: u64, error: &io::Error) -> Self {
        let reason = format!(
            "the file could not be read any further ({}): check the disk, then import the same file \
             again; what is already imported stays as it is",
            error.kind()
        );
        Self {
            row,
            code: code::READ_FAILED,
            column: None,
            reason,
        }
    }
}

/// Why a whole input was refused before its first row.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// There is nothing in it.
    #[error("the file is empty: check that the export has finished, and import the file it made")]
    Empty,
    /// A column is missing without which the file is not what it is said to be.
    #[error("this is not {format}: column `{column}` is missing. {hint}")]
    MissingColumn {
        /// What it was read as, with its article ("a Shopify orders export").
        format: &'static str,
        /// The column, or the columns of which one must be there.
        column: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// It does not begin like JSON.
    #[error(
        "this is not JSON: import the response of the API or the body of the webhook as it came"
    )]
    NotJson,
    /// The header row never ends.
    #[error(
        "the first row is longer than {limit} bytes: this is not a CSV file, or a quotation mark \
         in its header is not closed"
    )]
    HeaderTooLong {
        /// The bound in bytes.
        limit: u64,
    },
    /// The map does not fit the file.
    #[error(transparent)]
    Map(#[from] MapError),
    /// Reading failed.
    #[error("the file could not be read ({0}): check the disk and the permissions, and try again")]
    Read(#[source] io::Error),
}

impl FormatError {
    /// Returns the stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => code::FILE_EMPTY,
            Self::MissingColumn { .. } => code::COLUMN_MISSING,
            Self::NotJson => code::NOT_JSON,
            Self::HeaderTooLong { .. } => code::ROW_TOO_LONG,
            Self::Map(error) => error.code(),
            Self::Read(_) => code::READ_FAILED,
        }
    }
}

/// What is wrong with one cell, before its place is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) reason: &'static str,
}

impl Fault {
    pub(crate) const fn new(code: &'static str, reason: &'static str) -> Self {
        Self { code, reason }
    }

    pub(crate) fn at(self, row: u64, column: Option<&str>) -> RowError {
        RowError {
            row,
            code: self.code,
            column: column.map(str::to_owned),
            reason: self.reason.to_owned(),
        }
    }
}
