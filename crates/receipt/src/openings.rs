//! The person's own openings: what the access log's commitments about them derive from. Once they are
//! erased nobody else has it.

use crate::published::{PublishedScope, ScopeError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use lethe_model::FieldSet;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A secret of the person: it recognises their commitments and opens nothing else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Openings {
    /// The id the commitments are about, hex.
    subject_id: String,
    /// The person's number in the log.
    number: u64,
    /// The key the openings derive from, base64.
    log_key: String,
}

/// An entry that was about the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The entry.
    pub index: u64,
    /// The fields.
    pub fields: Vec<String>,
}

impl Openings {
    /// Takes a person's openings over.
    pub fn new(subject_id: &[u8; 16], number: u64, log_key: &[u8; 32]) -> Self {
        Self {
            subject_id: subject_id
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            number,
            log_key: BASE64.encode(log_key),
        }
    }

    /// Says which entries of a published scope were about this person.
    ///
    /// A scope that cannot be read whole is an error, never "no hit": a person must not be told that
    /// nothing was about them because a line was damaged.
    ///
    /// # Errors
    ///
    /// [`ScopeError`]. Whose log it is, is checked by [`crate::ErasureReceipt::recognise`].
    pub fn recognise(&self, published: &PublishedScope) -> Result<Vec<Hit>, ScopeError> {
        published.check_format()?;
        let (log_key, subject) = self.bytes().ok_or(ScopeError::Openings)?;
        let mut hits = Vec::new();
        for entry in &published.entries {
            let malformed = ScopeError::Entry(entry.index);
            let salt = fixed::<16>(&entry.salt).ok_or(malformed)?;
            let opening = opening(&log_key, &salt);
            for one in &entry.commitments {
                let hash = fixed::<32>(&one.hash).ok_or(malformed)?;
                if commitment(&opening, &subject, one.fields) == hash {
                    let fields = FieldSet::from_bits(one.fields);
                    hits.push(Hit {
                        index: entry.index,
                        fields: fields.iter().map(|field| field.to_string()).collect(),
                    });
                }
            }
        }
        Ok(hits)
    }

    /// Returns log key and subject; `None` when they are not of their length.
    fn bytes(&self) -> Option<(Zeroizing<[u8; 32]>, [u8; 16])> {
        let decoded = Zeroizing::new(BASE64.decode(&self.log_key).ok()?);
        let log_key = Zeroizing::new(<[u8; 32]>::try_from(decoded.as_slice()).ok()?);
        Some((log_key, id(&self.subject_id)?))
    }
}

/// Reads 32 lower-case hex digits; there is one spelling.
fn id(text: &str) -> Option<[u8; 16]> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 32 || !text.bytes().all(is_digit) {
        return None;
    }
    Some(u128::from_str_radix(text, 16).ok()?.to_be_bytes())
}

/// Reads standard Base 64 of a known length.
fn fixed<const N: usize>(text: &str) -> Option<[u8; N]> {
    BASE64.decode(text).ok()?.try_into().ok()
}

/// Derives the opening in the body with this salt (docs/log-format.md).
fn opening(log_key: &[u8; 32], salt: &[u8; 16]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(log_key).expect("any length of key");
    mac.update(b"lethe-opening-v1");
    mac.update(salt);
    mac.finalize().into_bytes().into()
}

/// Computes the commitment to a subject and its fields (docs/log-format.md).
fn commitment(opening: &[u8; 32], subject: &[u8; 16], fields: u64) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"lethe-commitment-v1");
    hash.update(opening);
    hash.update(subject);
    hash.update(fields.to_be_bytes());
    hash.finalize().into()
}

impl fmt::Debug for Openings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[openings]")
    }
}
