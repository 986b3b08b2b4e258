//! Personal values: text that cannot be printed, logged or serialised by accident.

use std::fmt;
use zeroize::Zeroize;

/// A personal value in clear: a name, an address line, an e-mail address.
///
/// It has no `Display`, no `Serialize` and a `Debug` that shows only its presence, so that a value
/// reaches a log, an error or a metric only through a visible call of [`Personal::expose`]. The
/// buffer is overwritten when it is dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Personal(String);

impl Personal {
    /// Takes ownership of a clear value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Returns the clear value. Every call is a place to review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Says whether there is nothing in it but white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl Drop for Personal {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_never_holds_the_value() {
        let value = Personal::new("Ada Lovelace");
        assert_eq!(
            format!("{value:?} {:#?}", Some(&value)),
            "[personal] Some(\n    [personal],\n)"
        );
    }
}
