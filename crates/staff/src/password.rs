//! Passwords, and which of them are taken (NIST SP 800-63B §5.1.1.2: long, not common, no rules
//! about kinds of characters).

use crate::StaffName;
use crate::common::is_common;
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The fewest characters.
const CHARACTERS_MIN: usize = 12;
/// The most bytes: more is no password, and hashing it would be work for nothing.
const BYTES_MAX: usize = 512;
/// Fewer different characters than this are a pattern.
const DIFFERENT_MIN: usize = 5;

/// A password in clear. Does not print, and is overwritten when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a password is not taken. Tells nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("must have at least 12 characters: several words are easy to remember")]
    Short,
    /// Too long.
    #[error("must not be longer than 512 bytes")]
    Long,
    /// Everybody's first guess.
    #[error("is among the first that anybody would try: choose another one")]
    Common,
    /// The name is in it.
    #[error("must not contain the name of its owner")]
    Name,
}

impl Password {
    /// Takes a password. Ways to write the same characters are made one (NFKC), so that it fits
    /// whatever keyboard it is typed on.
    pub fn new(text: &str) -> Self {
        if text.len() > BYTES_MAX {
            // Not made into anything: it cannot be anybody's.
            return Self(Zeroizing::new(text.chars().take(BYTES_MAX + 1).collect()));
        }
        Self(Zeroizing::new(text.nfkc().collect()))
    }

    /// Says whether it may become somebody's.
    ///
    /// # Errors
    ///
    /// The first [`PasswordError`] that is against it.
    pub fn check(&self, name: &StaffName) -> Result<(), PasswordError> {
        let folded = Zeroizing::new(self.0.to_lowercase());
        if self.0.len() > BYTES_MAX {
            return Err(PasswordError::Long);
        }
        if self.0.chars().count() < CHARACTERS_MIN {
            return Err(PasswordError::Short);
        }
        // A name of one or two letters is in too many words.
        if name.as_str().len() >= 3 && folded.contains(name.as_str()) {
            return Err(PasswordError::Name);
        }
        let mut different = Zeroizing::new(folded.chars().collect::<Vec<char>>());
        different.sort_unstable();
        different.dedup();
        if different.len() < DIFFERENT_MIN || is_common(&folded) {
            return Err(PasswordError::Common);
        }
        Ok(())
    }

    /// Returns the password in clear. Every call is a place to review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Says whether it is too long to be anybody's.
    pub(crate) fn is_oversized(&self) -> bool {
        self.0.len() > BYTES_MAX
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), PasswordError> {
        Password::new(text).check(&StaffName::parse("ada").unwrap())
    }

    #[test]
    fn long_passwords_of_any_kind_are_taken_and_the_obvious_ones_are_not() {
        assert_eq!(check("four plain words here"), Ok(()));
        assert_eq!(check("éléphants à vélo"), Ok(()));
        assert_eq!(check("short"), Err(PasswordError::Short));
        assert_eq!(check("password1234"), Err(PasswordError::Common));
        assert_eq!(check("P@ssw0rd1234"), Err(PasswordError::Common));
        assert_eq!(check("Qwertyuiop123!"), Err(PasswordError::Common));
        assert_eq!(check("aaaaaaaaaaaabbb"), Err(PasswordError::Common));
        assert_eq!(check("abcabcabcabcabc"), Err(PasswordError::Common));
        assert_eq!(
            check("correct horse battery staple"),
            Err(PasswordError::Common)
        );
        assert_eq!(check("my name is Ada!"), Err(PasswordError::Name));
        assert_eq!(check(&"ab cd ef".repeat(100)), Err(PasswordError::Long));
    }

    #[test]
    fn ways_to_write_the_same_characters_are_one_and_nothing_prints() {
        let composed = Password::new("caf\u{e9}");
        assert_eq!(composed.expose(), Password::new("cafe\u{301}").expose());
        assert_eq!(format!("{composed:?}"), "[password]");
    }
}
