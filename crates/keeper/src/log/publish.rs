//! Publication: tiles, entry bundles and a signed checkpoint as files (C2SP tlog-tiles).

use super::{ENTRY_LEN, LogFiles};
use lethe_tlog::{FullTile, PartialTile, TilePath, encode_bundle};
use std::io;

/// What makes a size of the log public.
#[derive(Default)]
pub struct Publication {
    pub(super) size: u64,
    pub(super) tiles: Vec<FullTile>,
    pub(super) bundles: Vec<(u64, Vec<[u8; ENTRY_LEN]>)>,
    pub(super) partial_tiles: Vec<PartialTile>,
    pub(super) partial_bundle: Vec<[u8; ENTRY_LEN]>,
    pub(super) checkpoint: String,
}

impl Publication {
    /// Writes the files. The checkpoint comes last: what it signs must be there to be read.
    ///
    /// Tiles are not flushed one by one: the segment they come from is durable, and recovery writes
    /// them again. Before a segment is left behind, [`LogFiles::sync_tiles`] flushes them all.
    ///
    /// # Errors
    ///
    /// What the file system says; nothing is lost, the next attempt writes the same again.
    pub fn write(&self, files: &LogFiles) -> io::Result<()> {
        for tile in &self.tiles {
            files.write(&tile.path().to_string(), &tile.to_bytes(), false)?;
        }
        for (index, entries) in &self.bundles {
            files.write(&bundle_path(*index, 256), &bundle_bytes(entries), false)?;
        }
        for tile in &self.partial_tiles {
            files.write(&tile.path().to_string(), &tile.to_bytes(), false)?;
        }
        if !self.partial_bundle.is_empty() {
            let width = u16::try_from(self.partial_bundle.len()).expect("a bundle has 256 entries");
            let path = bundle_path(self.size / 256, width);
            files.write(&path, &bundle_bytes(&self.partial_bundle), false)?;
        }
        files.write("checkpoint", self.checkpoint.as_bytes(), true)?;
        files.sync_tree()?;
        self.remove_older_partials(files);
        Ok(())
    }

    /// Earlier partial tiles are prefixes of the present ones; only clutter is lost.
    fn remove_older_partials(&self, files: &LogFiles) {
        for tile in &self.tiles {
            files.remove_partials(&tile.path(), None);
        }
        for (index, _) in &self.bundles {
            if let Ok(path) = TilePath::entries(*index, 256) {
                files.remove_partials(&path, None);
            }
        }
        for tile in &self.partial_tiles {
            files.remove_partials(&tile.path().full(), Some(tile.path()));
        }
        let width = u16::try_from(self.partial_bundle.len()).unwrap_or(0);
        if let Ok(path) = TilePath::entries(self.size / 256, width) {
            files.remove_partials(&path.full(), Some(path));
        }
    }
}

fn bundle_path(index: u64, width: u16) -> String {
    TilePath::entries(index, width)
        .expect("widths from 1 to 256")
        .to_string()
}

fn bundle_bytes(entries: &[[u8; ENTRY_LEN]]) -> Vec<u8> {
    encode_bundle(entries).expect("entries of 49 bytes fit a bundle")
}
