//! What the next incremental backup has to know of its base, kept in the data folder: lengths and
//! hashes, so that only what changed is stored.

use crate::container::CHUNK_BYTES_MAX;
use crate::digest::{Sha256Hash, hex};
use crate::scratch::{new_file, sync_folder};
use crate::{BackupId, EntryName};
use hmac::{Hmac, KeyInit, Mac};
use lethe_model::Random;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const SUFFIX: &str = ".blocks";
/// One for each place that backups go to, generously.
const STATES_MAX: usize = 8;
const BLOCK_HASH_LEN: usize = 16;

/// The keyed hash of one block of a database: HMAC-SHA-256, its first 16 bytes.
pub(crate) type BlockHash = [u8; BLOCK_HASH_LEN];

/// Hashes blocks under a chain's own key, so that the hashes mean nothing without it.
#[derive(Clone)]
pub(crate) struct BlockHasher {
    key: [u8; 32],
    keyed: Hmac<Sha256>,
}

impl BlockHasher {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        let keyed = Hmac::new_from_slice(&key).expect("HMAC takes keys of any length");
        Self { key, keyed }
    }

    pub(crate) fn generate(random: &dyn Random) -> Self {
        Self::new(random.bytes())
    }

    pub(crate) fn hash(&self, block: &[u8]) -> BlockHash {
        let mut hash = self.keyed.clone();
        hash.update(block);
        let mut first = BlockHash::default();
        first.copy_from_slice(&hash.finalize().into_bytes()[..BLOCK_HASH_LEN]);
        first
    }
}

/// A file as a backup left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileState {
    pub(crate) length: u64,
    pub(crate) sha256: Sha256Hash,
}

/// What is known of a backup that others can continue.
pub(crate) struct State {
    pub(crate) id: BackupId,
    /// Its trailer.
    pub(crate) sha256: Sha256Hash,
    /// The length of its file: one that has another is not continued.
    pub(crate) file_bytes: u64,
    /// How many backups a restore of it needs, itself included.
    pub(crate) chain_length: u32,
    /// Whom it is encrypted to.
    pub(crate) recipients: String,
    pub(crate) hasher: BlockHasher,
    pub(crate) files: BTreeMap<EntryName, FileState>,
    pub(crate) blocks: BTreeMap<EntryName, Vec<BlockHash>>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    id: BackupId,
    sha256: String,
    file_bytes: u64,
    chain_length: u32,
    recipients: String,
    key: String,
    /// Name, length, SHA-256, and how many block hashes follow.
    files: Vec<(String, u64, String, usize)>,
}

impl State {
    /// Reads the state of a backup; `None` when there is none, or none that can be used.
    pub(crate) fn load(folder: &Path, id: BackupId) -> Option<Self> {
        let bytes = fs::read(path(folder, id)).ok()?;
        let (content, check) = bytes.split_last_chunk::<32>()?;
        if Sha256Hash::from(Sha256::digest(content)) != *check {
            return None;
        }
        let end = content.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(&content[..end]).ok()?;
        if head.version != 1 || head.id != id {
            return None;
        }
        let mut hashes = content[end + 1..].chunks_exact(BLOCK_HASH_LEN);
        let (mut files, mut blocks) = (BTreeMap::new(), BTreeMap::new());
        for (name, length, sha256, count) in &head.files {
            let name = EntryName::parse(name)?;
            let sha256 = unhex(sha256)?;
            files.insert(
                name,
                FileState {
                    length: *length,
                    sha256,
                },
            );
            if name.is_database() {
                let own: Option<Vec<BlockHash>> = (0..*count)
                    .map(|_| hashes.next().and_then(|hash| hash.try_into().ok()))
                    .collect();
                blocks.insert(name, own?);
            }
        }
        Some(Self {
            id,
            sha256: unhex(&head.sha256)?,
            file_bytes: head.file_bytes,
            chain_length: head.chain_length,
            recipients: head.recipients,
            hasher: BlockHasher::new(unhex(&head.key)?),
            files,
            blocks,
        })
    }

    /// Writes the state aside, flushes and renames it; removes `replaced` and the oldest beyond a few.
    pub(crate) fn save(&self, folder: &Path, replaced: Option<BackupId>) -> io::Result<()> {
        let files = self.files.iter().map(|(name, file)| {
            let count = self.blocks.get(name).map_or(0, Vec::len);
            (name.to_string(), file.length, hex(&file.sha256), count)
        });
        let head = Head {
            version: 1,
            id: self.id,
            sha256: hex(&self.sha256),
            file_bytes: self.file_bytes,
            chain_length: self.chain_length,
            recipients: self.recipients.clone(),
            key: hex(&self.hasher.key),
            files: files.collect(),
        };
        let mut bytes = serde_json::to_vec(&head).expect("plain data serialises");
        bytes.push(b'\n');
        bytes.extend(self.blocks.values().flatten().flatten());
        let check = Sha256::digest(&bytes);
        bytes.extend(check);
        let aside = folder.join(format!("{}{SUFFIX}.new", self.id));
        drop(fs::remove_file(&aside));
        let mut file = new_file(&aside)?;
        let written = file.write_all(&bytes).and_then(|()| file.sync_all());
        if let Err(error) = written {
            drop(fs::remove_file(&aside));
            return Err(error);
        }
        fs::rename(&aside, path(folder, self.id))?;
        sync_folder(folder)?;
        if let Some(replaced) = replaced {
            drop(fs::remove_file(path(folder, replaced)));
        }
        remove_oldest(folder);
        Ok(())
    }

    /// Says whether the database's block at `index` is the one that the base has.
    pub(crate) fn has_block(&self, name: EntryName, index: usize, hash: &BlockHash) -> bool {
        self.blocks.get(&name).and_then(|blocks| blocks.get(index)) == Some(hash)
    }
}

/// Says how many blocks a file of this length has.
pub(crate) fn block_count(length: u64) -> usize {
    usize::try_from(length.div_ceil(CHUNK_BYTES_MAX as u64)).unwrap_or(usize::MAX)
}

fn path(folder: &Path, id: BackupId) -> PathBuf {
    folder.join(format!("{id}{SUFFIX}"))
}

fn remove_oldest(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut states: Vec<_> = entries
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(SUFFIX))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    states.sort();
    states.reverse();
    for (_, path) in states.iter().skip(STATES_MAX) {
        // Its chain only begins anew with a full backup.
        drop(fs::remove_file(path));
    }
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}
