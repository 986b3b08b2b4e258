//! Session keys: what somebody who logged in presents. The form is an API key's, with another
//! prefix, so that secret scanners find them and nobody takes one for the other.

use crate::api_key::{ApiKeyError, checked, drawn};
use lethe_model::Random;
use std::fmt;
use zeroize::Zeroizing;

const PREFIX: &str = "lethe_ss_";

/// A session's key in clear: shown once, kept nowhere.
#[derive(Clone)]
pub struct SessionKey(Zeroizing<String>);

impl SessionKey {
    /// Draws a fresh key.
    pub fn generate(random: &dyn Random) -> Self {
        Self(drawn(PREFIX, random))
    }

    /// Says whether a text means to be a session's key rather than an API key.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Parses a key and checks its checksum, offline.
    ///
    /// # Errors
    ///
    /// As for an API key.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        checked(PREFIX, text).map(Self)
    }

    /// Returns the key in clear. Every call is a place to review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lethe_ss_[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ApiKey;

    struct Sevens;
    impl Random for Sevens {
        fn fill(&self, target: &mut [u8]) {
            target.fill(7);
        }
    }

    #[test]
    fn a_session_is_no_api_key_and_the_other_way_round() {
        let session = SessionKey::generate(&Sevens);
        let key = ApiKey::generate(&Sevens);
        assert_eq!(session.expose().len(), key.expose().len());
        assert!(SessionKey::parse(session.expose()).is_ok());
        assert!(ApiKey::parse(session.expose()).is_err());
        assert!(SessionKey::parse(key.expose()).is_err());
        assert_eq!(format!("{session:?}"), "lethe_ss_[secret]");
    }
}
