//! Making a backup of an installation in use.

use crate::container::{CHUNK_BYTES_MAX, Writer};
use crate::digest::{Sha256Hash, fill, hash_start, hex};
use crate::header::{Base, DatabaseNote, FORMAT, LogNote};
use crate::log::{fingerprint, freeze, read_checkpoint, whole_lines};
use crate::scratch::{Scratch, new_file, sync_folder};
use crate::state::{BlockHash, BlockHasher, FileState, State, block_count};
use crate::{
    BackupError, BackupId, Catalog, CatalogLine, Class, EntryName, Header, Progress, Recipients,
    Step, list,
};
use lethe_model::{Clock, Random};
use lethe_store::{Folder, snapshot};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// After so many, the next data backup is a full one: a restore needs every link.
pub const CHAIN_LENGTH_MAX: u32 = 31;

/// What to back up, where to, and for how long.
#[derive(Debug)]
pub struct BackupSpec<'a> {
    /// The installation.
    pub folder: &'a Folder,
    /// What to take.
    pub class: Class,
    /// The folder that backups lie in.
    pub to: &'a Path,
    /// Who can decrypt it.
    pub recipients: &'a Recipients,
    /// When it must be destroyed, Unix milliseconds.
    pub destroy_after_ms: i64,
    /// Make a full data backup even when an incremental one could be made.
    pub is_full: bool,
}

/// A backup that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// Where it lies.
    pub file: PathBuf,
    /// The length of its file.
    pub bytes: u64,
    /// How many bytes of the installation it stands for; for an incremental one, with its bases.
    pub covers_bytes: u64,
    /// How many backups a restore of it needs, itself included.
    pub chain_length: u32,
    /// What it says of itself.
    pub header: Header,
}

/// Makes a backup. The installation may be in use; neither its lock nor a key of it is needed.
///
/// # Errors
///
/// [`BackupError`]; nothing that looks like a backup is left behind then, and nothing else.
pub fn back_up(
    spec: &BackupSpec<'_>,
    clock: &dyn Clock,
    random: &dyn Random,
    progress: &mut dyn FnMut(Progress),
) -> Result<Made, BackupError> {
    let created_at_ms = clock.now_ms();
    check(spec, created_at_ms)?;
    let catalog = Catalog::of(spec.folder);
    let failed = |path: &Path| BackupError::file(format!("cannot write {}", path.display()));
    let make = |path| DirBuilder::new().recursive(true).mode(0o700).create(path);
    make(spec.to).map_err(failed(spec.to))?;
    catalog.prepare().map_err(failed(catalog.folder()))?;
    let id = BackupId::generate(random);
    let scratch = Scratch::begin(spec.to, id)?;
    // Copies of a keyring stay where keyrings are: freed blocks of the disk that backups lie on
    // must hold none in a form that no age key protects. Sealed records may lie anywhere.
    let aside = match spec.class {
        Class::Keyring => Some(Scratch::begin(catalog.folder(), id)?),
        Class::Data => None,
    };
    let base = find_base(spec, &catalog)?;
    let content = gather(
        spec,
        base.as_ref(),
        aside.as_ref().unwrap_or(&scratch),
        progress,
    )?;
    let header = Header {
        format: FORMAT,
        class: spec.class,
        id,
        created_at_ms,
        destroy_after_ms: spec.destroy_after_ms,
        installation: fingerprint(&content.verifier_key),
        log: content.log.clone(),
        databases: content.databases.clone(),
        base: base.as_ref().map(|base| Base {
            id: base.id,
            sha256: hex(&base.sha256),
        }),
    };
    let partial = scratch.path("partial");
    let hasher = match &base {
        Some(base) => base.hasher.clone(),
        None => BlockHasher::generate(random),
    };
    let written = write(
        &partial,
        spec.recipients,
        &header,
        &content,
        base.as_ref(),
        &hasher,
        progress,
    )?;
    let file = spec.to.join(header.file_name().to_string());
    let bytes = fs::metadata(&partial).map_err(failed(&partial))?.len();
    // Recorded before it has its name: a keyring backup must never exist that no receipt counts.
    catalog.append(&CatalogLine::Made {
        class: spec.class,
        id,
        created_at_ms,
        destroy_after_ms: spec.destroy_after_ms,
        bytes,
    })?;
    let named = fs::rename(&partial, &file).and_then(|()| sync_folder(spec.to));
    if let Err(error) = named {
        let at_ms = clock.now_ms();
        drop(fs::remove_file(&file));
        drop(catalog.append(&CatalogLine::Destroyed { id, at_ms }));
        return Err(failed(&file)(error));
    }
    let chain_length = base.as_ref().map_or(1, |base| base.chain_length + 1);
    let covers_bytes = written.files.values().map(|file| file.length).sum();
    if spec.class == Class::Data {
        let state = State {
            id,
            sha256: written.sha256,
            file_bytes: bytes,
            chain_length,
            hasher,
            recipients: spec.recipients.fingerprint(),
            files: written.files,
            blocks: written.blocks,
        };
        // Last: without it the backup is whole, and the next one is full.
        let replaced = base.map(|base| base.id);
        let saved = state.save(catalog.folder(), replaced);
        saved.map_err(failed(catalog.folder()))?;
    }
    Ok(Made {
        file,
        bytes,
        covers_bytes,
        chain_length,
        header,
    })
}

