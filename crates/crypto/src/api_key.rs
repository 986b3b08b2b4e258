//! API keys: opaque random secrets that secret scanners recognise.
//!
//! `lethe_sk_`, 43 base62 digits (256 random bits), 6 base62 digits of their CRC-32. The checksum
//! lets a scanner tell a real key from a look-alike without asking the vault.

use crate::base62;
use lethe_model::Random;
use std::fmt;
use zeroize::Zeroizing;

const PREFIX: &str = "lethe_sk_";
const BODY: usize = 43;
const CHECKSUM: usize = 6;

/// An API key in clear: shown once, kept nowhere.
#[derive(Clone)]
pub struct ApiKey(Zeroizing<String>);

/// Why a text is not an API key. Tells nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// It does not have the form at all.
    #[error("not an API key: one begins with `lethe_sk_` and has 58 characters")]
    Form,
    /// It has the form, but was mistyped or cut and completed.
    #[error("the API key's checksum is wrong: it was mistyped or altered")]
    Checksum,
}

impl ApiKey {
    /// Draws a fresh key.
    pub fn generate(random: &dyn Random) -> Self {
        Self(drawn(PREFIX, random))
    }

    /// Parses a key and checks its checksum, offline.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        checked(PREFIX, text).map(Self)
    }

    /// Returns the key in clear. Every call is a place to review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lethe_sk_[secret]")
    }
}

/// Draws a secret of this form.
pub(crate) fn drawn(prefix: &str, random: &dyn Random) -> Zeroizing<String> {
    let secret = Zeroizing::new(random.bytes::<32>());
    let body = Zeroizing::new(base62::encode(&*secret, BODY));
    Zeroizing::new(format!("{prefix}{}{}", *body, checksum(&body)))
}

/// Returns a text that has this form and its checksum.
pub(crate) fn checked(prefix: &str, text: &str) -> Result<Zeroizing<String>, ApiKeyError> {
    let rest = text.strip_prefix(prefix).ok_or(ApiKeyError::Form)?;
    if rest.len() != BODY + CHECKSUM || !rest.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(ApiKeyError::Form);
    }
    let (body, given) = rest.split_at(BODY);
    if checksum(body) != given {
        return Err(ApiKeyError::Checksum);
    }
    Ok(Zeroizing::new(text.to_owned()))
}

/// Writes the CRC-32 of a key's body.
pub(crate) fn checksum(body: &str) -> String {
    base62::encode(&crc32fast::hash(body.as_bytes()).to_be_bytes(), CHECKSUM)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;
    impl Random for Sevens {
        fn fill(&self, target: &mut [u8]) {
            target.fill(7);
        }
    }

    #[test]
    fn a_key_has_the_published_form() {
        let key = ApiKey::generate(&Sevens);
        assert_eq!(key.expose().len(), 58);
        assert!(key.expose().starts_with("lethe_sk_"));
        assert_eq!(ApiKey::parse(key.expose()).unwrap().expose(), key.expose());
        assert_eq!(format!("{key:?}"), "lethe_sk_[secret]");
    }

    #[test]
    fn a_mistyped_key_is_recognised_offline() {
        let mut text = ApiKey::generate(&Sevens).expose().to_owned();
        text.replace_range(20..21, if &text[20..21] == "x" { "y" } else { "x" });
        assert_eq!(ApiKey::parse(&text).unwrap_err(), ApiKeyError::Checksum);
        assert_eq!(ApiKey::parse("sk_live_123").unwrap_err(), ApiKeyError::Form);
    }
}
