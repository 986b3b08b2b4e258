//! A log as it is published: files by path.

use std::collections::BTreeMap;
use std::path::Path;

use lethe_tlog::{
    Checkpoint, Hash, LogReader, Note, NoteSigner, ReadError, TILE_WIDTH, TileContent, TilePath,
    TileReader, TileStack, TrustPolicy, encode_bundle, first_entries, leaf_hash, tile_from_bytes,
};

/// The origin of the logs that the tests write.
pub(crate) const ORIGIN: &str = "example.com/lethe/test";

/// Returns the key of the logs that the tests write.
pub(crate) fn log_signer() -> NoteSigner {
    NoteSigner::new(ORIGIN, &[7; 32]).unwrap()
}

/// The files of a log, keyed by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct PublishedLog {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

impl PublishedLog {
    /// Publishes `size` made-up entries with a checkpoint.
    pub(crate) fn of_size(size: u64) -> Self {
        Self::of(&(0..size).map(sample_entry).collect::<Vec<_>>())
    }

    /// Publishes these entries with a checkpoint.
    pub(crate) fn of(entries: &[Vec<u8>]) -> Self {
        let mut log = Self::default();
        let mut tree = TileStack::new();
        for entry in entries {
            tree.push_leaf(leaf_hash(entry), &mut |tile| {
                log.put(tile.path(), tile.to_bytes());
            });
        }
        for tile in tree.partial_tiles() {
            log.put(tile.path(), tile.to_bytes());
        }
        for (index, entries) in (0..).zip(entries.chunks(usize::from(TILE_WIDTH))) {
            let path = TilePath::entries(index, entries.len().try_into().unwrap()).unwrap();
            log.put(path, encode_bundle(entries).unwrap());
        }
        let checkpoint = Checkpoint::new(ORIGIN, tree.size(), tree.root()).unwrap();
        let note = Note::sign(&checkpoint.to_string(), &log_signer()).unwrap();
        log.files
            .insert("checkpoint".to_owned(), note.to_string().into_bytes());
        log
    }

    /// Reads a log folder.
    pub(crate) fn read_from(folder: &Path) -> Self {
        let mut log = Self::default();
        let mut folders = vec![folder.to_owned()];
        while let Some(inner) = folders.pop() {
            for entry in std::fs::read_dir(inner).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path
                        .strip_prefix(folder)
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned();
                    log.files.insert(name, std::fs::read(path).unwrap());
                }
            }
        }
        log
    }

    /// Writes a log folder.
    pub(crate) fn write_to(&self, folder: &Path) {
        for (name, bytes) in &self.files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }

    /// Reads the checkpoint that [`Self::of`] signed.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        let policy = TrustPolicy::log_only(ORIGIN, log_signer().verifier_key().clone()).unwrap();
        let verified = policy.open_checkpoint(&self.checkpoint_note()).unwrap();
        verified.checkpoint().clone()
    }

    /// Reads the signed checkpoint.
    pub(crate) fn checkpoint_note(&self) -> Note {
        Note::parse(&self.files["checkpoint"]).unwrap()
    }

    /// Flips one bit of a file.
    pub(crate) fn flip_bit(&mut self, path: &str, byte: usize) {
        self.files.get_mut(path).unwrap()[byte] ^= 1;
    }

    fn put(&mut self, path: TilePath, bytes: Vec<u8>) {
        self.files.insert(path.to_string(), bytes);
    }

    /// Finds a file, or a wider one that it has grown into.
    fn find(&self, path: TilePath) -> Result<&[u8], ReadError> {
        let wider = |width| match path.content() {
            TileContent::Hashes { level } => TilePath::hashes(level, path.index(), width),
            TileContent::Entries => TilePath::entries(path.index(), width),
        };
        (path.width()..=TILE_WIDTH)
            .find_map(|width| self.files.get(&wider(width).unwrap().to_string()))
            .map(Vec::as_slice)
            .ok_or(ReadError::Missing(path))
    }
}

impl TileReader for PublishedLog {
    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, ReadError> {
        let path = TilePath::hashes(level, index, width).unwrap();
        let malformed = || ReadError::Malformed(path);
        let mut hashes = tile_from_bytes(self.find(path)?).ok_or_else(malformed)?;
        hashes.truncate(usize::from(width));
        Ok(hashes)
    }
}

impl LogReader for PublishedLog {
    fn entry_bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, ReadError> {
        let path = TilePath::entries(index, width).unwrap();
        let bytes = self.find(path)?;
        // A damaged bundle is handed out whole, for the audit to name.
        Ok(first_entries(bytes, width).unwrap_or(bytes).to_vec())
    }
}

/// Makes up an entry; lengths vary.
fn sample_entry(index: u64) -> Vec<u8> {
    let filler = "-".repeat((index % 50).try_into().unwrap());
    format!("entry {index} {filler}").into_bytes()
}
