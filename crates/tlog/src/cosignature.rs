//! Timestamped Ed25519 cosignatures, type `0x04` (c2sp.org/tlog-cosignature, "Ed25519 signed
//! message").
//!
//! A cosigner states that this was the largest consistent tree of the log it had seen by then.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::{KeyError, SignatureKind, VerifierKey};
use crate::note::{Note, NoteSignature};
use crate::signer::Ed25519Signer;

/// The latest time a cosignature may carry, in seconds since 1970.
pub const TIMESTAMP_MAX: u64 = i64::MAX as u64;

/// A witness's key: cosigns checkpoints.
///
/// `Debug` shows the public half only; the secret half is overwritten when the cosigner is dropped.
/// Its key must serve nothing else: the signed message does not contain the cosigner's name.
#[derive(Debug)]
pub struct Cosigner(Ed25519Signer);

/// Why a note was not cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CosignError {
    /// The note's text is not a checkpoint.
    #[error(transparent)]
    NotACheckpoint(#[from] CheckpointError),
    /// The time is beyond [`TIMESTAMP_MAX`].
    #[error("{0} is not a time that a cosignature can carry")]
    Timestamp(u64),
}

impl Cosigner {
    /// Makes the cosigner called `name` out of a 32-byte Ed25519 seed (RFC 8032 §5.1.5).
    ///
    /// The seed stays the caller's to overwrite.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        Ed25519Signer::new(SignatureKind::CosignatureV1, name, seed).map(Self)
    }

    /// Returns the public half, to be given to whoever verifies.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.0.public
    }

    /// Cosigns a checkpoint as of `at`, in seconds since 1970.
    ///
    /// The caller has verified the log's signature, and that the tree extends the last one it
    /// cosigned.
    pub fn cosign(&self, checkpoint: &Note, at: u64) -> Result<NoteSignature, CosignError> {
        if at > TIMESTAMP_MAX {
            return Err(CosignError::Timestamp(at));
        }
        checkpoint.text().parse::<Checkpoint>()?;
        let signature = self.0.sign(&signed_message(at, checkpoint.text()));
        Ok(NoteSignature::by(
            &self.0.public,
            [at.to_be_bytes().as_slice(), &signature].concat(),
        ))
    }
}

/// Verifies a cosignature over a checkpoint's text and returns its time; `None` if it is not valid.
pub(crate) fn verify(key: &VerifierKey, text: &str, signature: &[u8]) -> Option<u64> {
    let (timestamp, signature) = signature.split_first_chunk()?;
    let timestamp = u64::from_be_bytes(*timestamp);
    let is_checkpoint = text.parse::<Checkpoint>().is_ok();
    let valid = timestamp <= TIMESTAMP_MAX
        && is_checkpoint
        && key.accepts(&signed_message(timestamp, text), signature.try_into().ok()?);
    valid.then_some(timestamp)
}

/// Returns the bytes that are signed: a header line, a time line and the whole checkpoint text.
fn signed_message(timestamp: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {timestamp}\n{text}").into_bytes()
}
