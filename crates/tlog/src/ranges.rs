//! How RFC 6962 cuts a tree in two, and which ranges of leaves a proof is made of.
//!
//! The same cuts serve proofs out of tiles ([`crate::prove`]) and out of a list in memory
//! ([`crate::list`]); only the way a range becomes a hash differs.

use std::ops::Range;

/// Returns the largest power of two below `count`, which must be at least two (RFC 6962 §2.1).
fn left_half(count: u64) -> u64 {
    debug_assert!(count >= 2);
    1 << (count - 1).ilog2()
}

/// Returns where the tree over `leaves` (two or more) is cut.
pub(crate) fn cut(leaves: &Range<u64>) -> u64 {
    leaves.start + left_half(leaves.end - leaves.start)
}

/// Returns the ranges whose roots are the audit path of leaf `index`, the leaf's sibling first
/// (RFC 6962 §2.1.1). `index` must be below `size`.
pub(crate) fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    let mut tree = 0..size;
    while tree.end - tree.start > 1 {
        let middle = cut(&tree);
        if index < middle {
            ranges.push(middle..tree.end);
            tree.end = middle;
        } else {
            ranges.push(tree.start..middle);
            tree.start = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// Returns the ranges whose roots are the consistency proof from `old` to `new` leaves
/// (RFC 6962 §2.1.2). `old` must be between 1 and `new`.
pub(crate) fn consistency_ranges(old: u64, new: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    let mut tree = 0..new;
    while tree.end != old {
        let middle = cut(&tree);
        if old <= middle {
            ranges.push(middle..tree.end);
            tree.end = middle;
        } else {
            ranges.push(tree.start..middle);
            tree.start = middle;
        }
    }
    // A verifier that knows the old root needs it repeated only when it is not the first subtree.
    if tree.start != 0 {
        ranges.push(tree);
    }
    ranges.reverse();
    ranges
}

/// Cuts a range that the functions above returned into perfect subtrees, left to right, each as
/// its first leaf and the logarithm of its number of leaves.
pub(crate) fn perfect_subtrees(leaves: Range<u64>) -> Vec<(u64, u32)> {
    let mut subtrees = Vec::new();
    let mut start = leaves.start;
    while start < leaves.end {
        let height = (leaves.end - start).ilog2();
        subtrees.push((start, height));
        start += 1 << height;
    }
    subtrees
}
