//! The body of an entry: a public part that can be shown for a whole window without exposing
//! anybody, and a private part that says whose data it was.

use lethe_model::{FieldSet, SubjectNumber};
use lethe_tlog::{Hash, leaf_hash, root_of_leaves};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
const SALT_LEN: usize = 16;
const HASH_LABEL: &[u8] = b"lethe-log-body-v1\0";
const COMMITMENT_LEN: usize = 8 + 8 + 32;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActKind {
    /// The log itself began.
    Genesis,
    /// Fields were revealed.
    Reveal,
    /// Somebody looked a person up.
    Find,
    /// Orders or customers were taken in.
    Intake,
    /// A subject was erased, openings included: the tombstone.
    Erase,
    /// A credential was made.
    KeyCreate,
    /// A credential was revoked.
    KeyRevoke,
    /// A credential was given another grant, held back or released.
    KeyChange,
    /// The data keys were wrapped anew.
    KeyRotation,
    /// An act that a crash interrupted was brought to its end.
    Recovery,
    /// The log's bodies were read.
    Audit,
    /// Records whose term is over were destroyed or moved to the archive.
    Retention,
    /// A retention policy was adopted.
    Policy,
    /// A legal hold was placed or released.
    Hold,
    /// Something was asked for that needs approval, or somebody approved it.
    Approval,
    /// The archive's keys were made known, asked for or proved to open.
    Archive,
    /// A credential was given more in an emergency, or somebody looked at one.
    BreakGlass,
    /// A backup was restored.
    Restore,
    /// Something was refused that has no entry of its own.
    Denial,
    /// Somebody logged in or out, tried to, or changed their password.
    Login,
    /// Canaries were planted.
    Canary,
    /// A canary was read, or a credential departed sharply from what it usually does.
    Alarm,
    /// A credential at a vendor was noted, changed or taken off the list.
    Vendor,
}

/// Which part of an act an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The whole act in one entry.
    Act,
    /// An act that changes things begins; its outcome follows in a later entry.
    Intent,
    /// The end of the act announced in [`PublicPart::intent`].
    Outcome,
}

/// What may be shown to an auditor about any entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicPart {
    /// What was done.
    pub act: ActKind,
    /// Which part of it this is.
    pub phase: Phase,
    /// The shop.
    pub store: i64,
    /// The credential that asked.
    pub credential: String,
    /// The stated purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The fields asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Why it was refused; absent when it was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied: Option<String>,
    /// How many subjects it is about.
    pub subjects: u64,
    /// How many guesses hit nobody.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub misses: u64,
    /// RFC 6962 root over the commitments to those subjects, base64; absent without subjects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// The index of the intent that this outcome ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<u64>,
    /// Counts and ids that describe the act further; never a personal value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One subject of an act: number, fields, and the commitment that outlives both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment {
    /// The subject's number; the keyring alone knows whose, and forgets it on erasure.
    pub number: SubjectNumber,
    /// The fields of this subject.
    pub fields: FieldSet,
    /// SHA-256 over opening, subject and fields. Without the opening it says nothing.
    pub hash: [u8; 32],
}

impl Commitment {
    /// Commits to a subject and its fields under an opening.
    pub fn new(
        opening: &[u8; 32],
        subject: &[u8; 16],
        number: SubjectNumber,
        fields: FieldSet,
    ) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"lethe-commitment-v1");
        hash.update(opening);
        hash.update(subject);
        hash.update(fields.bits().to_be_bytes());
        Self {
            number,
            fields,
            hash: hash.finalize().into(),
        }
    }
}

/// A whole body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Random, so that nobody can find a public part by trying.
    pub salt: [u8; SALT_LEN],
    /// The public part's exact bytes: the hash is over them, not over a re-encoding.
    pub public_json: Vec<u8>,
    /// The private part.
    pub commitments: Vec<Commitment>,
}

/// A body that does not fit its entry or its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a log body is malformed")]
pub struct MalformedBody;

impl Body {
    /// Puts a body together; number of subjects and root are filled in from the commitments.
    pub fn new(salt: [u8; SALT_LEN], mut public: PublicPart, commitments: Vec<Commitment>) -> Self {
        public.subjects = commitments.len() as u64;
        public.root = commitments_root(&commitments).map(Hash::to_base64);
        let public_json = serde_json::to_vec(&public).expect("strings and numbers serialise");
        Self {
            salt,
            public_json,
            commitments,
        }
    }

