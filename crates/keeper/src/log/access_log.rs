//! The appender: one writer, group commit, and recovery of what a crash left.

use super::publish::Publication;
use super::sealing::{open_segment_key, seal_body, wrap_segment_key};
use super::{
    Body, ENTRY_LEN, Entry, Groups, LogFiles, SealedEntry, SegmentError, SegmentHeader,
    encode_group,
};
use lethe_crypto::{NONCE_LEN, SecretKey};
use lethe_model::Random;
use lethe_store::StoreError;
use lethe_store::journal::chunks::Chunk;
use lethe_tlog::{Checkpoint, FullTile, Note, NoteSigner, TileStack};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A segment is closed when it has grown beyond this: 64 MiB.
const SEGMENT_BYTES_MAX: u64 = 64 << 20;
const TILE_WIDTH: usize = 256;

/// The keys of one log origin.
pub struct LogKeys {
    /// The origin: the log's name in checkpoints.
    pub origin: String,
    /// Signs checkpoints.
    pub signer: NoteSigner,
    /// Wraps the segments' keys. The one key used without a receipt.
    pub body_key: SecretKey,
}

/// Why the log cannot be written or trusted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// Writing or flushing failed. Nothing was acknowledged.
    #[error("the access log cannot be written ({0}): nothing is revealed until it can")]
    Write(#[source] io::Error),
    /// Reading failed.
    #[error("the access log cannot be read ({0})")]
    Read(#[source] io::Error),
    /// The databases' server did not take it, or its answer did not arrive.
    #[error(
        "the shared access log cannot be written or read ({0}): nothing is revealed until it can"
    )]
    Journal(#[source] StoreError),
    /// Another vault writes this log.
    #[error(
        "this vault was silent for too long and its access log was given to another: restart it, and it goes on with a log of its own"
    )]
    Replaced,
    /// The shared log lacks bytes.
    #[error(
        "the shared access log {origin} lacks what followed byte {at} of a segment: the database was rolled back or altered; treat it as an incident"
    )]
    Hole {
        /// The log.
        origin: String,
        /// The byte.
        at: u64,
    },
    /// An earlier failure left the file in an unknown state.
    #[error("the access log stopped after a failed write: restart to recover it")]
    Stopped,
    /// A segment is damaged.
    #[error(
        "log segment {segment}: {problem}; restore it from a backup, and treat it as an incident"
    )]
    Segment {
        /// The segment's file name.
        segment: String,
        /// What is wrong.
        problem: SegmentError,
    },
    /// Entries do not follow one another.
    #[error(
        "log segment {segment}: entry {index} is missing, repeated or dated before its predecessor"
    )]
    Sequence {
        /// The segment's file name.
        segment: String,
        /// The place.
        index: u64,
    },
    /// The signed checkpoint knows more than the files hold.
    #[error(
        "the log holds {found} entries, its own checkpoint signed {signed}: its tail was cut off; treat it as an incident"
    )]
    Truncated {
        /// Entries found.
        found: u64,
        /// Entries signed.
        signed: u64,
    },
    /// The files hold something else than the checkpoint signed.
    #[error(
        "the log's entries are not the ones its checkpoint signed: they were altered; treat it as an incident"
    )]
    Altered,
    /// The checkpoint is not this log's.
    #[error("the log's checkpoint is not signed by this installation's log key")]
    ForeignCheckpoint,
    /// A body does not open or does not fit its entry.
    #[error(
        "the body of log entry {index} does not fit its entry: it was altered; treat it as an incident"
    )]
    Body {
        /// The entry.
        index: u64,
    },
}

/// The one writer of a log.
pub struct AccessLog {
    files: LogFiles,
    keys: LogKeys,
    segment: Segment,
    stack: TileStack,
    bundle: Vec<[u8; ENTRY_LEN]>,
    last_ms: u64,
    pending: Publication,
    published_size: u64,
    /// A publication is being written by another thread.
    is_publishing: bool,
    is_stopped: bool,
    /// Another vault was given this log.
    is_replaced: bool,
}

struct Segment {
    first: u64,
    file: File,
    key: SecretKey,
    len: u64,
    /// What the journal does not hold yet: the header of a segment that has no entry.
    unshared: Vec<u8>,
}

/// Entries that are sealed and not durable yet.
pub(crate) struct SealedGroup {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    first: u64,
}

