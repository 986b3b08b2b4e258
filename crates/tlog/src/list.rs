//! Merkle lists small enough to lie in memory, such as the commitments inside one log entry.
//!
//! The tree is the one of the log (RFC 6962), so [`crate::verify_inclusion`] checks these proofs.

use crate::hash::{Hash, empty_root, node_hash};
use crate::proof::InclusionProof;
use crate::ranges::{cut, inclusion_ranges};

/// Returns the root over these leaf hashes (RFC 6962 §2.1).
pub fn root_of_leaves(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(to_index(cut(&(0..leaves.len() as u64))));
            node_hash(&root_of_leaves(left), &root_of_leaves(right))
        }
    }
}

/// Proves that the leaf at `index` is in the list; `None` if the list is not that long.
pub fn prove_in_list(leaves: &[Hash], index: u64) -> Option<InclusionProof> {
    let size = leaves.len() as u64;
    if index >= size {
        return None;
    }
    let hashes = inclusion_ranges(index, size)
        .into_iter()
        .map(|range| root_of_leaves(&leaves[to_index(range.start)..to_index(range.end)]))
        .collect();
    Some(InclusionProof::new(hashes))
}

/// Narrows a position that is known to be within a slice.
fn to_index(position: u64) -> usize {
    usize::try_from(position).expect("a position within a slice")
}
