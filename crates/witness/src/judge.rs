//! The decision: does this checkpoint extend the one that was cosigned last?

use lethe_tlog::{
    AddCheckpoint, Checkpoint, Hash, PolicyError, TrustPolicy, empty_root, verify_consistency,
};

/// What a witness remembers of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The size that was cosigned last; 0 for a log that never came.
    pub size: u64,
    /// The root at that size.
    pub root: Hash,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            size: 0,
            root: empty_root(),
        }
    }
}

/// Why a checkpoint is not cosigned. Each has the status that c2sp.org/tlog-witness prescribes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The body is no request.
    #[error("{0}")]
    Malformed(String),
    /// No log of this origin is witnessed here.
    #[error("no log of this origin is witnessed here")]
    UnknownLog,
    /// The log's key has not signed it.
    #[error("the checkpoint is not signed by the log's key")]
    NotSigned,
    /// The old size is larger than the checkpoint's.
    #[error("the old size is larger than the checkpoint's")]
    OldBeyondNew,
    /// The old size is not the one that was cosigned last, or the root at that size is another.
    #[error("the size cosigned last is {0}")]
    Conflict(u64),
    /// The consistency proof does not hold: perhaps the log was rewritten.
    #[error("the checkpoint does not extend the one of size {0} that was cosigned last")]
    Inconsistent(u64),
    /// The witness cannot write.
    #[error("the witness cannot remember this checkpoint, so it does not cosign it")]
    Failed,
}

impl Refused {
    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::OldBeyondNew => 400,
            Self::UnknownLog => 404,
            Self::NotSigned => 403,
            Self::Conflict(_) => 409,
            Self::Inconsistent(_) => 422,
            Self::Failed => 500,
        }
    }
}

/// Says whether to cosign, and returns what the log then is known by. Touches nothing.
///
/// # Errors
///
/// The first reason against it, in the specification's order.
pub fn judge(
    known: Known,
    log: &TrustPolicy,
    request: &AddCheckpoint,
) -> Result<Checkpoint, Refused> {
    let verified = log
        .open_checkpoint(request.checkpoint())
        .map_err(|error| match error {
            PolicyError::OtherOrigin => Refused::UnknownLog,
            _ => Refused::NotSigned,
        })?;
    let new = verified.checkpoint();
    if request.old() > new.size() {
        return Err(Refused::OldBeyondNew);
    }
    if request.old() != known.size {
        return Err(Refused::Conflict(known.size));
    }
    let proof = request.proof();
    let is_consistent = if known.size == 0 {
        // Nothing is known, so nothing can be contradicted; an empty tree has one root alone.
        proof.hashes().is_empty() && (new.size() > 0 || *new.root() == empty_root())
    } else if known.size == new.size() {
        if *new.root() != known.root {
            return Err(Refused::Conflict(known.size));
        }
        proof.hashes().is_empty()
    } else {
        verify_consistency(known.size, &known.root, new.size(), new.root(), proof).is_ok()
    };
    if is_consistent {
        Ok(new.clone())
    } else {
        Err(Refused::Inconsistent(known.size))
    }
}
