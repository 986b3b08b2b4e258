//! Lethe's own keys, told from look-alikes by their checksum.
//!
//! `lethe_sk_`, 43 base62 digits, and 6 base62 digits of their CRC-32: what `lethe_crypto::ApiKey`
//! writes; `lethe_ss_` and the same, a session. `lethe_dk_`, at least 54 base64url characters, and 6 base62 digits of their CRC-32: a
//! narrower key that was derived from one.

use crate::shape::{Class, is_random};

/// A kind of Lethe's keys.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LetheKey {
    Root,
    /// The form of an API key.
    Session,
    Derived,
}

/// What stands after a prefix.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// A key of this length after the prefix.
    Right(usize),
    /// The form of a key of this length, with a wrong checksum.
    Wrong(usize),
}

const ROOT_BODY: usize = 43;
const CHECKSUM: usize = 6;
const DERIVED_MIN: usize = 60;
/// A derived key that names all fields and several networks is well below this.
pub(crate) const DERIVED_MAX: usize = 1000;

impl LetheKey {
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Root => "lethe_sk_",
            Self::Session => "lethe_ss_",
            Self::Derived => "lethe_dk_",
        }
    }

    /// Checks what follows the prefix. A right checksum needs no border: whatever stands around it.
    pub(crate) fn check(self, rest: &[u8]) -> Option<Checked> {
        match self {
            Self::Root | Self::Session => check_root(rest),
            Self::Derived => check_derived(rest),
        }
    }
}

fn check_root(rest: &[u8]) -> Option<Checked> {
    const LENGTH: usize = ROOT_BODY + CHECKSUM;
    let count = Class::Alnum.count(rest, LENGTH + 1);
    let (body, given) = rest.get(..LENGTH)?.split_at(ROOT_BODY);
    if count >= LENGTH && checksum(crc32fast::hash(body)) == given {
        return Some(Checked::Right(LENGTH));
    }
    (count == LENGTH && is_random(body)).then_some(Checked::Wrong(LENGTH))
}

/// Finds the longest key: what follows it may belong to its alphabet too.
fn check_derived(rest: &[u8]) -> Option<Checked> {
    let count = Class::Base64Url.count(rest, DERIVED_MAX + 1);
    let longest = count.min(DERIVED_MAX);
    if longest < DERIVED_MIN {
        return None;
    }
    let mut crc = crc32fast::Hasher::new();
    crc.update(&rest[..DERIVED_MIN - CHECKSUM]);
    let mut right = None;
    for end in DERIVED_MIN..=longest {
        let body = end - CHECKSUM;
        if end > DERIVED_MIN {
            crc.update(&rest[body - 1..body]);
        }
        if checksum(crc.clone().finalize()) == rest[body..end] {
            right = Some(Checked::Right(end));
        }
    }
    let wrong =
        (count <= DERIVED_MAX && is_random(&rest[..count])).then_some(Checked::Wrong(count));
    right.or(wrong)
}

/// Writes a CRC-32 as six base62 digits: digits, capitals, small letters.
fn checksum(mut crc: u32) -> [u8; CHECKSUM] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = [b'0'; CHECKSUM];
    for digit in text.iter_mut().rev() {
        *digit = DIGITS[(crc % 62) as usize];
        crc /= 62;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_crypto_crate() {
        assert_eq!(&checksum(u32::MAX), b"4gfFC3");
        assert_eq!(&checksum(61), b"00000z");
    }

    #[test]
    fn a_derived_key_is_found_with_more_after_it() {
        let body = "Zm9y-Z2V0_dGhl".repeat(6);
        let check = checksum(crc32fast::hash(body.as_bytes()));
        let key = body + std::str::from_utf8(&check).unwrap();
        let check = |text: &str| LetheKey::Derived.check(text.as_bytes());
        assert_eq!(check(&key), Some(Checked::Right(90)));
        assert_eq!(check(&format!("{key}-and-more")), Some(Checked::Right(90)));
        assert_eq!(check(&key[..59]), None);
        assert_eq!(check(&key[..70]), Some(Checked::Wrong(70)));
    }
}
