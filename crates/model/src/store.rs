//! Stores: the shops of one installation.

/// A shop's number within this installation. Every table and every key is bound to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreId(pub i64);

/// A shop's short name: lower-case letters, digits and dashes, at most 40.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreName(String);

impl StoreName {
    /// Checks a name; the error says what a good one looks like.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let good = (1..=40).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(
                "a store name is 1 to 40 lower-case letters, digits and dashes, such as `main-shop`",
            )
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
