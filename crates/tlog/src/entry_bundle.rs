//! Entry bundles: the entries below one tile of level 0 (c2sp.org/tlog-tiles, "Log entries").
//!
//! Each entry stands behind its length, a big-endian `u16`. A bundle that is still growing is a
//! prefix of the full one.

use crate::tile::TILE_WIDTH;

/// The longest entry a bundle can hold.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// How many bytes stand before each entry.
const LENGTH_BYTES: usize = 2;

/// An entry, or a list of entries, that does not fit in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entry of {0} bytes does not fit in a bundle")]
pub struct EntryTooLong(pub usize);

/// Why bytes are not a bundle of the expected width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Bundles have 1 to 256 entries.
    #[error("{0} is not a bundle width")]
    Width(u16),
    /// The bytes end within an entry, or before it.
    #[error("the bundle ends before the end of its entry {0}")]
    Truncated(u16),
    /// More bytes follow the last entry.
    #[error("{0} bytes follow the bundle's last entry")]
    TrailingBytes(usize),
}

/// Appends an entry to a bundle's bytes.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), EntryTooLong> {
    let length = u16::try_from(entry.len()).map_err(|_| EntryTooLong(entry.len()))?;
    bundle.extend(length.to_be_bytes());
    bundle.extend(entry);
    Ok(())
}

/// Writes these entries as a bundle. The caller sees to it that there are at most 256.
pub fn encode_bundle<T: AsRef<[u8]>>(entries: &[T]) -> Result<Vec<u8>, EntryTooLong> {
    let mut bundle = Vec::new();
    for entry in entries {
        push_entry(&mut bundle, entry.as_ref())?;
    }
    Ok(bundle)
}

/// Cuts a bundle into its entries; there must be exactly `width` and nothing after them.
pub fn decode_bundle(bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let (entries, rest) = split(bundle, width)?;
    if rest.is_empty() {
        Ok(entries)
    } else {
        Err(BundleError::TrailingBytes(rest.len()))
    }
}

/// Returns the bytes of the first `width` entries of a bundle that may have more.
///
/// A log may delete a partial bundle once the full one stands; its readers cut.
pub fn first_entries(bundle: &[u8], width: u16) -> Result<&[u8], BundleError> {
    let (_, rest) = split(bundle, width)?;
    Ok(&bundle[..bundle.len() - rest.len()])
}

/// Cuts `width` entries off the front.
fn split(bundle: &[u8], width: u16) -> Result<(Vec<&[u8]>, &[u8]), BundleError> {
    if !(1..=TILE_WIDTH).contains(&width) {
        return Err(BundleError::Width(width));
    }
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bundle;
    for number in 0..width {
        let (entry, after) = split_entry(rest).ok_or(BundleError::Truncated(number))?;
        entries.push(entry);
        rest = after;
    }
    Ok((entries, rest))
}

/// Cuts one entry off the front.
fn split_entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
