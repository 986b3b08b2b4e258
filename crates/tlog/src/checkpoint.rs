//! Checkpoints: what a log commits to at one size (c2sp.org/tlog-checkpoint).

use std::fmt;
use std::str::FromStr;

use crate::encoding::{decimal, is_note_text};
use crate::hash::Hash;

/// The text of a checkpoint: origin, size and root, without signatures.
///
/// [`Display`](fmt::Display) writes it with its final newline, ready for [`crate::Note::sign`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// Why a text is not a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The text is not lines of plain text, each ended by a newline.
    #[error("the checkpoint is not lines of plain text")]
    NotLines,
    /// The origin is empty, or no single line.
    #[error("the checkpoint's origin is malformed")]
    Origin,
    /// The size is not a decimal without leading zeroes.
    #[error("the checkpoint's size is malformed")]
    Size,
    /// The root is not a hash in Base 64.
    #[error("the checkpoint's root is malformed")]
    Root,
    /// A line after the third is empty.
    #[error("the checkpoint has an empty line")]
    EmptyExtension,
}

impl Checkpoint {
    /// States that the log called `origin` has this root at this size.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if origin.is_empty() || origin.contains('\n') || !is_note_text(origin) {
            return Err(CheckpointError::Origin);
        }
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
            extensions: Vec::new(),
        })
    }

    /// Returns the name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the root of the tree with that many leaves.
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// Returns the lines after the third. They mean nothing here; this crate writes none.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Reads a note text as a checkpoint. Whether to believe it is for
    /// [`crate::TrustPolicy::open_checkpoint`] to say.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        if !is_note_text(text) {
            return Err(CheckpointError::NotLines);
        }
        let mut lines = text
            .strip_suffix('\n')
            .ok_or(CheckpointError::NotLines)?
            .split('\n');
        let origin = lines.next().ok_or(CheckpointError::Origin)?;
        let size = lines
            .next()
            .and_then(decimal)
            .ok_or(CheckpointError::Size)?;
        let root = lines
            .next()
            .and_then(Hash::from_base64)
            .ok_or(CheckpointError::Root)?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::EmptyExtension);
        }
        Ok(Self {
            extensions,
            ..Self::new(origin, size, root)?
        })
    }
}
