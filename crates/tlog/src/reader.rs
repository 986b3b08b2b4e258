//! What proofs and audits need from whoever keeps the published log.

use std::error::Error;

use crate::hash::Hash;
use crate::tile_path::TilePath;

/// Reads the tiles of a log.
pub trait TileReader {
    /// Returns the first `width` hashes (1 to 256) of a tile, exactly as many.
    ///
    /// Only widths that the tree of the requested size has are asked for. When the partial tile is
    /// gone because the full one stands, the reader cuts the full one.
    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, ReadError>;
}

/// Reads the tiles and the entries of a log.
pub trait LogReader: TileReader {
    /// Returns the bytes of an entry bundle's first `width` entries (1 to 256), exactly as many.
    fn entry_bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, ReadError>;
}

/// Why a tile or a bundle could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such tile or bundle.
    #[error("{0} is missing")]
    Missing(TilePath),
    /// It is there, but it is not a tile or bundle of that width.
    #[error("{0} is malformed")]
    Malformed(TilePath),
    /// The storage failed.
    #[error("{path} could not be read")]
    Failed {
        /// What was being read.
        path: TilePath,
        /// What the storage said.
        source: Box<dyn Error + Send + Sync>,
    },
}

/// Reads a tile and sees to it that it has the width that was asked for.
pub(crate) fn read_tile(
    reader: &impl TileReader,
    level: u8,
    index: u64,
    width: u16,
) -> Result<Vec<Hash>, ReadError> {
    let hashes = reader.tile(level, index, width)?;
    if hashes.len() == usize::from(width) {
        Ok(hashes)
    } else {
        Err(ReadError::Malformed(TilePath::of_hashes(
            level, index, width,
        )))
    }
}
