//! What a log asks a witness: the body of `add-checkpoint` (c2sp.org/tlog-witness).

use std::fmt;

use crate::encoding::decimal;
use crate::hash::Hash;
use crate::note::{NOTE_BYTES_MAX, Note, NoteError};
use crate::proof::ConsistencyProof;

/// The most lines of a consistency proof: no tree is higher.
const PROOF_LINES_MAX: usize = 63;

/// A checkpoint to be cosigned, and the proof that it extends the one the witness knows.
///
/// [`Display`](fmt::Display) writes the body; what [`AddCheckpoint::parse`] accepted is written back
/// byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: u64,
    proof: ConsistencyProof,
    checkpoint: Note,
}

/// Why a body is no request to add a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddCheckpointError {
    /// The body is longer than any request.
    #[error("the body is longer than {} bytes", AddCheckpoint::BYTES_MAX)]
    TooLong,
    /// The part before the blank line is not what the format has there; the first line is 1.
    #[error("line {0} of the body is malformed")]
    Line(usize),
    /// The part behind the blank line is not a note.
    #[error("the checkpoint in the body: {0}")]
    Note(#[from] NoteError),
}

impl AddCheckpoint {
    /// The longest body in bytes: a note, and 63 hashes.
    pub const BYTES_MAX: usize = NOTE_BYTES_MAX + 4096;

    /// Joins the size that the witness knows, the proof from there, and the signed checkpoint.
    pub fn new(old: u64, proof: ConsistencyProof, checkpoint: Note) -> Self {
        Self {
            old,
            proof,
            checkpoint,
        }
    }

    /// Reads a body without verifying anything.
    ///
    /// # Errors
    ///
    /// Which line is not as the format wants it.
    pub fn parse(bytes: &[u8]) -> Result<Self, AddCheckpointError> {
        if bytes.len() > Self::BYTES_MAX {
            return Err(AddCheckpointError::TooLong);
        }
        let blank = bytes.windows(2).position(|pair| pair == b"\n\n");
        let blank = blank.ok_or(AddCheckpointError::Line(1))?;
        let head = str::from_utf8(&bytes[..blank]).map_err(|_| AddCheckpointError::Line(1))?;
        let mut lines = (1..).zip(head.split('\n'));
        let old = lines
            .next()
            .and_then(|(_, line)| decimal(line.strip_prefix("old ")?))
            .ok_or(AddCheckpointError::Line(1))?;
        let proof = lines
            .map(|(number, line)| {
                let fits = number <= 1 + PROOF_LINES_MAX;
                let hash = if fits { Hash::from_base64(line) } else { None };
                hash.ok_or(AddCheckpointError::Line(number))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            old,
            proof: ConsistencyProof::new(proof),
            checkpoint: Note::parse(&bytes[blank + 2..])?,
        })
    }

    /// Returns the size that the log believes the witness knows.
    pub fn old(&self) -> u64 {
        self.old
    }

    /// Returns the proof from that size to the checkpoint's.
    pub fn proof(&self) -> &ConsistencyProof {
        &self.proof
    }

    /// Returns the checkpoint. Nobody vouches for it yet.
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof
            .hashes()
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