    /// Returns what the entry commits to.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(HASH_LABEL);
        hash.update(self.salt);
        hash.update(&self.public_json);
        hash.finalize().into()
    }

    /// Parses the public part.
    pub fn public(&self) -> Result<PublicPart, MalformedBody> {
        serde_json::from_slice(&self.public_json).map_err(|_| MalformedBody)
    }

    /// Checks that the private part is the one the public part states.
    pub fn check(&self) -> Result<PublicPart, MalformedBody> {
        let public = self.public()?;
        let root = commitments_root(&self.commitments).map(Hash::to_base64);
        let fits = public.root == root && public.subjects == self.commitments.len() as u64;
        if fits { Ok(public) } else { Err(MalformedBody) }
    }

    /// Writes the body: version, salt, public part with its length, commitments.
    pub fn to_bytes(&self) -> Vec<u8> {
        let len = 1 + SALT_LEN + 4 + self.public_json.len();
        let mut bytes = Vec::with_capacity(len + self.commitments.len() * COMMITMENT_LEN);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.salt);
        let public_len = u32::try_from(self.public_json.len()).expect("public parts are short");
        bytes.extend_from_slice(&public_len.to_be_bytes());
        bytes.extend_from_slice(&self.public_json);
        for commitment in &self.commitments {
            bytes.extend_from_slice(&commitment.number.0.to_be_bytes());
            bytes.extend_from_slice(&commitment.fields.bits().to_be_bytes());
            bytes.extend_from_slice(&commitment.hash);
        }
        bytes
    }

    /// Reads a body.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedBody> {
        let (version, rest) = bytes.split_at_checked(1).ok_or(MalformedBody)?;
        let (salt, rest) = rest.split_at_checked(SALT_LEN).ok_or(MalformedBody)?;
        let (len, rest) = rest.split_at_checked(4).ok_or(MalformedBody)?;
        let len = u32::from_be_bytes(len.try_into().map_err(|_| MalformedBody)?);
        let len = usize::try_from(len).map_err(|_| MalformedBody)?;
        let (public, private) = rest.split_at_checked(len).ok_or(MalformedBody)?;
        if version != [VERSION] || private.len() % COMMITMENT_LEN != 0 {
            return Err(MalformedBody);
        }
        let number = |bytes: &[u8]| {
            let mut number = [0; 8];
            number.copy_from_slice(bytes);
            u64::from_be_bytes(number)
        };
        let commitments = private
            .chunks_exact(COMMITMENT_LEN)
            .map(|row| {
                let mut hash = [0; 32];
                hash.copy_from_slice(&row[16..]);
                Commitment {
                    number: SubjectNumber(number(&row[..8])),
                    fields: FieldSet::from_bits(number(&row[8..16])),
                    hash,
                }
            })
            .collect();
        let salt = salt.try_into().map_err(|_| MalformedBody)?;
        Ok(Self {
            salt,
            public_json: public.to_vec(),
            commitments,
        })
    }
}

/// Returns the RFC 6962 root over the commitments in their order.
fn commitments_root(commitments: &[Commitment]) -> Option<Hash> {
    if commitments.is_empty() {
        return None;
    }
    let leaves: Vec<Hash> = commitments.iter().map(|one| leaf_hash(&one.hash)).collect();
    Some(root_of_leaves(&leaves))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Body {
        let public = PublicPart {
            act: ActKind::Reveal,
            phase: Phase::Act,
            store: 1,
            credential: "key_1".into(),
            purpose: Some("support".into()),
            fields: vec!["contact.email".into()],
            denied: None,
            subjects: 0,
            misses: 0,
            root: None,
            intent: None,
            detail: None,
        };
        let fields = FieldSet::parse(["contact.email"]).unwrap();
        let commitments = (1..=3)
            .map(|n| Commitment::new(&[9; 32], &[n; 16], SubjectNumber(n.into()), fields))
            .collect();
        Body::new([7; 16], public, commitments)
    }

    #[test]
    fn a_body_is_read_back_as_it_was_written() {
        let bytes = body().to_bytes();
        assert_eq!(Body::from_bytes(&bytes).unwrap(), body());
        assert_eq!(body().check().unwrap().subjects, 3);
        for cut in 0..bytes.len() {
            let Ok(cut_body) = Body::from_bytes(&bytes[..cut]) else {
                continue;
            };
            assert!(cut_body.check().is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn the_hash_binds_salt_public_part_and_through_the_root_every_subject() {
        let original = body();
        let mut other_salt = original.clone();
        other_salt.salt[0] ^= 1;
        assert_ne!(other_salt.hash(), original.hash());
        let mut other_subject = original.clone();
        other_subject.commitments[1].hash[0] ^= 1;
        assert!(other_subject.check().is_err());
        let mut fewer = original;
        fewer.commitments.pop();
        assert!(fewer.check().is_err());
    }
}
