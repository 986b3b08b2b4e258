//! Maps: how the columns of a foreign CSV export feed an import.
//!
//! A map is a TOML file written by hand, so a mistake in it is named by its key, and a map that
//! could be read in two ways is refused rather than guessed at. The reference is in
//! `docs/import.md`.

mod check;
mod dates;
mod file;

pub(crate) use dates::Dates;
pub(crate) use file::{ColumnRef, Columns, Constants, PartyColumns};

use crate::code;
use crate::text::TextEncoding;
use crate::values::Currency;
use file::MapFile;

/// A map that is complete and without contradictions.
#[derive(Debug, Clone)]
pub struct Map {
    pub(crate) kind: Kind,
    /// The column that says which rows are one order, where there is one row per line.
    pub(crate) group_by: Option<String>,
    pub(crate) delimiter: Option<u8>,
    pub(crate) encoding: Option<TextEncoding>,
    pub(crate) decimal: u8,
    pub(crate) dates: Dates,
    pub(crate) yes: Vec<String>,
    pub(crate) no: Vec<String>,
    pub(crate) columns: Columns,
    pub(crate) constants: Constants,
    pub(crate) currency: Option<Currency>,
}

/// What the rows of the file describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Orders,
    Customers,
}

impl Map {
    /// Reads a map.
    ///
    /// # Errors
    ///
    /// [`MapError`] names the key and what to do.
    pub fn parse(text: &str) -> Result<Self, MapError> {
        let file: MapFile = toml::from_str(text).map_err(|error| MapError {
            key: None,
            reason: error.to_string().trim_end().to_owned(),
        })?;
        check::check(file)
    }
}

/// What is wrong with a map. The map holds no personal data, so this may show what is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the map cannot be used: {}{reason}", .key.as_deref().map(|k| format!("`{k}`: ")).unwrap_or_default())]
pub struct MapError {
    /// The key, with the tables it is in; none where the file is not even TOML.
    pub key: Option<String>,
    /// What is wrong and what to do about it.
    pub reason: String,
}

impl MapError {
    pub(crate) fn new(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            key: Some(key.into()),
            reason: reason.into(),
        }
    }

    /// Returns the stable code of this refusal.
    pub fn code(&self) -> &'static str {
        code::MAP_INVALID
    }
}
