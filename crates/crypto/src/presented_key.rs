//! A key as it is presented: an API key, or one that derives from it.

use crate::{ApiKey, ApiKeyError, DerivedKey, DerivedKeyError};

/// What somebody shows to be let in.
#[derive(Debug, Clone)]
pub enum PresentedKey {
    /// An API key.
    Root(ApiKey),
    /// A narrower key that its holder derived.
    Derived(DerivedKey),
}

/// Why a text is neither. Tells nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PresentedKeyError {
    /// It is no API key.
    #[error(transparent)]
    Root(#[from] ApiKeyError),
    /// It begins like a derived key and is none.
    #[error(transparent)]
    Derived(#[from] DerivedKeyError),
}

impl PresentedKey {
    /// Parses a key of either kind and checks its checksum, offline.
    ///
    /// # Errors
    ///
    /// [`PresentedKeyError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PresentedKeyError> {
        if text.starts_with("lethe_dk_") {
            Ok(Self::Derived(DerivedKey::parse(text)?))
        } else {
            Ok(Self::Root(ApiKey::parse(text)?))
        }
    }

    /// Returns the key in clear. Every call is a place to review.
    pub fn expose(&self) -> &str {
        match self {
            Self::Root(key) => key.expose(),
            Self::Derived(key) => key.expose(),
        }
    }
}

impl From<ApiKey> for PresentedKey {
    fn from(key: ApiKey) -> Self {
        Self::Root(key)
    }
}
