//! Inclusion and consistency proofs, and how to check them.
//!
//! The checks are the algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2, which decide the same trees and
//! proofs as RFC 6962 §2.1. A wrong proof, index or size is an error, never a panic.

use crate::hash::{Hash, node_hash};

/// The audit path of one leaf, the leaf's sibling first (RFC 6962 §2.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof(Vec<Hash>);

/// The proof that one tree is a prefix of another (RFC 6962 §2.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof(Vec<Hash>);

impl InclusionProof {
    /// Wraps hashes that were read from somewhere; they prove nothing until verified.
    pub fn new(hashes: Vec<Hash>) -> Self {
        Self(hashes)
    }

    /// Returns the hashes in the order of RFC 6962.
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }
}

impl ConsistencyProof {
    /// Wraps hashes that were read from somewhere; they prove nothing until verified.
    pub fn new(hashes: Vec<Hash>) -> Self {
        Self(hashes)
    }

    /// Returns the hashes in the order of RFC 6962.
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }
}

/// Why a proof was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf lies beyond the tree.
    #[error("a tree of {size} leaves has no leaf {index}")]
    IndexOutOfRange {
        /// The index that was asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The older tree is empty, or larger than the newer.
    ///
    /// Nothing can be proved about an empty tree: every tree extends it.
    #[error("no consistency proof leads from {old} to {new} leaves")]
    SizesOutOfOrder {
        /// The size of the older tree.
        old: u64,
        /// The size of the newer tree.
        new: u64,
    },
    /// The proof has too many or too few hashes for these sizes.
    #[error("the proof has {found} hashes, which is the wrong number for this tree")]
    WrongLength {
        /// How many hashes the proof has.
        found: usize,
    },
    /// The hashes lead to another root.
    #[error("the proof does not lead to the given root")]
    RootMismatch,
}

/// Checks that `leaf` is leaf number `index` of the tree with `size` leaves and root `root`.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &InclusionProof,
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::IndexOutOfRange { index, size });
    }
    let mut place = Place {
        node: index,
        last: size - 1,
    };
    let mut hash = *leaf;
    for sibling in proof.hashes() {
        match place.side().ok_or(ProofError::WrongLength {
            found: proof.0.len(),
        })? {
            Side::Left => hash = node_hash(sibling, &hash),
            Side::Right => hash = node_hash(&hash, sibling),
        }
        place.climb();
    }
    if place.last != 0 {
        return Err(ProofError::WrongLength {
            found: proof.0.len(),
        });
    }
    if hash == *root {
        Ok(())
    } else {
        Err(ProofError::RootMismatch)
    }
}

/// Checks that the tree of `old_size` leaves is a prefix of the tree of `new_size` leaves.
///
/// Equal sizes need an empty proof and equal roots. An `old_size` of zero is refused: a caller that
/// starts from nothing has nothing to check, and should say so rather than call it proved.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &ConsistencyProof,
) -> Result<(), ProofError> {
    let wrong_length = ProofError::WrongLength {
        found: proof.0.len(),
    };
    if old_size == 0 || old_size > new_size {
        return Err(ProofError::SizesOutOfOrder {
            old: old_size,
            new: new_size,
        });
    }
    if old_size == new_size {
        return match (proof.0.is_empty(), old_root == new_root) {
            (false, _) => Err(wrong_length),
            (true, false) => Err(ProofError::RootMismatch),
            (true, true) => Ok(()),
        };
    }

    // A perfect old tree is itself the first subtree, and the proof leaves its root out.
    let (first, rest) = if old_size.is_power_of_two() {
        (old_root, proof.hashes())
    } else {
        proof.hashes().split_first().ok_or(wrong_length)?
    };
    let mut place = Place {
        node: old_size - 1,
        last: new_size - 1,
    };
    place.skip_while(|node| node & 1 == 1);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        match place.side().ok_or(wrong_length)? {
            Side::Left => {
                old_hash = node_hash(sibling, &old_hash);
                new_hash = node_hash(sibling, &new_hash);
            }
            Side::Right => new_hash = node_hash(&new_hash, sibling),
        }
        place.climb();
    }
    if place.last != 0 {
        return Err(wrong_length);
    }
    if old_hash == *old_root && new_hash == *new_root {
        Ok(())
    } else {
        Err(ProofError::RootMismatch)
    }
}

/// A node on its way to the root: its number on its level, and the number of the level's last.
/// RFC 9162 calls them `fn` and `sn`.
struct Place {
    node: u64,
    last: u64,
}

/// On which side of the node its sibling stands.
enum Side {
    Left,
    Right,
}

impl Place {
    /// Returns the side of the next sibling, after climbing to where the node has one; `None` if
    /// the node is already the root.
    fn side(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        if self.node & 1 == 1 || self.node == self.last {
            // The last node of a level with an odd number of nodes moves up without a sibling.
            self.skip_while(|node| node != 0 && node & 1 == 0);
            return Some(Side::Left);
        }
        Some(Side::Right)
    }

    /// Climbs one level.
    fn climb(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    /// Climbs while the node's number says so.
    fn skip_while(&mut self, condition: impl Fn(u64) -> bool) {
        while condition(self.node) {
            self.climb();
        }
    }
}
