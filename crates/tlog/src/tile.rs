//! Tiles: runs of up to 256 hashes of one tree level (c2sp.org/tlog-tiles, "Merkle Tree").

use crate::hash::Hash;
use crate::tile_path::TilePath;

/// How many hashes a full tile has.
pub const TILE_WIDTH: u16 = 256;

/// The largest tree this crate grows or reads.
///
/// The formats allow more, but signed 64-bit numbers are what databases and other people's
/// verifiers count with.
pub const TREE_SIZE_MAX: u64 = i64::MAX as u64;

/// How many binary tree levels one tile level spans.
pub(crate) const TILE_HEIGHT: u32 = 8;

/// A tile that has all its 256 hashes and will never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullTile {
    /// The tile level; 0 holds leaf hashes.
    pub level: u8,
    /// The tile's number on its level.
    pub index: u64,
    /// Its 256 hashes, left to right.
    pub hashes: Vec<Hash>,
}

/// A tile at the right edge of the tree, with 1 to 255 hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartialTile {
    /// The tile level; 0 holds leaf hashes.
    pub level: u8,
    /// The tile's number on its level.
    pub index: u64,
    /// Its hashes so far, left to right.
    pub hashes: Vec<Hash>,
}

impl FullTile {
    /// Returns where the tile is published.
    pub fn path(&self) -> TilePath {
        TilePath::of_hashes(self.level, self.index, TILE_WIDTH)
    }

    /// Returns the bytes that are published there.
    pub fn to_bytes(&self) -> Vec<u8> {
        tile_to_bytes(&self.hashes)
    }
}

impl PartialTile {
    /// Returns where the tile is published.
    pub fn path(&self) -> TilePath {
        let width =
            u16::try_from(self.hashes.len()).expect("a partial tile has at most 255 hashes");
        TilePath::of_hashes(self.level, self.index, width)
    }

    /// Returns the bytes that are published there.
    pub fn to_bytes(&self) -> Vec<u8> {
        tile_to_bytes(&self.hashes)
    }
}

/// Concatenates hashes as a published tile does.
pub fn tile_to_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Cuts the bytes of a published tile into hashes; `None` if they are not whole hashes.
pub fn tile_from_bytes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<{ Hash::LEN }>();
    rest.is_empty()
        .then(|| hashes.iter().copied().map(Hash::from_bytes).collect())
}

/// Returns how many hashes tile `index` of `level` has in a tree of `size` leaves: 256 if it is
/// full, 0 if the tree does not reach it.
pub fn tile_width(level: u8, index: u64, size: u64) -> u16 {
    let before = index.saturating_mul(u64::from(TILE_WIDTH));
    let width = hashes_on_level(level, size)
        .saturating_sub(before)
        .min(u64::from(TILE_WIDTH));
    u16::try_from(width).expect("at most 256")
}

/// Returns how many hashes a tree of `size` leaves has on a tile level.
pub(crate) fn hashes_on_level(level: u8, size: u64) -> u64 {
    size.checked_shr(TILE_HEIGHT * u32::from(level))
        .unwrap_or(0)
}
