//! The right edge of a growing tree, kept as the tiles that are not full yet.
//!
//! This is all that appending needs: a log that starts each segment with a [`TileStack`] can be
//! reopened without reading any earlier tile.

use crate::hash::{Hash, empty_root, node_hash};
use crate::tile::{
    FullTile, PartialTile, TILE_HEIGHT, TILE_WIDTH, TREE_SIZE_MAX, hashes_on_level,
    tile_from_bytes, tile_to_bytes,
};

/// The version byte of [`TileStack::to_bytes`].
const VERSION: u8 = 1;

/// The tree's size and, per tile level, the hashes of the tile that is still filling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TileStack {
    size: u64,
    edges: Vec<Edge>,
}

/// Why stored bytes are not a [`TileStack`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileStackError {
    /// The bytes end before the size.
    #[error("the tile stack is cut short")]
    Truncated,
    /// Another version wrote them.
    #[error("tile stack version {0} is not known")]
    UnknownVersion(u8),
    /// The size is beyond [`TREE_SIZE_MAX`].
    #[error("a tree of {0} leaves is too large")]
    TooLarge(u64),
    /// The size determines the length, and it is another.
    #[error("a tile stack of {size} leaves has another length than {found} bytes")]
    WrongLength {
        /// The tree size in the bytes.
        size: u64,
        /// The number of bytes found.
        found: usize,
    },
}

impl TileStack {
    /// Starts an empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf and hands over each tile that this completes, lowest level first.
    ///
    /// # Panics
    ///
    /// If the tree already has [`TREE_SIZE_MAX`] leaves.
    pub fn push_leaf(&mut self, leaf: Hash, completed: &mut impl FnMut(FullTile)) {
        assert!(self.size < TREE_SIZE_MAX, "the tree is full");
        self.size += 1;
        let mut hash = leaf;
        for level in 0u8.. {
            let depth = usize::from(level);
            if depth == self.edges.len() {
                self.edges.push(Edge::default());
            }
            let edge = &mut self.edges[depth];
            edge.push(hash);
            let Some(root) = edge.full_root() else { return };
            let hashes = std::mem::take(edge).hashes;
            let index = hashes_on_level(level + 1, self.size) - 1;
            completed(FullTile {
                level,
                index,
                hashes,
            });
            hash = root;
        }
    }

    /// Returns the root of the tree (RFC 6962 §2.1), in at most a few dozen hashes.
    pub fn root(&self) -> Hash {
        let right_to_left = self.edges.iter().flat_map(|edge| edge.peaks.iter().rev());
        right_to_left
            .copied()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(empty_root)
    }

    /// Returns the tiles that a checkpoint of this size needs beside the full ones.
    pub fn partial_tiles(&self) -> Vec<PartialTile> {
        (0u8..)
            .zip(&self.edges)
            .filter(|(_, edge)| !edge.hashes.is_empty())
            .map(|(level, edge)| PartialTile {
                level,
                index: hashes_on_level(level, self.size) / u64::from(TILE_WIDTH),
                hashes: edge.hashes.clone(),
            })
            .collect()
    }

    /// Writes the stack: version byte, size (big-endian `u64`), then the hashes of each partial
    /// tile, lowest level first. The size says how many each level has.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.size.to_be_bytes());
        for edge in &self.edges {
            bytes.extend(tile_to_bytes(&edge.hashes));
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote, and nothing else.
    ///
    /// The hashes themselves cannot be checked here: compare [`Self::root`] with a checkpoint.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TileStackError> {
        let (version, rest) = bytes.split_first().ok_or(TileStackError::Truncated)?;
        if *version != VERSION {
            return Err(TileStackError::UnknownVersion(*version));
        }
        let (size, rest) = rest.split_first_chunk().ok_or(TileStackError::Truncated)?;
        let size = u64::from_be_bytes(*size);
        if size > TREE_SIZE_MAX {
            return Err(TileStackError::TooLarge(size));
        }
        let wrong_length = TileStackError::WrongLength {
            size,
            found: bytes.len(),
        };
        let hashes = tile_from_bytes(rest).ok_or(wrong_length)?;
        let mut hashes = hashes.as_slice();
        let mut edges = Vec::new();
        let levels = (0u8..)
            .map(|level| hashes_on_level(level, size))
            .take_while(|count| *count > 0);
        for on_level in levels {
            let width = usize::try_from(on_level % u64::from(TILE_WIDTH)).expect("below 256");
            let (edge, above) = hashes.split_at_checked(width).ok_or(wrong_length)?;
            edges.push(Edge::of(edge));
            hashes = above;
        }
        if hashes.is_empty() {
            Ok(Self { size, edges })
        } else {
            Err(wrong_length)
        }
    }
}

/// The partial tile of one level, and the roots of the perfect subtrees it consists of, so that
/// neither the tree's root nor a full tile's needs the tile to be hashed again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Edge {
    hashes: Vec<Hash>,
    peaks: Vec<Hash>,
}

impl Edge {
    fn of(hashes: &[Hash]) -> Self {
        let mut edge = Self::default();
        hashes.iter().for_each(|hash| edge.push(*hash));
        edge
    }

    fn push(&mut self, hash: Hash) {
        self.hashes.push(hash);
        let mut peak = hash;
        // As in binary addition: each trailing zero of the new count is a carry.
        for _ in 0..self.hashes.len().trailing_zeros() {
            let left = self
                .peaks
                .pop()
                .expect("a perfect subtree of the same height stands left");
            peak = node_hash(&left, &peak);
        }
        self.peaks.push(peak);
    }

    /// Returns the root over all hashes once the tile is full.
    fn full_root(&self) -> Option<Hash> {
        (self.hashes.len() == 1 << TILE_HEIGHT).then(|| self.peaks[0])
    }
}