impl AccessLog {
    /// Opens the log in `dir`, or begins it; brings it to the state that was last acknowledged.
    ///
    /// Returns the number of bytes of a torn last write that were dropped.
    ///
    /// # Errors
    ///
    /// [`LogError`] when the files were damaged, cut or altered, or cannot be written.
    pub fn open(dir: &Path, keys: LogKeys, random: &dyn Random) -> Result<(Self, u64), LogError> {
        let files = LogFiles::new(dir);
        fs::create_dir_all(dir.join("segments"))
            .and_then(|()| fs::create_dir_all(files.tree()))
            .and_then(|()| files.write_verifier_key(&keys.signer.verifier_key().to_string()))
            .map_err(LogError::Write)?;
        let checkpoint = signed_checkpoint(&files, &keys)?;
        let Some(last) = files.segments().map_err(LogError::Read)?.pop() else {
            return match checkpoint {
                Some(signed) => Err(LogError::Truncated {
                    found: 0,
                    signed: signed.size(),
                }),
                None => Self::begin(files, keys, random).map(|log| (log, 0)),
            };
        };
        Self::recover(files, keys, &last.path, checkpoint.as_ref())
    }

    fn begin(files: LogFiles, keys: LogKeys, random: &dyn Random) -> Result<Self, LogError> {
        let segment = new_segment(&files, &keys, &TileStack::new(), 0, &[], random)?;
        Ok(Self {
            files,
            keys,
            segment,
            stack: TileStack::new(),
            bundle: Vec::new(),
            last_ms: 0,
            pending: Publication::default(),
            published_size: 0,
            is_publishing: false,
            is_stopped: false,
            is_replaced: false,
        })
    }

