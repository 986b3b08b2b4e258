//! `.tlog-proof` files: that an entry is in a log, checkable offline (c2sp.org/tlog-proof).

use std::fmt;

use crate::encoding::{base64_decode, base64_encode, decimal};
use crate::hash::Hash;
use crate::note::{NOTE_BYTES_MAX, Note, NoteError};
use crate::policy::{PolicyError, TrustPolicy, VerifiedCheckpoint};
use crate::proof::{InclusionProof, ProofError, verify_inclusion};

/// The first line of every file.
const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// The longest file that is read: a note, and as much again for the extra data.
const PROOF_BYTES_MAX: usize = 2 * NOTE_BYTES_MAX;

/// The longest audit path: no tree is higher.
const PATH_HASHES_MAX: usize = 63;

/// An entry's index, its audit path and the checkpoint that the path leads to.
///
/// [`Display`](fmt::Display) writes the file; what [`TlogProof::parse`] accepted is written back byte
/// for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    extra: Vec<u8>,
    index: u64,
    path: InclusionProof,
    checkpoint: Note,
}

/// Why a proof file was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// The file is longer than any proof.
    #[error("the proof file is too long")]
    TooLong,
    /// The file is not UTF-8, or not lines in the order of the format.
    #[error("line {0} of the proof file is malformed")]
    Line(usize),
    /// The part behind the blank line is not a note.
    #[error("the checkpoint in the proof file: {0}")]
    Note(#[from] NoteError),
    /// The checkpoint is not one to believe.
    #[error("the checkpoint in the proof file: {0}")]
    Checkpoint(#[from] PolicyError),
    /// The path does not lead from the entry to the checkpoint.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl TlogProof {
    /// Joins a proof with the signed checkpoint of the tree it was made for.
    pub fn new(index: u64, path: InclusionProof, checkpoint: Note) -> Self {
        Self {
            extra: Vec::new(),
            index,
            path,
            checkpoint,
        }
    }

    /// Adds data for the application, such as the salt that opens a commitment.
    ///
    /// Nothing authenticates it. Empty data is no data.
    pub fn with_extra(self, extra: Vec<u8>) -> Self {
        Self { extra, ..self }
    }

    /// Reads a file without verifying anything.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        if bytes.len() > PROOF_BYTES_MAX {
            return Err(TlogProofError::TooLong);
        }
        let blank = bytes.windows(2).position(|pair| pair == b"\n\n");
        let blank = blank.ok_or(TlogProofError::Line(1))?;
        let head = str::from_utf8(&bytes[..blank]).map_err(|_| TlogProofError::Line(1))?;
        let mut lines = (1..).zip(head.split('\n')).peekable();

        lines
            .next_if(|(_, line)| *line == FIRST_LINE)
            .ok_or(TlogProofError::Line(1))?;
        let extra = match lines.next_if(|(_, line)| line.starts_with("extra ")) {
            Some((_, line)) => parse_extra(line).ok_or(TlogProofError::Line(2))?,
            None => Vec::new(),
        };
        let index_line = if extra.is_empty() { 2 } else { 3 };
        let index = lines
            .next()
            .and_then(|(_, line)| decimal(line.strip_prefix("index ")?))
            .ok_or(TlogProofError::Line(index_line))?;
        let path = lines
            .map(|(number, line)| {
                let fits = number <= index_line + PATH_HASHES_MAX;
                let hash = if fits { Hash::from_base64(line) } else { None };
                hash.ok_or(TlogProofError::Line(number))
            })
            .collect::<Result<_, _>>()?;

        let checkpoint = Note::parse(&bytes[blank + 2..])?;
        Ok(Self {
            extra,
            index,
            path: InclusionProof::new(path),
            checkpoint,
        })
    }

    /// Verifies that the entry with this leaf hash is in a tree that the policy believes in.
    pub fn verify(
        &self,
        leaf: &Hash,
        policy: &TrustPolicy,
    ) -> Result<VerifiedCheckpoint, TlogProofError> {
        let verified = policy.open_checkpoint(&self.checkpoint)?;
        let tree = verified.checkpoint();
        verify_inclusion(leaf, self.index, tree.size(), &self.path, tree.root())?;
        Ok(verified)
    }

    /// Returns the data for the application, empty if there is none. Nothing authenticates it.
    pub fn extra(&self) -> &[u8] {
        &self.extra
    }

    /// Returns the index that the entry is said to have.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Returns the audit path.
    pub fn path(&self) -> &InclusionProof {
        &self.path
    }

    /// Returns the checkpoint, which [`Self::verify`] verifies.
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", base64_encode(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path
            .hashes()
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Reads an extra line; without data the format has no such line.
fn parse_extra(line: &str) -> Option<Vec<u8>> {
    base64_decode(line.strip_prefix("extra ")?).filter(|extra| !extra.is_empty())
}