fn check(spec: &BackupSpec<'_>, now_ms: i64) -> Result<(), BackupError> {
    let invalid = |text: &str| Err(BackupError::Invalid(text.to_owned()));
    if spec.recipients.is_empty() {
        return invalid("name at least one recipient with --recipient or --recipients-file");
    }
    if spec.destroy_after_ms <= now_ms {
        return invalid("a backup must live for some time: its day of destruction has passed");
    }
    let life = spec.destroy_after_ms - now_ms;
    if spec.class.life_ms_max().is_some_and(|max| life > max) {
        return invalid(
            "a keyring backup lives 35 days at most: an erasure is complete when the last one is gone",
        );
    }
    let database = match spec.class {
        Class::Data => spec.folder.active(),
        Class::Keyring => spec.folder.keyring(),
    };
    if !database.exists() || !spec.folder.log_dir().join("vkey").exists() {
        let name = spec.folder.path().display().to_string();
        return Err(BackupError::NotInitialised(name));
    }
    Ok(())
}

/// Finds the newest data backup that can be continued: it lies whole in the folder, and what it
/// left is known here.
fn find_base(spec: &BackupSpec<'_>, catalog: &Catalog) -> Result<Option<State>, BackupError> {
    if spec.is_full || spec.class != Class::Data {
        return Ok(None);
    }
    let backups = list(spec.to)?;
    let candidates = backups
        .iter()
        .rev()
        .filter(|one| one.name.class == Class::Data);
    for candidate in candidates {
        let state = State::load(catalog.folder(), candidate.name.id);
        if let Some(state) = state.filter(|state| state.file_bytes == candidate.bytes) {
            let chain = crate::list::chain_of(&backups, candidate);
            let is_usable = chain.is_ok()
                && state.chain_length < CHAIN_LENGTH_MAX
                // Who can decrypt the last link must be able to decrypt all.
                && state.recipients == spec.recipients.fingerprint();
            return Ok(Some(state).filter(|_| is_usable));
        }
    }
    Ok(None)
}

/// Everything that goes into a backup, of one moment or of moments in the right order.
struct Content {
    verifier_key: String,
    log: LogNote,
    databases: Vec<DatabaseNote>,
    /// Where the bytes are, and how many of them.
    files: BTreeMap<EntryName, (PathBuf, u64)>,
}

