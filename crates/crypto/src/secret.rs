//! Secret keys as a type that does not print and dies clean.

use lethe_model::Random;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// 256 bits of key. Compared in constant time, never printed, overwritten when dropped.
#[derive(Clone)]
pub struct SecretKey([u8; 32]);

impl SecretKey {
    /// Draws a fresh key.
    pub fn generate(random: &dyn Random) -> Self {
        Self(random.bytes())
    }

    /// Wraps key bytes and clears the caller's copy.
    pub fn take(bytes: &mut [u8; 32]) -> Self {
        let key = Self(*bytes);
        bytes.zeroize();
        key
    }

    /// Returns the key bytes. Every call is a place to review.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl PartialEq for SecretKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretKey {}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret key]")
    }
}
