//! The person's own openings: what the access log's commitments about them derive from. Once they are
//! erased nobody else has it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use lethe_model::FieldSet;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

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

/// A published part of the access log: what was read, as commitments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedScope {
    /// `lethe-published-scope v1`.
    pub format: String,
    /// The log.
    pub origin: String,
    /// Its entries.
    pub entries: Vec<PublishedEntry>,
}

/// One entry of a published scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedEntry {
    /// Its place in the log.
    pub index: u64,
    /// The salt of its body, base64.
    pub salt: String,
    /// The commitments, each with the bits of its fields.
    pub commitments: Vec<PublishedCommitment>,
}

/// One commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedCommitment {
    /// The fields, as bits by number.
    pub fields: u64,
    /// SHA-256, base64.
    pub hash: String,
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
    pub fn recognise(&self, published: &PublishedScope) -> Vec<Hit> {
        let mut hits = Vec::new();
        for entry in &published.entries {
            let Ok(salt) = BASE64.decode(&entry.salt) else {
                continue;
            };
            for one in &entry.commitments {
                if self.commitment(&salt, one.fields).as_deref() == Some(one.hash.as_str()) {
                    let fields = FieldSet::from_bits(one.fields);
                    hits.push(Hit {
                        index: entry.index,
                        fields: fields.iter().map(|field| field.to_string()).collect(),
                    });
                }
            }
        }
        hits
    }

    /// Recomputes the commitment of a body with this salt (docs/log-format.md).
    fn commitment(&self, salt: &[u8], fields: u64) -> Option<String> {
        let key = zeroize::Zeroizing::new(BASE64.decode(&self.log_key).ok()?);
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(b"lethe-opening-v1");
        mac.update(salt);
        let opening = mac.finalize().into_bytes();
        let id = u128::from_str_radix(&self.subject_id, 16).ok()?;
        let mut hash = Sha256::new();
        hash.update(b"lethe-commitment-v1");
        hash.update(opening);
        hash.update(id.to_be_bytes());
        hash.update(fields.to_be_bytes());
        Some(BASE64.encode(hash.finalize()))
    }
}

impl fmt::Debug for Openings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[openings]")
    }
}
