//! Signed notes: a text and the signatures under it (c2sp.org/signed-note).

use std::fmt;
use std::str::FromStr;

use crate::cosignature;
use crate::encoding::{base64_decode, base64_encode, is_note_text};
use crate::key::{KeyId, KeyName, SignatureKind, VerifierKey};
use crate::signer::NoteSigner;

/// The longest note that is read; a hundred post-quantum signatures fit.
pub const NOTE_BYTES_MAX: usize = 1 << 20;

/// The most signatures that are read from one note.
pub const SIGNATURES_MAX: usize = 100;

/// What a signature line begins with: em dash, space.
const LINE_START: &str = "\u{2014} ";

/// A text with one or more signatures, not verified yet.
///
/// [`Display`](fmt::Display) writes the note as it travels; what [`Note::parse`] accepted is written
/// back byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line: who claims to have signed, and the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: KeyName,
    key_id: KeyId,
    signature: Vec<u8>,
}

/// A signature that a known key has been found to have made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedSignature {
    /// The key's name.
    pub name: KeyName,
    /// The key's id.
    pub key_id: KeyId,
    /// When a cosigner signed, in seconds since 1970; a log's own signature has no time.
    pub timestamp: Option<u64>,
}

/// Why a note was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The note is longer than [`NOTE_BYTES_MAX`].
    #[error("the note is too long")]
    TooLong,
    /// The note is not UTF-8, or has a control character other than newline.
    #[error("the note is not plain text")]
    NotText,
    /// A text to be signed must end in a newline.
    #[error("the text does not end in a newline")]
    OpenEnded,
    /// No blank line with signature lines behind it ends the note.
    #[error("the note has no signature lines")]
    NoSignatures,
    /// A signature line is malformed; the first is number 1.
    #[error("signature line {0} is malformed")]
    SignatureLine(usize),
    /// The note has more than [`SIGNATURES_MAX`] signatures.
    #[error("the note has too many signatures")]
    TooManySignatures,
    /// A known key's signature does not verify.
    #[error("the signature by {name}+{key_id} is invalid")]
    InvalidSignature {
        /// The key's name.
        name: KeyName,
        /// The key's id.
        key_id: KeyId,
    },
    /// Two different known keys share name and id, so that neither can be believed.
    #[error("two known keys are called {name}+{key_id}")]
    AmbiguousKey {
        /// The name they share.
        name: KeyName,
        /// The id they share.
        key_id: KeyId,
    },
    /// No known key has signed the note.
    #[error("no known key has signed the note")]
    NotSigned,
}

impl Note {
    /// Signs a text, which must end in a newline.
    pub fn sign(text: &str, signer: &NoteSigner) -> Result<Self, NoteError> {
        if !is_note_text(text) {
            return Err(NoteError::NotText);
        }
        if !text.ends_with('\n') {
            return Err(NoteError::OpenEnded);
        }
        Ok(Self {
            text: text.to_owned(),
            signatures: vec![signer.sign(text)],
        })
    }

    /// Reads a note without verifying anything.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        if !is_note_text(note) {
            return Err(NoteError::NotText);
        }
        // The last blank line separates: the text may have empty lines of its own.
        let blank = note.rfind("\n\n").ok_or(NoteError::NoSignatures)?;
        let (text, lines) = (&note[..=blank], &note[blank + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        if lines.split('\n').count() > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        let signatures = (1..)
            .zip(lines.split('\n'))
            .map(|(number, line)| parse_line(line).ok_or(NoteError::SignatureLine(number)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// Adds a signature, in place of an earlier one by the same key.
    pub fn add_signature(&mut self, signature: NoteSignature) {
        self.signatures
            .retain(|other| (&other.name, other.key_id) != (&signature.name, signature.key_id));
        self.signatures.push(signature);
    }

    /// Returns the text with its final newline. Nobody vouches for it before [`Self::open`].
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the signatures, verified or not, in the note's order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Verifies the signatures by known keys and returns them, one per key, the latest if a
    /// cosigner signed more than once.
    ///
    /// Signatures by other keys are ignored. One bad signature by a known key refuses the note, as
    /// does the absence of any good one.
    pub fn open<'k>(
        &self,
        known: impl IntoIterator<Item = &'k VerifierKey>,
    ) -> Result<Vec<VerifiedSignature>, NoteError> {
        let known: Vec<&VerifierKey> = known.into_iter().collect();
        let mut verified: Vec<VerifiedSignature> = Vec::new();
        for signature in &self.signatures {
            let Some(key) = signature.key_among(&known)? else {
                continue;
            };
            let found = signature.verify(&self.text, key)?;
            let same_key = |other: &&mut VerifiedSignature| {
                (&other.name, other.key_id) == (&found.name, found.key_id)
            };
            match verified.iter_mut().find(same_key) {
                Some(earlier) => earlier.timestamp = earlier.timestamp.max(found.timestamp),
                None => verified.push(found),
            }
        }
        if verified.is_empty() {
            Err(NoteError::NotSigned)
        } else {
            Ok(verified)
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl NoteSignature {
    /// Joins a signature with the name and id of the key that made it.
    pub(crate) fn by(key: &VerifierKey, signature: Vec<u8>) -> Self {
        Self {
            name: key.name().clone(),
            key_id: key.id(),
            signature,
        }
    }

    /// Returns the name of the key that is said to have signed.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Returns the id of the key that is said to have signed.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    fn key_among<'k>(
        &self,
        known: &[&'k VerifierKey],
    ) -> Result<Option<&'k VerifierKey>, NoteError> {
        let mut keys = known
            .iter()
            .filter(|key| (key.name(), key.id()) == (&self.name, self.key_id));
        let key = keys.next();
        if keys.any(|other| Some(other) != key) {
            return Err(NoteError::AmbiguousKey {
                name: self.name.clone(),
                key_id: self.key_id,
            });
        }
        Ok(key.copied())
    }

    fn verify(&self, text: &str, key: &VerifierKey) -> Result<VerifiedSignature, NoteError> {
        let timestamp = match key.kind() {
            SignatureKind::Ed25519 => <&[u8; 64]>::try_from(self.signature.as_slice())
                .is_ok_and(|signature| key.accepts(text.as_bytes(), signature))
                .then_some(None),
            SignatureKind::CosignatureV1 => {
                cosignature::verify(key, text, &self.signature).map(Some)
            }
        };
        let (name, key_id) = (self.name.clone(), self.key_id);
        match timestamp {
            Some(timestamp) => Ok(VerifiedSignature {
                name,
                key_id,
                timestamp,
            }),
            None => Err(NoteError::InvalidSignature { name, key_id }),
        }
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_bytes().as_slice(), &self.signature].concat();
        write!(f, "{LINE_START}{} {}", self.name, base64_encode(&bytes))
    }
}

impl FromStr for NoteSignature {
    type Err = NoteError;

    /// Reads one signature line without its newline, such as a witness answers with.
    fn from_str(line: &str) -> Result<Self, NoteError> {
        parse_line(line).ok_or(NoteError::SignatureLine(1))
    }
}

fn parse_line(line: &str) -> Option<NoteSignature> {
    let (name, base64) = line.strip_prefix(LINE_START)?.split_once(' ')?;
    let bytes = base64_decode(base64)?;
    let (key_id, signature) = bytes.split_first_chunk()?;
    if signature.is_empty() {
        return None;
    }
    Some(NoteSignature {
        name: KeyName::new(name).ok()?,
        key_id: KeyId::from_bytes(*key_id),
        signature: signature.to_vec(),
    })
}
