//! Names of people who log in.

use std::fmt;

/// A name: 1 to 40 lower-case letters, digits, dots, dashes and underscores. Not an address: it
/// stands in the access log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StaffName(String);

/// A text that is no such name. Tells nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is 1 to 40 lower-case letters, digits, dots, dashes and underscores: a name, not an address"
)]
pub struct NameError;

impl StaffName {
    /// Parses a name.
    ///
    /// # Errors
    ///
    /// [`NameError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let is_fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
        let is_name = (1..=40).contains(&text.len()) && text.bytes().all(is_fine);
        is_name.then(|| Self(text.to_owned())).ok_or(NameError)
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StaffName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_no_address() {
        for good in ["ada", "ada.l", "a_b-c.1"] {
            assert_eq!(StaffName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "Ada", "ada@example.com", "a b", "é", &"a".repeat(41)] {
            assert!(StaffName::parse(bad).is_err(), "{bad}");
        }
    }
}
