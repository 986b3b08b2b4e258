//! The whole-log check: every entry is hashed again and every published tile compared.
//!
//! Signatures and consistency proofs alone do not notice an entry whose bytes were changed in the
//! storage; this does. It needs the memory of one bundle and one tile per level.

use crate::entry_bundle::{BundleError, decode_bundle};
use crate::hash::{Hash, leaf_hash};
use crate::reader::{LogReader, ReadError, TileReader, read_tile};
use crate::tile::{FullTile, TILE_WIDTH, TREE_SIZE_MAX, tile_width};
use crate::tile_path::TilePath;
use crate::tile_stack::TileStack;

/// How far an audit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditProgress {
    /// How many entries have been checked.
    pub checked: u64,
    /// How many there are.
    pub size: u64,
}

/// What is wrong with a log. No message contains a byte of an entry.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The size is beyond [`TREE_SIZE_MAX`].
    #[error("a tree of {0} leaves is too large")]
    TooLarge(u64),
    /// A tile or bundle could not be had.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A bundle cannot be cut into its entries.
    #[error("{path} is malformed: {source}")]
    Bundle {
        /// The bundle.
        path: TilePath,
        /// Where it goes wrong.
        source: BundleError,
    },
    /// An entry does not have the hash that its tile of level 0 holds: one of the two was changed.
    #[error("entry {index} in {bundle} does not have the hash in {tile}")]
    Entry {
        /// The entry's index in the log.
        index: u64,
        /// The bundle it lies in.
        bundle: TilePath,
        /// The tile that should hold its hash.
        tile: TilePath,
    },
    /// A tile above level 0 does not hold the hash of the tiles below it.
    #[error("hash {position} of {tile} is not the root of the tile below it")]
    Tile {
        /// The tile.
        tile: TilePath,
        /// Which of its hashes, counted from 0.
        position: usize,
    },
    /// Entries and tiles agree, but they are not the tree that was committed to.
    #[error("the {size} entries have the root {found}, not {expected}")]
    Root {
        /// The size of the tree.
        size: u64,
        /// The root in the checkpoint.
        expected: Hash,
        /// The root over the entries.
        found: Hash,
    },
}

/// Checks the first `size` entries of a log and all their tiles against a root that the caller has
/// from a verified checkpoint, and returns that root.
///
/// Stops at the first thing wrong. `on_progress` is called after each bundle.
pub fn audit(
    reader: &impl LogReader,
    size: u64,
    expected_root: &Hash,
    mut on_progress: impl FnMut(AuditProgress),
) -> Result<Hash, AuditError> {
    if size > TREE_SIZE_MAX {
        return Err(AuditError::TooLarge(size));
    }
    let mut tree = TileStack::new();
    let mut completed: Vec<FullTile> = Vec::new();
    for index in 0..size.div_ceil(u64::from(TILE_WIDTH)) {
        for leaf in read_leaves(reader, index, tile_width(0, index, size))? {
            tree.push_leaf(leaf, &mut |tile| completed.push(tile));
        }
        for tile in completed.drain(..).filter(|tile| tile.level > 0) {
            compare(reader, tile.path(), tile.level, &tile.hashes)?;
        }
        on_progress(AuditProgress {
            checked: tree.size(),
            size,
        });
    }
    for tile in tree.partial_tiles().iter().filter(|tile| tile.level > 0) {
        compare(reader, tile.path(), tile.level, &tile.hashes)?;
    }
    let found = tree.root();
    if found == *expected_root {
        Ok(found)
    } else {
        Err(AuditError::Root {
            size,
            expected: *expected_root,
            found,
        })
    }
}

/// Hashes the entries of a bundle and compares them with the tile of level 0.
fn read_leaves(reader: &impl LogReader, index: u64, width: u16) -> Result<Vec<Hash>, AuditError> {
    let bundle = TilePath::of_entries(index, width);
    let tile = TilePath::of_hashes(0, index, width);
    let bytes = reader.entry_bundle(index, width)?;
    let entries = decode_bundle(&bytes, width).map_err(|source| AuditError::Bundle {
        path: bundle,
        source,
    })?;
    let leaves: Vec<Hash> = entries.into_iter().map(leaf_hash).collect();
    let published = read_tile(reader, 0, index, width)?;
    match (0u64..)
        .zip(leaves.iter().zip(published))
        .find(|(_, (leaf, hash))| *leaf != hash)
    {
        None => Ok(leaves),
        Some((position, _)) => {
            let index = index * u64::from(TILE_WIDTH) + position;
            Err(AuditError::Entry {
                index,
                bundle,
                tile,
            })
        }
    }
}

/// Compares a published tile above level 0 with the hashes it should hold.
fn compare(
    reader: &impl TileReader,
    tile: TilePath,
    level: u8,
    expected: &[Hash],
) -> Result<(), AuditError> {
    let published = read_tile(reader, level, tile.index(), tile.width())?;
    match published
        .iter()
        .zip(expected)
        .position(|(found, expected)| found != expected)
    {
        None => Ok(()),
        Some(position) => Err(AuditError::Tile { tile, position }),
    }
}
