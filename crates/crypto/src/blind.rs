//! Blind indexes: exact look-up by a keyed hash, so that the table of hashes alone tells nothing.

use crate::SecretKey;
use hmac::{Hmac, KeyInit, Mac};
use lethe_model::Personal;
use sha2::Sha256;

/// What a look-up hash stands for. Each kind of each store has a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum LookupKind {
    /// An e-mail address, case-folded.
    Email = 1,
    /// A phone number in E.164.
    Phone = 2,
    /// An order's number, or the platform's id where it has none.
    Order = 3,
    /// The platform's id of a customer account.
    Customer = 4,
}

impl LookupKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Email, Self::Phone, Self::Order, Self::Customer];

    /// Returns the number that tables hold.
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// Returns the name under which the keyring keeps its key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Order => "order",
            Self::Customer => "customer",
        }
    }
}

/// The first 128 bits of an HMAC-SHA-256: two people share one with probability 2⁻⁶⁴ at 2³² rows.
pub type LookupHash = [u8; 16];

/// The key of one store's look-up hashes of one kind.
pub struct BlindIndexKey(Hmac<Sha256>);

impl BlindIndexKey {
    /// Prepares the key schedule once; hashing then costs two compressions.
    pub fn new(key: &SecretKey) -> Self {
        Self(Hmac::new_from_slice(key.expose()).expect("HMAC takes keys of any length"))
    }

    /// Hashes a normalised value.
    pub fn hash(&self, normalised: &Personal) -> LookupHash {
        self.hash_bytes(normalised.expose().as_bytes())
    }

    /// Hashes bytes that are already in the compared form.
    pub fn hash_bytes(&self, bytes: &[u8]) -> LookupHash {
        let mut mac = self.0.clone();
        mac.update(bytes);
        let full = mac.finalize().into_bytes();
        let mut hash = [0; 16];
        hash.copy_from_slice(&full[..16]);
        hash
    }
}
