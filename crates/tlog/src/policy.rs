//! Whose checkpoints to believe: one log, and how many of which witnesses.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::{KeyId, KeyName, SignatureKind, VerifierKey};
use crate::note::{Note, NoteError};

/// A log's origin and key, and the witnesses of which `quorum` must have cosigned.
#[derive(Clone, Debug)]
pub struct TrustPolicy {
    origin: String,
    log_key: VerifierKey,
    witnesses: Vec<VerifierKey>,
    quorum: usize,
}

/// A checkpoint that the log signed and enough witnesses cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCheckpoint {
    checkpoint: Checkpoint,
    cosignatures: Vec<Cosignature>,
}

/// A verified cosignature by a known witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// The witness's name.
    pub witness: KeyName,
    /// The witness's key id.
    pub key_id: KeyId,
    /// When it cosigned, in seconds since 1970, by its own clock.
    pub timestamp: u64,
}

/// Why a policy makes no sense, or a checkpoint does not satisfy it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A log signs with type `0x01`, a witness with type `0x04`.
    #[error("the key {0} is of the wrong type for its part")]
    KeyKind(KeyName),
    /// Two witnesses, or a witness and the log, have the same public key: they are one.
    #[error("the key of {0} is listed twice")]
    SharedKey(KeyName),
    /// More cosignatures are demanded than there are witnesses.
    #[error("{0} witnesses cannot give {1} cosignatures")]
    Quorum(usize, usize),
    /// A signature is missing or bad.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The signed text is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is of another log.
    #[error("the checkpoint is of another log")]
    OtherOrigin,
    /// Only witnesses have signed, not the log.
    #[error("the log has not signed the checkpoint")]
    NotSignedByLog,
    /// Too few witnesses have cosigned.
    #[error("{found} of {needed} witnesses have cosigned the checkpoint")]
    TooFewWitnesses {
        /// How many must.
        needed: usize,
        /// How many have.
        found: usize,
    },
}

impl TrustPolicy {
    /// Believes the log called `origin` on its own word, signed by this key.
    pub fn log_only(origin: &str, log_key: VerifierKey) -> Result<Self, PolicyError> {
        expect_kind(&log_key, SignatureKind::Ed25519)?;
        Ok(Self {
            origin: origin.to_owned(),
            log_key,
            witnesses: Vec::new(),
            quorum: 0,
        })
    }

    /// Demands cosignatures by `quorum` of these witnesses as well.
    pub fn with_witnesses(
        mut self,
        witnesses: Vec<VerifierKey>,
        quorum: usize,
    ) -> Result<Self, PolicyError> {
        if quorum > witnesses.len() {
            return Err(PolicyError::Quorum(witnesses.len(), quorum));
        }
        for (number, witness) in witnesses.iter().enumerate() {
            expect_kind(witness, SignatureKind::CosignatureV1)?;
            // A cosignature does not contain the cosigner's name, so one key under two names
            // could fill a quorum alone.
            let mut others = witnesses[..number].iter().chain([&self.log_key]);
            if others.any(|other| other.public_key() == witness.public_key()) {
                return Err(PolicyError::SharedKey(witness.name().clone()));
            }
        }
        self.witnesses = witnesses;
        self.quorum = quorum;
        Ok(self)
    }

    /// Verifies a checkpoint: its origin, the log's signature, every known witness's cosignature
    /// and that there are enough of them.
    pub fn open_checkpoint(&self, note: &Note) -> Result<VerifiedCheckpoint, PolicyError> {
        let signatures = note.open(self.witnesses.iter().chain([&self.log_key]))?;
        let checkpoint: Checkpoint = note.text().parse()?;
        if checkpoint.origin() != self.origin {
            return Err(PolicyError::OtherOrigin);
        }
        // Only cosignatures carry a time, and only the log's key is of the kind without one.
        if signatures
            .iter()
            .all(|signature| signature.timestamp.is_some())
        {
            return Err(PolicyError::NotSignedByLog);
        }
        let cosignatures: Vec<Cosignature> = signatures
            .into_iter()
            .filter_map(|signature| {
                Some(Cosignature {
                    timestamp: signature.timestamp?,
                    witness: signature.name,
                    key_id: signature.key_id,
                })
            })
            .collect();
        if cosignatures.len() < self.quorum {
            let (needed, found) = (self.quorum, cosignatures.len());
            return Err(PolicyError::TooFewWitnesses { needed, found });
        }
        Ok(VerifiedCheckpoint {
            checkpoint,
            cosignatures,
        })
    }
}

impl VerifiedCheckpoint {
    /// Returns what the log committed to.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Returns the known witnesses' cosignatures, one per witness.
    pub fn cosignatures(&self) -> &[Cosignature] {
        &self.cosignatures
    }
}

fn expect_kind(key: &VerifierKey, kind: SignatureKind) -> Result<(), PolicyError> {
    if key.kind() == kind {
        Ok(())
    } else {
        Err(PolicyError::KeyKind(key.name().clone()))
    }
}
