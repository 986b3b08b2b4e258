//! The public tree, made again from the segments, and compared with what was signed.

use super::segment::{ENTRY_LEN, Segment, index_of};
use crate::BackupError;
use crate::header::LogNote;
use crate::scratch::new_file;
use lethe_tlog::{
    Checkpoint, FullTile, Note, TILE_WIDTH, TilePath, TileStack, TrustPolicy, VerifierKey,
    encode_bundle, leaf_hash,
};
use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Writes `tree/` of the log in `log` for the noted checkpoint, and returns how many entries the
/// segments hold.
///
/// # Errors
///
/// [`BackupError::Content`] when signature, segments and checkpoint do not fit together.
pub(crate) fn rebuild(
    log: &Path,
    note: &LogNote,
    segments: &[(u64, PathBuf)],
) -> Result<u64, BackupError> {
    let signed = signed_checkpoint(log, note)?;
    let mut tree = Tree {
        folder: log.join("tree"),
        stack: TileStack::new(),
        bundle: Vec::new(),
        size: signed.as_ref().map_or(0, Checkpoint::size),
    };
    let failed = || BackupError::file(format!("cannot write {}", log.display()));
    make_folder(&tree.folder).map_err(failed())?;
    let mut entries = 0;
    for (first, path) in segments {
        let damaged = || {
            let name = path.file_name().unwrap_or_default().display().to_string();
            BackupError::Content(format!("log segment {name} does not hold together"))
        };
        if *first != entries {
            return Err(damaged());
        }
        let mut segment = Segment::open(path).map_err(failed())?.ok_or_else(damaged)?;
        while let Some(group) = segment.next_group().map_err(failed())? {
            for entry in &group {
                if index_of(entry) != entries {
                    return Err(damaged());
                }
                tree.take_in(entry).map_err(failed())?;
                entries += 1;
            }
        }
        if !segment.is_whole() {
            return Err(damaged());
        }
    }
    let Some(signed) = signed else {
        return Ok(entries);
    };
    if entries < signed.size() {
        return Err(BackupError::Content(format!(
            "the log's segments end at entry {entries}, the checkpoint stored with them signed {}",
            signed.size()
        )));
    }
    if tree.stack.root() != *signed.root() {
        let problem =
            "the log's entries are not the ones that the checkpoint stored with them signed";
        return Err(BackupError::Content(problem.to_owned()));
    }
    tree.finish(&note.checkpoint).map_err(failed())?;
    Ok(entries)
}

/// Verifies the noted checkpoint with the verifier key that came with it.
fn signed_checkpoint(log: &Path, note: &LogNote) -> Result<Option<Checkpoint>, BackupError> {
    if note.checkpoint.is_empty() {
        return Ok(None);
    }
    let what = "cannot read the log's verifier key";
    let key = fs::read_to_string(log.join("vkey")).map_err(BackupError::file(what))?;
    let verify = || {
        let key: VerifierKey = key.trim().parse().ok()?;
        let origin = key.name().as_str().to_owned();
        let policy = TrustPolicy::log_only(&origin, key).ok()?;
        let verified = policy.open_checkpoint(&Note::parse(note.checkpoint.as_bytes()).ok()?);
        Some(verified.ok()?.checkpoint().clone())
    };
    let signed = verify().filter(|signed| signed.size() == note.size);
    let problem = "the checkpoint stored with the log is not signed by the log's key";
    let unsigned = || BackupError::Content(problem.to_owned());
    signed.map(Some).ok_or_else(unsigned)
}

/// The tree as it grows to the size that was signed; what comes later is published by the vault.
struct Tree {
    folder: PathBuf,
    stack: TileStack,
    bundle: Vec<[u8; ENTRY_LEN]>,
    size: u64,
}

impl Tree {
    fn take_in(&mut self, entry: &[u8; ENTRY_LEN]) -> io::Result<()> {
        if self.stack.size() == self.size {
            return Ok(());
        }
        let mut full = Vec::new();
        let completed = &mut |tile: FullTile| full.push(tile);
        self.stack.push_leaf(leaf_hash(entry), completed);
        self.bundle.push(*entry);
        for tile in &full {
            self.write(&tile.path().to_string(), &tile.to_bytes())?;
        }
        if self.bundle.len() == usize::from(TILE_WIDTH) {
            self.write_bundle((self.stack.size() - 1) / u64::from(TILE_WIDTH))?;
        }
        Ok(())
    }

    /// Writes the partial tiles at the edge, and the checkpoint.
    fn finish(&mut self, checkpoint: &str) -> io::Result<()> {
        for tile in self.stack.partial_tiles() {
            self.write(&tile.path().to_string(), &tile.to_bytes())?;
        }
        if !self.bundle.is_empty() {
            self.write_bundle(self.stack.size() / u64::from(TILE_WIDTH))?;
        }
        self.write("checkpoint", checkpoint.as_bytes())
    }

    fn write_bundle(&mut self, index: u64) -> io::Result<()> {
        let bundle = std::mem::take(&mut self.bundle);
        let width = u16::try_from(bundle.len()).expect("a bundle has 256 entries");
        let path = TilePath::entries(index, width).expect("widths from 1 to 256");
        let bytes = encode_bundle(&bundle).expect("entries of 49 bytes fit a bundle");
        self.write(&path.to_string(), &bytes)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.folder.join(path);
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        new_file(&path)?.write_all(bytes)
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
