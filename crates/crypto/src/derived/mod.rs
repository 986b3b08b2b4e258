//! Derived keys: an API key narrowed by whoever holds it, offline.
//!
//! The construction of macaroons (Birgisson et al., NDSS 2014) with a closed list of caveats: each
//! caveat is the message of an HMAC-SHA-256 whose key is the tag before it, and a derived key shows
//! the last tag alone. Whoever holds it can append a caveat; nobody can take one away.
//! `docs/api-keys.md` describes the bytes.

mod codec;
mod error;
mod fingerprint;

pub use error::DerivedKeyError;
pub use fingerprint::DerivedFingerprint;

use crate::api_key::checksum;
use crate::{ApiKey, SecretKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use lethe_model::{CAVEATS_MAX, Caveat};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

const PREFIX: &str = "lethe_dk_";
const CHECKSUM: usize = 6;
const VERSION: u8 = 1;
const KEY_ID: usize = 16;
const TAG: usize = 32;
/// Version, key id, number of caveats.
const HEAD: usize = 1 + KEY_ID + 1;
/// The longest body in bytes, tag included: what it makes stays below what scanners look for.
const BODY_MAX: usize = 700;

/// Names an API key without telling anything of it: its holder can compute it, and the vault keeps it.
pub type KeyId = [u8; KEY_ID];

/// A derived key in clear.
#[derive(Clone)]
pub struct DerivedKey {
    text: Zeroizing<String>,
    key_id: KeyId,
    caveats: Vec<Caveat>,
    tag: SecretKey,
}

impl ApiKey {
    /// Returns the id under which a vault finds the parent of derived keys.
    pub fn key_id(&self) -> KeyId {
        let full = hmac(self.expose().as_bytes(), b"lethe-key-id-v1");
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&full[..KEY_ID]);
        id
    }

    /// Returns the root of all keys that derive from this one. Whoever has it can make them.
    pub fn derivation_root(&self) -> SecretKey {
        SecretKey::take(&mut hmac(self.expose().as_bytes(), b"lethe-derive-v1"))
    }
}

impl DerivedKey {
    /// Derives a narrower key from an API key.
    ///
    /// # Errors
    ///
    /// [`DerivedKeyError`] when there is no caveat, too much of them, or one that cannot be written.
    pub fn derive(parent: &ApiKey, caveats: &[Caveat]) -> Result<Self, DerivedKeyError> {
        let key_id = parent.key_id();
        let first = first_tag(&parent.derivation_root(), &key_id);
        Self::extend(key_id, &[], first, caveats)
    }

    /// Derives a key from this one that is narrower still.
    ///
    /// # Errors
    ///
    /// As for [`Self::derive`].
    pub fn narrowed_by(&self, caveats: &[Caveat]) -> Result<Self, DerivedKeyError> {
        Self::extend(self.key_id, &self.caveats, self.tag.clone(), caveats)
    }

    fn extend(
        key_id: KeyId,
        before: &[Caveat],
        mut tag: SecretKey,
        added: &[Caveat],
    ) -> Result<Self, DerivedKeyError> {
        let count = before.len() + added.len();
        if added.is_empty() {
            return Err(DerivedKeyError::Empty);
        }
        let written = u8::try_from(count).ok().filter(|_| count <= CAVEATS_MAX);
        let written = written.ok_or(DerivedKeyError::TooMany)?;
        let mut body = Zeroizing::new(vec![VERSION]);
        body.extend_from_slice(&key_id);
        body.push(written);
        for caveat in before {
            body.extend_from_slice(&codec::encode(caveat)?);
        }
        for caveat in added {
            let encoded = codec::encode(caveat)?;
            tag = next_tag(&tag, &encoded);
            body.extend_from_slice(&encoded);
        }
        body.extend_from_slice(tag.expose());
        if body.len() > BODY_MAX {
            return Err(DerivedKeyError::TooLong);
        }
        let digits = Zeroizing::new(BASE64.encode(&*body));
        let text = Zeroizing::new(format!("{PREFIX}{}{}", *digits, checksum(&digits)));
        // What was written must be what everybody else reads.
        Self::parse(&text)
    }

    /// Parses a key and checks its checksum, offline. Whether it is valid, only a vault knows.
    ///
    /// # Errors
    ///
    /// [`DerivedKeyError`]; a single caveat that is not known refuses the whole key.
    pub fn parse(text: &str) -> Result<Self, DerivedKeyError> {
        let rest = text.strip_prefix(PREFIX).ok_or(DerivedKeyError::Form)?;
        if !rest.is_ascii() || rest.len() <= CHECKSUM {
            return Err(DerivedKeyError::Form);
        }
        let (digits, given) = rest.split_at(rest.len() - CHECKSUM);
        if digits.len() > BODY_MAX.div_ceil(3) * 4 {
            return Err(DerivedKeyError::TooLong);
        }
        let body = BASE64.decode(digits).map_err(|_| DerivedKeyError::Form)?;
        let body = Zeroizing::new(body);
        if checksum(digits) != given {
            return Err(DerivedKeyError::Checksum);
        }
        if body.len() > BODY_MAX {
            return Err(DerivedKeyError::TooLong);
        }
        if body.first() != Some(&VERSION) {
            return Err(DerivedKeyError::Version);
        }
        if body.len() < HEAD + TAG {
            return Err(DerivedKeyError::Form);
        }
        let (head, rest) = body.split_at(HEAD);
        let (listed, tag) = rest.split_at(rest.len() - TAG);
        let caveats = codec::decode_all(listed, head[HEAD - 1].into())?;
        let mut key_id = [0; KEY_ID];
        key_id.copy_from_slice(&head[1..=KEY_ID]);
        let mut last = [0; TAG];
        last.copy_from_slice(tag);
        Ok(Self {
            text: Zeroizing::new(text.to_owned()),
            key_id,
            caveats,
            tag: SecretKey::take(&mut last),
        })
    }

    /// Returns the key in clear. Every call is a place to review.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Names the API key that it derives from.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Lists what was taken away, the first restriction first.
    pub fn caveats(&self) -> &[Caveat] {
        &self.caveats
    }

    /// Names this key, for the log and to revoke it.
    pub fn fingerprint(&self) -> DerivedFingerprint {
        DerivedFingerprint::of_tag(&self.tag)
    }

    /// Checks the tag, in constant time, against the root of its parent; `None` when it is not one
    /// of the parent's keys.
    ///
    /// Otherwise returns the fingerprints of every key on the way: that after the first caveat, and
    /// so on to this key's own. What is true of one of them (revoked, too fast) is true of all that
    /// were derived from it.
    pub fn verify(&self, root: &SecretKey) -> Option<Vec<DerivedFingerprint>> {
        let mut tag = first_tag(root, &self.key_id);
        let mut steps = Vec::with_capacity(self.caveats.len());
        for caveat in &self.caveats {
            tag = next_tag(&tag, &codec::encode(caveat).ok()?);
            steps.push(DerivedFingerprint::of_tag(&tag));
        }
        (tag == self.tag).then_some(steps)
    }
}

impl fmt::Debug for DerivedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lethe_dk_[secret]")
    }
}

fn first_tag(root: &SecretKey, key_id: &KeyId) -> SecretKey {
    SecretKey::take(&mut hmac(root.expose(), key_id))
}

fn next_tag(tag: &SecretKey, encoded: &[u8]) -> SecretKey {
    SecretKey::take(&mut hmac(tag.expose(), encoded))
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}
