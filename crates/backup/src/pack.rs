//! Putting the files of an installation into a backup, as whole or as what changed.

use crate::container::{CHUNK_BYTES_MAX, Writer};
use crate::digest::{Sha256Hash, fill, hash_start};
use crate::state::{BlockHash, BlockHasher, FileState, State, block_count};
use crate::{EntryName, Progress, Step};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Files as a backup left them.
pub(crate) type Files = BTreeMap<EntryName, FileState>;
/// The hashes of the blocks of each database.
pub(crate) type Blocks = BTreeMap<EntryName, Vec<BlockHash>>;

/// Puts files into a backup, one after the other.
pub(crate) struct Packer<'a> {
    base: Option<&'a State>,
    hasher: &'a BlockHasher,
    last_segment: Option<EntryName>,
    files: Files,
    blocks: Blocks,
    done: u64,
    total: u64,
    progress: &'a mut dyn FnMut(Progress),
}

impl<'a> Packer<'a> {
    /// Begins; `files` says where the bytes are, and how many of them.
    pub(crate) fn new(
        base: Option<&'a State>,
        hasher: &'a BlockHasher,
        files: &BTreeMap<EntryName, (PathBuf, u64)>,
        progress: &'a mut dyn FnMut(Progress),
    ) -> Self {
        Self {
            base,
            hasher,
            last_segment: files.keys().copied().filter(is_segment).max(),
            files: BTreeMap::new(),
            blocks: BTreeMap::new(),
            done: 0,
            total: files.values().map(|(_, length)| length).sum(),
            progress,
        }
    }

    /// Returns what the next backup has to know of the files.
    pub(crate) fn finish(self) -> (Files, Blocks) {
        (self.files, self.blocks)
    }

    /// Puts one file in: the first `length` bytes of what lies at `path`.
    pub(crate) fn pack<W: Write>(
        &mut self,
        writer: &mut Writer<W>,
        name: EntryName,
        path: &Path,
        length: u64,
    ) -> io::Result<()> {
        let sha256 = if name.is_database() {
            self.pack_database(writer, name, path, length)?
        } else {
            self.pack_appended(writer, name, path, length)?
        };
        writer.end(length, &sha256)?;
        self.files.insert(name, FileState { length, sha256 });
        Ok(())
    }

    /// Writes what was appended to a file since the base.
    fn pack_appended<W: Write>(
        &mut self,
        writer: &mut Writer<W>,
        name: EntryName,
        path: &Path,
        length: u64,
    ) -> io::Result<Sha256Hash> {
        let known = self.base.and_then(|base| base.files.get(&name));
        let known = known.filter(|known| known.length <= length);
        if let Some(known) = known {
            // A closed segment is not read again. What may still grow is: a write that failed, or
            // that a crash tore, is cut off, and then it does not begin with what the base has.
            let is_closed = is_segment(&name) && self.last_segment != Some(name);
            let is_unchanged = is_closed && known.length == length;
            if is_unchanged || hash_start(path, known.length)? == Some(known.sha256) {
                writer.begin(name, true)?;
                self.advance(known.length);
                self.copy(writer, path, known.length, length)?;
                if known.length == length {
                    return Ok(known.sha256);
                }
                return hash_start(path, length)?.ok_or(io::ErrorKind::UnexpectedEof.into());
            }
        }
        writer.begin(name, false)?;
        self.copy(writer, path, 0, length)?;
        hash_start(path, length)?.ok_or(io::ErrorKind::UnexpectedEof.into())
    }

    /// Writes the blocks that differ from the base's.
    fn pack_database<W: Write>(
        &mut self,
        writer: &mut Writer<W>,
        name: EntryName,
        path: &Path,
        length: u64,
    ) -> io::Result<Sha256Hash> {
        let continues = self.base.is_some_and(|base| base.files.contains_key(&name));
        writer.begin(name, continues)?;
        let mut file = File::open(path)?;
        let mut whole = Sha256::new();
        let mut hashes = Vec::with_capacity(block_count(length));
        let mut block = vec![0; CHUNK_BYTES_MAX];
        let mut at = 0;
        loop {
            let count = fill(&mut file, &mut block)?;
            if count == 0 {
                break;
            }
            let bytes = &block[..count];
            whole.update(bytes);
            let hash = self.hasher.hash(bytes);
            let is_known = self
                .base
                .is_some_and(|base| base.has_block(name, hashes.len(), &hash));
            if !is_known {
                writer.chunk(at, bytes)?;
            }
            hashes.push(hash);
            at += count as u64;
            self.advance(count as u64);
        }
        self.blocks.insert(name, hashes);
        Ok(whole.finalize().into())
    }

    fn copy<W: Write>(
        &mut self,
        writer: &mut Writer<W>,
        path: &Path,
        from: u64,
        to: u64,
    ) -> io::Result<()> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut rest = file.take(to - from);
        let mut block = vec![0; CHUNK_BYTES_MAX];
        let mut at = from;
        loop {
            let count = fill(&mut rest, &mut block)?;
            if count == 0 {
                break;
            }
            writer.chunk(at, &block[..count])?;
            at += count as u64;
            self.advance(count as u64);
        }
        if at == to {
            return Ok(());
        }
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    fn advance(&mut self, bytes: u64) {
        self.done += bytes;
        (self.progress)(Progress {
            step: Step::Writing,
            done: self.done,
            total: self.total,
        });
    }
}

fn is_segment(name: &EntryName) -> bool {
    matches!(name, EntryName::Segment(_))
}
