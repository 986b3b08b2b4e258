//! Proofs made out of tiles.
//!
//! The tiles are taken as they are: a proof out of damaged tiles does not verify, and whoever hands
//! one out should verify it first.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use crate::hash::{Hash, empty_root, node_hash};
use crate::list::root_of_leaves;
use crate::proof::{ConsistencyProof, InclusionProof};
use crate::ranges::{consistency_ranges, inclusion_ranges, perfect_subtrees};
use crate::reader::{ReadError, TileReader, read_tile};
use crate::tile::{TILE_HEIGHT, TILE_WIDTH, TREE_SIZE_MAX, hashes_on_level, tile_width};

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The leaf lies beyond the tree.
    #[error("a tree of {size} leaves has no leaf {index}")]
    IndexOutOfRange {
        /// The index that was asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The older tree is empty, or larger than the newer.
    #[error("no consistency proof leads from {old} to {new} leaves")]
    SizesOutOfOrder {
        /// The size of the older tree.
        old: u64,
        /// The size of the newer tree.
        new: u64,
    },
    /// The size is beyond [`TREE_SIZE_MAX`].
    #[error("a tree of {0} leaves is too large")]
    TooLarge(u64),
    /// A tile could not be had.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Proves that leaf `index` is in the tree of `size` leaves (RFC 6962 §2.1.1).
pub fn prove_inclusion(
    reader: &impl TileReader,
    index: u64,
    size: u64,
) -> Result<InclusionProof, ProveError> {
    if index >= size {
        return Err(ProveError::IndexOutOfRange { index, size });
    }
    let hashes = Tiles::of(reader, size)?.roots(inclusion_ranges(index, size))?;
    Ok(InclusionProof::new(hashes))
}

/// Proves that the tree of `old` leaves is a prefix of the tree of `new` leaves
/// (RFC 6962 §2.1.2).
pub fn prove_consistency(
    reader: &impl TileReader,
    old: u64,
    new: u64,
) -> Result<ConsistencyProof, ProveError> {
    if old == 0 || old > new {
        return Err(ProveError::SizesOutOfOrder { old, new });
    }
    let hashes = Tiles::of(reader, new)?.roots(consistency_ranges(old, new))?;
    Ok(ConsistencyProof::new(hashes))
}

/// Computes the root of the tree of `size` leaves out of its tiles.
pub fn tree_root(reader: &impl TileReader, size: u64) -> Result<Hash, ProveError> {
    if size == 0 {
        return Ok(empty_root());
    }
    Ok(Tiles::of(reader, size)?.root(0..size)?)
}

/// The tiles of a tree of one size, each read once.
struct Tiles<'a, R> {
    reader: &'a R,
    size: u64,
    read: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl<'a, R: TileReader> Tiles<'a, R> {
    fn of(reader: &'a R, size: u64) -> Result<Self, ProveError> {
        if size > TREE_SIZE_MAX {
            return Err(ProveError::TooLarge(size));
        }
        Ok(Self {
            reader,
            size,
            read: BTreeMap::new(),
        })
    }

    fn roots(&mut self, ranges: Vec<Range<u64>>) -> Result<Vec<Hash>, ReadError> {
        ranges.into_iter().map(|range| self.root(range)).collect()
    }

    /// Returns the root over a range that is not empty.
    fn root(&mut self, leaves: Range<u64>) -> Result<Hash, ReadError> {
        let mut root = None;
        for (start, height) in perfect_subtrees(leaves).into_iter().rev() {
            let left = self.subtree(start, height)?;
            root = Some(root.map_or(left, |right| node_hash(&left, &right)));
        }
        Ok(root.unwrap_or_else(empty_root))
    }

    /// Returns the root of the perfect subtree of `2^height` leaves from `start` on, which lies
    /// within one tile.
    fn subtree(&mut self, start: u64, height: u32) -> Result<Hash, ReadError> {
        let level = u8::try_from(height / TILE_HEIGHT).expect("trees are below 64 levels high");
        let first = hashes_on_level(level, start);
        let index = first / u64::from(TILE_WIDTH);
        let offset = usize::try_from(first % u64::from(TILE_WIDTH)).expect("below 256");
        let count = 1usize << (height % TILE_HEIGHT);
        Ok(root_of_leaves(
            &self.tile(level, index)?[offset..offset + count],
        ))
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<&[Hash], ReadError> {
        match self.read.entry((level, index)) {
            Entry::Occupied(read) => Ok(read.into_mut()),
            Entry::Vacant(unread) => {
                let width = tile_width(level, index, self.size);
                Ok(unread.insert(read_tile(self.reader, level, index, width)?))
            }
        }
    }
}
