//! The public name of a derived key.

use crate::SecretKey;
use sha2::{Digest, Sha256};
use std::fmt;

const PREFIX: &str = "dk_";
const LABEL: &[u8] = b"lethe-derived-fingerprint-v1";

/// Names a derived key in the log and in revocations: the first 64 bits of a hash of its tag, which
/// is random, so the name tells nothing of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DerivedFingerprint([u8; 8]);

impl DerivedFingerprint {
    pub(super) fn of_tag(tag: &SecretKey) -> Self {
        let hash = Sha256::new().chain_update(LABEL).chain_update(tag.expose());
        let hash: [u8; 32] = hash.finalize().into();
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        Self(first)
    }

    /// Reads `dk_` and 16 hexadecimal digits; `None` when it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if digits.len() != 16 || !digits.bytes().all(is_digit) {
            return None;
        }
        let number = u64::from_str_radix(digits, 16).ok()?;
        Some(Self(number.to_be_bytes()))
    }
}

impl fmt::Display for DerivedFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{:016x}", u64::from_be_bytes(self.0))
    }
}
