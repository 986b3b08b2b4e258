//! Password hashes: Argon2id (RFC 9106) with a secret of the server's, as a PHC string.
//!
//! The secret is Argon2's own parameter K (RFC 9106 §3.1): a stolen table cannot be tried against
//! without the keyring's service key.

use crate::Password;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use lethe_model::Random;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const SALT_LEN: usize = 16;
const HASH_LEN: usize = 32;
/// More than this is a damaged row, not a choice.
const MOST: PasswordCost = PasswordCost {
    memory_kib: 1024 * 1024,
    passes: 20,
};

/// The server's part of every hash. Does not print, and is overwritten when dropped.
pub struct Pepper(Zeroizing<[u8; 32]>);

impl Pepper {
    /// Takes a key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[pepper]")
    }
}

/// What a guess costs whoever has table and pepper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl PasswordCost {
    /// 19 MiB and two passes (OWASP password storage cheat sheet).
    pub const STANDARD: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
    };

    #[cfg(test)]
    const TEST: Self = Self {
        memory_kib: 8,
        passes: 1,
    };

    #[cfg(test)]
    const LEAST: Self = Self::TEST;
    #[cfg(not(test))]
    const LEAST: Self = Self::STANDARD;

    fn is_sane(self) -> bool {
        (Self::LEAST.memory_kib..=MOST.memory_kib).contains(&self.memory_kib)
            && (Self::LEAST.passes..=MOST.passes).contains(&self.passes)
    }
}

/// A hashed password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash {
    cost: PasswordCost,
    salt: [u8; SALT_LEN],
    hash: [u8; HASH_LEN],
}

impl PasswordHash {
    /// Hashes a password under a fresh salt.
    pub fn new(
        password: &Password,
        pepper: &Pepper,
        cost: PasswordCost,
        random: &dyn Random,
    ) -> Self {
        let salt = random.bytes();
        Self {
            hash: *derive(password, pepper, cost, &salt),
            salt,
            cost,
        }
    }

    /// Returns the hash of nobody's password: trying it costs what trying a real one costs.
    pub fn nobodys(cost: PasswordCost) -> Self {
        Self {
            cost,
            salt: [0; SALT_LEN],
            hash: [0; HASH_LEN],
        }
    }

    /// Says whether this is the password. Takes as long whether it is or not.
    pub fn fits(&self, password: &Password, pepper: &Pepper) -> bool {
        let derived = derive(password, pepper, self.cost, &self.salt);
        let is_equal: bool = derived.ct_eq(&self.hash).into();
        is_equal && !password.is_oversized()
    }

    /// Writes the PHC string: `$argon2id$v=19$m=…,t=…,p=1$salt$hash`.
    pub fn to_phc(&self) -> String {
        format!(
            "$argon2id$v=19$m={},t={},p=1${}${}",
            self.cost.memory_kib,
            self.cost.passes,
            BASE64.encode(self.salt),
            BASE64.encode(self.hash)
        )
    }

    /// Reads a PHC string; `None` for anything [`Self::to_phc`] cannot write, and for a hash that is
    /// too cheap.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("$argon2id$v=19$m=")?;
        let (memory, rest) = rest.split_once(",t=")?;
        let (passes, rest) = rest.split_once(",p=1$")?;
        let (salt, hash) = rest.split_once('$')?;
        let cost = PasswordCost {
            memory_kib: memory.parse().ok()?,
            passes: passes.parse().ok()?,
        };
        let parsed = Self {
            cost,
            salt: BASE64.decode(salt).ok()?.try_into().ok()?,
            hash: BASE64.decode(hash).ok()?.try_into().ok()?,
        };
        cost.is_sane().then_some(parsed)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password hash]")
    }
}

fn derive(
    password: &Password,
    pepper: &Pepper,
    cost: PasswordCost,
    salt: &[u8; SALT_LEN],
) -> Zeroizing<[u8; HASH_LEN]> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(HASH_LEN))
        .expect("the cost is within Argon2's bounds");
    let argon2 = Argon2::new_with_secret(&*pepper.0, Algorithm::Argon2id, Version::V0x13, params)
        .expect("the secret is within Argon2's bounds");
    let mut hash = Zeroizing::new([0; HASH_LEN]);
    argon2
        .hash_password_into(password.expose().as_bytes(), salt, &mut *hash)
        .expect("password and salt are within Argon2's bounds");
    hash
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
    fn a_hash_fits_its_password_and_pepper_alone_and_is_read_back() {
        let (right, wrong) = (
            Password::new("four plain words"),
            Password::new("other words"),
        );
        let pepper = Pepper::new([1; 32]);
        let hash = PasswordHash::new(&right, &pepper, PasswordCost::TEST, &Sevens);
        assert!(hash.fits(&right, &pepper));
        assert!(!hash.fits(&wrong, &pepper));
        assert!(!hash.fits(&right, &Pepper::new([2; 32])));
        let text = hash.to_phc();
        assert!(text.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{text}");
        assert_eq!(PasswordHash::parse(&text), Some(hash));
        for cut in 0..text.len() {
            assert_eq!(PasswordHash::parse(&text[..cut]), None);
        }
        assert_eq!(
            PasswordHash::parse(&text.replace("m=8", "m=4000000000")),
            None
        );
        assert_eq!(
            PasswordHash::parse(&text.replace("argon2id", "argon2i")),
            None
        );
    }

    #[test]
    fn nobodys_password_fits_nothing() {
        let nobody = PasswordHash::nobodys(PasswordCost::TEST);
        assert!(!nobody.fits(&Password::new("four plain words"), &Pepper::new([0; 32])));
    }
}
