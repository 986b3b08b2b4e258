//! Message authentication of what a database administrator must not be able to change: grants.

use crate::SecretKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A key for HMAC-SHA-256 over short, labelled messages.
pub struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// Prepares the key schedule.
    pub fn new(key: &SecretKey) -> Self {
        Self(Hmac::new_from_slice(key.expose()).expect("HMAC takes keys of any length"))
    }

    /// Returns the tag over `parts`; their lengths are part of the message, so they cannot slide.
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.over(parts).finalize().into_bytes().into()
    }

    /// Says in constant time whether `tag` fits `parts`.
    pub fn verifies(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.over(parts).verify_slice(tag).is_ok()
    }

    fn over(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}