/// Copies the databases, then measures the log: what the log does not announce is in no database.
fn gather(
    spec: &BackupSpec<'_>,
    base: Option<&State>,
    scratch: &Scratch,
    progress: &mut dyn FnMut(Progress),
) -> Result<Content, BackupError> {
    let folder = spec.folder;
    let sources = match spec.class {
        Class::Data => vec![
            (EntryName::Active, folder.active()),
            (EntryName::Archive, folder.path().join("archive/archive.db")),
        ],
        Class::Keyring => vec![(EntryName::Keyring, folder.keyring())],
    };
    let (mut files, mut databases) = (BTreeMap::new(), Vec::new());
    for (name, source) in sources {
        if name == EntryName::Archive && !source.exists() {
            continue;
        }
        let copy = scratch.path(&format!("{}.db", databases.len()));
        let mut pages = |done, total| {
            const USUAL_PAGE: u64 = 4096;
            progress(Progress {
                step: Step::Copying,
                done: done * USUAL_PAGE,
                total: total * USUAL_PAGE,
            });
        };
        let copied = snapshot(&source, &copy, &mut pages);
        let copied = copied.map_err(|source| BackupError::Database {
            name: name.to_string(),
            source,
        })?;
        databases.push(DatabaseNote {
            name: name.to_string(),
            schema: copied.schema,
            application: copied.application,
            bytes: copied.bytes,
        });
        files.insert(name, (copy, copied.bytes));
    }
    let reading = |path: &Path| BackupError::file(format!("cannot read {}", path.display()));
    let log_dir = folder.log_dir();
    let log = match spec.class {
        Class::Keyring => {
            let (size, checkpoint) = read_checkpoint(&log_dir).map_err(reading(&log_dir))?;
            LogNote { size, checkpoint }
        }
        Class::Data => {
            let known = |name| base?.files.get(&name).map(|file: &FileState| file.length);
            let frozen = freeze(&log_dir, known)?;
            let segments = frozen.segments.into_iter();
            files.extend(segments.map(|(first, file)| (EntryName::Segment(first), file)));
            frozen.note
        }
    };
    let key = log_dir.join("vkey");
    let verifier_key = fs::read_to_string(&key).map_err(reading(&key))?;
    files.insert(EntryName::VerifierKey, (key, verifier_key.len() as u64));
    let ledger = folder.path().join("ledger/ledger.jsonl");
    if ledger.exists() {
        let length = whole_lines(&ledger).map_err(reading(&ledger))?;
        files.insert(EntryName::Ledger, (ledger, length));
    }
    Ok(Content {
        verifier_key,
        log,
        databases,
        files,
    })
}

struct Written {
    sha256: Sha256Hash,
    files: BTreeMap<EntryName, FileState>,
    blocks: BTreeMap<EntryName, Vec<BlockHash>>,
}

/// Writes the file and flushes it; it has no name yet that means anything.
fn write(
    partial: &Path,
    recipients: &Recipients,
    header: &Header,
    content: &Content,
    base: Option<&State>,
    hasher: &BlockHasher,
    progress: &mut dyn FnMut(Progress),
) -> Result<Written, BackupError> {
    let what = || BackupError::file("cannot write the backup");
    let file = new_file(partial).map_err(what())?;
    let sealed = recipients.encrypt(BufWriter::with_capacity(1 << 18, file))?;
    let mut writer = Writer::new(sealed, header).map_err(what())?;
    let mut packer = Packer {
        base,
        hasher,
        last_segment: content.files.keys().copied().filter(is_segment).max(),
        files: BTreeMap::new(),
        blocks: BTreeMap::new(),
        done: 0,
        total: content.files.values().map(|(_, length)| length).sum(),
        progress,
    };
    for (name, (path, length)) in &content.files {
        packer
            .pack(&mut writer, *name, path, *length)
            .map_err(what())?;
    }
    let (files, blocks) = (packer.files, packer.blocks);
    let (sealed, sha256) = writer.finish().map_err(what())?;
    let file = sealed.finish().map_err(what())?;
    let file = file
        .into_inner()
        .map_err(|error| what()(error.into_error()))?;
    file.sync_all().map_err(what())?;
    Ok(Written {
        sha256,
        files,
        blocks,
    })
}

/// Puts files into a backup, as whole or as what changed.
struct Packer<'a> {
    base: Option<&'a State>,
    hasher: &'a BlockHasher,
    last_segment: Option<EntryName>,
    files: BTreeMap<EntryName, FileState>,
    blocks: BTreeMap<EntryName, Vec<BlockHash>>,
    done: u64,
    total: u64,
    progress: &'a mut dyn FnMut(Progress),
}

impl Packer<'_> {
    fn pack<W: Write>(
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
