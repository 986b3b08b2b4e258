//! A log in memory, and one that forks from it.

use lethe_tlog::{
    AddCheckpoint, Checkpoint, ConsistencyProof, Hash, Note, NoteSigner, ReadError, TileReader,
    leaf_hash, prove_consistency, tree_root,
};

pub(crate) const ORIGIN: &str = "log.example/one";

/// A log of which only the leaves are kept.
#[derive(Clone)]
pub(crate) struct GrowingLog {
    leaves: Vec<Hash>,
}

pub(crate) fn signer() -> NoteSigner {
    NoteSigner::new(ORIGIN, &[1; 32]).unwrap()
}

impl GrowingLog {
    pub(crate) fn of_size(size: u64, branch: u8) -> Self {
        let leaves = (0..size).map(|n| leaf_hash(format!("{branch} {n}").as_bytes()));
        Self {
            leaves: leaves.collect(),
        }
    }

    /// Is the same log up to `shared`, and another from there.
    pub(crate) fn forked(&self, shared: usize, size: u64) -> Self {
        let mut fork = Self::of_size(size, 2);
        let shared = shared.min(self.leaves.len()).min(fork.leaves.len());
        fork.leaves[..shared].copy_from_slice(&self.leaves[..shared]);
        fork
    }

    pub(crate) fn root(&self, size: u64) -> Hash {
        tree_root(self, size).unwrap()
    }

    pub(crate) fn note(&self, size: u64) -> Note {
        let checkpoint = Checkpoint::new(ORIGIN, size, self.root(size)).unwrap();
        Note::sign(&checkpoint.to_string(), &signer()).unwrap()
    }

    /// Asks honestly: from the size that the witness knows to this one.
    pub(crate) fn request(&self, old: u64, new: u64) -> AddCheckpoint {
        let proof = match old == 0 || old >= new {
            true => ConsistencyProof::new(Vec::new()),
            false => prove_consistency(self, old, new).unwrap(),
        };
        AddCheckpoint::new(old, proof, self.note(new))
    }
}

impl TileReader for GrowingLog {
    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, ReadError> {
        assert_eq!((level, index), (0, 0), "these logs fit one tile");
        Ok(self.leaves[..usize::from(width)].to_vec())
    }
}