    fn recover(
        files: LogFiles,
        keys: LogKeys,
        path: &Path,
        checkpoint: Option<&Checkpoint>,
    ) -> Result<(Self, u64), LogError> {
        let name = file_name(path);
        let damaged = |problem| LogError::Segment {
            segment: name.clone(),
            problem,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(LogError::Write)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(LogError::Read)?;
        let (header, start) = SegmentHeader::parse(&bytes).map_err(damaged)?;
        if header.origin != keys.origin {
            return Err(LogError::ForeignCheckpoint);
        }
        let key =
            open_segment_key(&keys.body_key, &header).map_err(|_| damaged(SegmentError::Header))?;
        let published_size = header.stack.size();
        let mut log = Self {
            files,
            segment: Segment {
                first: header.stack.size(),
                file,
                key,
                len: start as u64,
                unshared: Vec::new(),
            },
            stack: header.stack,
            bundle: header.bundle,
            last_ms: header.last_ms,
            pending: Publication::default(),
            published_size,
            is_publishing: false,
            is_stopped: false,
            is_replaced: false,
            keys,
        };
        // The tree a segment begins with was published before the segment was made.
        let begins_signed = match checkpoint {
            None => log.stack.size() == 0,
            Some(signed) if signed.size() == log.stack.size() => *signed.root() == log.stack.root(),
            Some(signed) => signed.size() > log.stack.size(),
        };
        if !begins_signed {
            return Err(LogError::Altered);
        }
        let signed_at = |size: u64| checkpoint.filter(|signed| signed.size() == size);
        let mut groups = Groups::new(&bytes, start);
        while let Some(group) = groups.next_group().map_err(damaged)? {
            for sealed in &group.entries {
                let entry = &sealed.entry;
                if entry.index != log.stack.size() || entry.at_ms < log.last_ms {
                    return Err(LogError::Sequence {
                        segment: name.clone(),
                        index: entry.index,
                    });
                }
                log.take_in(entry);
                if signed_at(entry.index + 1)
                    .is_some_and(|signed| *signed.root() != log.stack.root())
                {
                    return Err(LogError::Altered);
                }
            }
        }
        if let Some(signed) = checkpoint.filter(|signed| signed.size() > log.stack.size()) {
            return Err(LogError::Truncated {
                found: log.stack.size(),
                signed: signed.size(),
            });
        }
        let torn = bytes.len() as u64 - groups.end() as u64;
        log.segment.len = groups.end() as u64;
        if torn > 0 {
            log.segment
                .file
                .set_len(log.segment.len)
                .map_err(LogError::Write)?;
            log.segment.file.sync_all().map_err(LogError::Write)?;
        }
        log.segment
            .file
            .seek(SeekFrom::Start(log.segment.len))
            .map_err(LogError::Write)?;
        Ok((log, torn))
    }

    /// Returns how many entries are durable.
    pub fn size(&self) -> u64 {
        self.stack.size()
    }

    /// Returns the time of the last entry, Unix milliseconds.
    pub fn last_ms(&self) -> u64 {
        self.last_ms
    }

    /// Appends one entry per body in one durable write and returns the index of the first.
    ///
    /// # Errors
    ///
    /// [`LogError::Write`] when nothing was written, [`LogError::Stopped`] after a failure that
    /// could not be undone. Either way nothing may be done on the strength of these bodies.
    pub fn append(
        &mut self,
        now_ms: i64,
        bodies: &[Body],
        random: &dyn Random,
    ) -> Result<u64, LogError> {
        let group = self.seal(now_ms, bodies, random)?;
        self.write(&group.bytes)?;
        // From here the entries are durable: whatever happens, recovery finds them.
        Ok(self.count(&group))
    }

    /// Seals one entry per body. Nothing is durable, and the log is as long as before, until
    /// [`Self::accept`] or [`Self::append`].
    pub(crate) fn seal(
        &mut self,
        now_ms: i64,
        bodies: &[Body],
        random: &dyn Random,
    ) -> Result<SealedGroup, LogError> {
        if self.is_replaced {
            return Err(LogError::Replaced);
        }
        if self.is_stopped {
            return Err(LogError::Stopped);
        }
        // Not while tiles of this segment are still being written elsewhere: recovery rebuilds those
        // of the last segment only.
        if self.segment.len > SEGMENT_BYTES_MAX && !self.is_publishing {
            self.roll(random)?;
        }
        // A clock that went back must not let a later entry claim an earlier time.
        let at_ms = u64::try_from(now_ms).unwrap_or(0).max(self.last_ms);
        let first = self.stack.size();
        let mut nonces = vec![0; bodies.len() * NONCE_LEN];
        random.fill(&mut nonces);
        let group: Vec<SealedEntry> = (first..)
            .zip(bodies)
            .zip(nonces.chunks_exact(NONCE_LEN))
            .map(|((index, body), nonce)| {
                let nonce = nonce.try_into().expect("chunks of a nonce's length");
                let sealed_body = seal_body(&self.segment.key, index, body, nonce);
                SealedEntry {
                    entry: Entry {
                        at_ms,
                        index,
                        body_hash: body.hash(),
                    },
                    sealed_body,
                }
            })
            .collect();
        Ok(SealedGroup {
            bytes: encode_group(&group),
            entries: group.iter().map(|sealed| sealed.entry).collect(),
            first,
        })
    }

    /// Returns what a journal must hold for a group to be durable.
    pub(crate) fn chunk(&self, group: &SealedGroup, turn: i64) -> Chunk {
        let segment = &self.segment;
        let at = segment.len - segment.unshared.len() as u64;
        Chunk {
            origin: self.keys.origin.clone(),
            segment: i64::try_from(segment.first).unwrap_or(i64::MAX),
            at: i64::try_from(at).unwrap_or(i64::MAX),
            turn,
            bytes: [segment.unshared.as_slice(), &group.bytes].concat(),
        }
    }

    /// Goes on behind a group that the journal holds, and copies it to the file. Returns the index of
    /// the first entry.
    ///
    /// # Errors
    ///
    /// When the copy cannot be written: the log stops, and its next start fetches what is missing.
    pub(crate) fn accept(&mut self, group: &SealedGroup) -> Result<u64, LogError> {
        if let Err(error) = self.segment.file.write_all(&group.bytes) {
            self.is_stopped = true;
            return Err(LogError::Write(error));
        }
        self.segment.len += group.bytes.len() as u64;
        self.segment.unshared.clear();
        Ok(self.count(group))
    }

    /// Writes nothing more: another vault was given this log.
    pub(crate) fn give_up(&mut self) {
        self.is_replaced = true;
    }

    fn count(&mut self, group: &SealedGroup) -> u64 {
        for entry in &group.entries {
            self.take_in(entry);
        }
        group.first
    }

    fn write(&mut self, group: &[u8]) -> Result<(), LogError> {
        let file = &mut self.segment.file;
        let written = file.write_all(group).and_then(|()| file.sync_data());
        let Err(error) = written else {
            self.segment.len += group.len() as u64;
            return Ok(());
        };
        // The file must end where the last acknowledged group ended, or nothing more is written.
        let undone = file
            .set_len(self.segment.len)
            .and_then(|()| file.seek(SeekFrom::Start(self.segment.len)))
            .and_then(|_| file.sync_all());
        self.is_stopped = undone.is_err();
        Err(LogError::Write(error))
    }

    fn take_in(&mut self, entry: &Entry) {
        let pending = &mut self.pending;
        self.stack
            .push_leaf(entry.leaf(), &mut |tile: FullTile| pending.tiles.push(tile));
        self.bundle.push(entry.to_bytes());
        if self.bundle.len() == TILE_WIDTH {
            let index = entry.index / TILE_WIDTH as u64;
            self.pending
                .bundles
                .push((index, std::mem::take(&mut self.bundle)));
        }
        self.last_ms = entry.at_ms;
    }

    /// Begins a new segment; everything before it is published first, so that no later recovery
    /// needs an earlier segment.
    fn roll(&mut self, random: &dyn Random) -> Result<(), LogError> {
        self.publish()?;
        self.files.sync_tiles().map_err(LogError::Write)?;
        self.segment = new_segment(
            &self.files,
            &self.keys,
            &self.stack,
            self.last_ms,
            &self.bundle,
            random,
        )?;
        Ok(())
    }

    /// Takes what must be written to make the present size public; `None` when it already is.
    ///
    /// Split from `Publication::write` so that appending goes on while files are written.
    pub fn prepare_publication(&mut self) -> Option<Publication> {
        if self.published_size == self.stack.size() {
            return None;
        }
        self.is_publishing = true;
        let mut publication = std::mem::take(&mut self.pending);
        publication.size = self.stack.size();
        publication.partial_tiles = self.stack.partial_tiles();
        publication.partial_bundle.clone_from(&self.bundle);
        let checkpoint = Checkpoint::new(&self.keys.origin, self.stack.size(), self.stack.root())
            .expect("the origin was checked when the log began");
        let note = Note::sign(&checkpoint.to_string(), &self.keys.signer)
            .expect("a checkpoint is a well-formed note text");
        publication.checkpoint = note.to_string();
        Some(publication)
    }

    /// Notes that a publication is on disk, or puts it back to be tried again.
    pub fn finish_publication(&mut self, publication: Publication, written: bool) {
        self.is_publishing = false;
        if written {
            self.published_size = self.published_size.max(publication.size);
            return;
        }
        let later = std::mem::take(&mut self.pending);
        self.pending = publication;
        self.pending.tiles.extend(later.tiles);
        self.pending.bundles.extend(later.bundles);
    }

    /// Publishes tiles and a signed checkpoint for everything appended so far.
    pub fn publish(&mut self) -> Result<(), LogError> {
        let Some(publication) = self.prepare_publication() else {
            return Ok(());
        };
        let result = publication.write(&self.files);
        self.finish_publication(publication, result.is_ok());
        result.map_err(LogError::Write)
    }

    /// Returns the log's files, for reading.
    pub fn files(&self) -> &LogFiles {
        &self.files
    }

    /// Returns the key that wraps the segments' keys, for reading bodies.
    pub fn body_key(&self) -> &SecretKey {
        &self.keys.body_key
    }
}

fn new_segment(
    files: &LogFiles,
    keys: &LogKeys,
    stack: &TileStack,
    last_ms: u64,
    bundle: &[[u8; ENTRY_LEN]],
    random: &dyn Random,
) -> Result<Segment, LogError> {
    let key = SecretKey::generate(random);
    let wrapped_key = wrap_segment_key(&keys.body_key, &keys.origin, &key, random.bytes());
    let header = SegmentHeader {
        origin: keys.origin.clone(),
        stack: stack.clone(),
        last_ms,
        bundle: bundle.to_vec(),
        wrapped_key,
    };
    let bytes = header.to_bytes();
    let path = files.segment_path(stack.size());
    // Written aside and renamed, so that a segment either has its whole header or does not exist.
    let file = (|| {
        let aside = path.with_extension("new");
        let mut file = File::create(&aside)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&aside, &path)?;
        files.sync_segments()?;
        Ok(file)
    })()
    .map_err(LogError::Write)?;
    Ok(Segment {
        first: stack.size(),
        file,
        key,
        len: bytes.len() as u64,
        unshared: bytes,
    })
}

fn signed_checkpoint(files: &LogFiles, keys: &LogKeys) -> Result<Option<Checkpoint>, LogError> {
    let Some(note) = files.checkpoint().map_err(LogError::Read)? else {
        return Ok(None);
    };
    let policy =
        lethe_tlog::TrustPolicy::log_only(&keys.origin, keys.signer.verifier_key().clone())
            .map_err(|_| LogError::ForeignCheckpoint)?;
    let note = Note::parse(note.as_bytes()).map_err(|_| LogError::ForeignCheckpoint)?;
    let verified = policy
        .open_checkpoint(&note)
        .map_err(|_| LogError::ForeignCheckpoint)?;
    Ok(Some(verified.checkpoint().clone()))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(PathBuf::from)
        .unwrap_or_default()
        .display()
        .to_string()
}
