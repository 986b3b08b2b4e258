//! Making a backup of an installation in use.

use crate::container::Writer;
use crate::digest::{Sha256Hash, hex};
use crate::gather::{Content, gather};
use crate::header::{Base, FORMAT};
use crate::list::chain_of;
use crate::log::fingerprint;
use crate::pack::{Blocks, Files, Packer};
use crate::scratch::{Scratch, new_file, sync_folder};
use crate::state::{BlockHasher, State};
use crate::{
    BackupError, BackupId, Catalog, CatalogLine, Class, Header, Progress, Recipients, list,
};
use lethe_model::{Clock, Random};
use lethe_store::Folder;
use std::fs::{self, DirBuilder};
use std::io::BufWriter;
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
    let class = spec.class;
    let destroy_after_ms = spec.destroy_after_ms;
    catalog.append(&CatalogLine::Begun {
        class,
        id,
        created_at_ms,
        destroy_after_ms,
    })?;
    let made = make_file(spec, &catalog, id, created_at_ms, random, progress);
    let line = match &made {
        Ok(made) => CatalogLine::Made {
            class,
            id,
            created_at_ms,
            destroy_after_ms,
            bytes: made.bytes,
        },
        Err(_) => {
            let at_ms = clock.now_ms();
            CatalogLine::Destroyed { id, at_ms }
        }
    };
    match (catalog.append(&line), made) {
        (Ok(()), made) => made,
        // The first failure is the one to be told.
        (Err(_), Err(error)) | (Err(error), Ok(_)) => Err(error),
    }
}

fn make_file(
    spec: &BackupSpec<'_>,
    catalog: &Catalog,
    id: BackupId,
    created_at_ms: i64,
    random: &dyn Random,
    progress: &mut dyn FnMut(Progress),
) -> Result<Made, BackupError> {
    let failed = |path: &Path| BackupError::file(format!("cannot write {}", path.display()));
    let scratch = Scratch::begin(spec.to, id)?;
    // Copies of a keyring stay where keyrings are: freed blocks of the disk that backups lie on
    // must hold none in a form that no age key protects. Sealed records may lie anywhere.
    let aside = match spec.class {
        Class::Keyring => Some(Scratch::begin(catalog.folder(), id)?),
        Class::Data => None,
    };
    let base = find_base(spec, catalog)?;
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
    let hasher = match &base {
        Some(base) => base.hasher.clone(),
        None => BlockHasher::generate(random),
    };
    let partial = scratch.path("partial");
    let job = Job {
        recipients: spec.recipients,
        header: &header,
        content: &content,
        base: base.as_ref(),
        hasher: &hasher,
    };
    let written = job.write(&partial, progress)?;
    let file = spec.to.join(header.file_name().to_string());
    let bytes = fs::metadata(&partial).map_err(failed(&partial))?.len();
    let named = fs::rename(&partial, &file).and_then(|()| sync_folder(spec.to));
    if let Err(error) = named {
        drop(fs::remove_file(&file));
        return Err(failed(&file)(error));
    }
    let made = Made {
        file,
        bytes,
        covers_bytes: written.files.values().map(|file| file.length).sum(),
        chain_length: base.as_ref().map_or(1, |base| base.chain_length + 1),
        header,
    };
    if spec.class == Class::Data {
        let state = State {
            id,
            sha256: written.sha256,
            file_bytes: bytes,
            chain_length: made.chain_length,
            recipients: spec.recipients.fingerprint(),
            hasher,
            files: written.files,
            blocks: written.blocks,
        };
        // Last, and not needed: the backup is whole, and without this the next one is full.
        drop(state.save(catalog.folder(), base.map(|base| base.id)));
    }
    Ok(made)
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
    let name = spec.folder.path().display().to_string();
    if spec.folder.restoring().exists() {
        return Err(BackupError::Restoring(name));
    }
    let database = match spec.class {
        Class::Data => spec.folder.active(),
        Class::Keyring => spec.folder.keyring(),
    };
    if !database.exists() || !spec.folder.log_dir().join("vkey").exists() {
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
            let chain = chain_of(&backups, candidate);
            let is_usable = chain.is_ok()
                && state.chain_length < CHAIN_LENGTH_MAX
                // Who can decrypt the last link must be able to decrypt all.
                && state.recipients == spec.recipients.fingerprint();
            return Ok(Some(state).filter(|_| is_usable));
        }
    }
    Ok(None)
}

struct Written {
    sha256: Sha256Hash,
    files: Files,
    blocks: Blocks,
}

/// What one file is written from.
struct Job<'a> {
    recipients: &'a Recipients,
    header: &'a Header,
    content: &'a Content,
    base: Option<&'a State>,
    hasher: &'a BlockHasher,
}

impl Job<'_> {
    /// Writes the file and flushes it; it has no name yet that means anything.
    fn write(
        &self,
        partial: &Path,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Written, BackupError> {
        let what = || BackupError::file("cannot write the backup");
        let file = new_file(partial).map_err(what())?;
        let out = BufWriter::with_capacity(1 << 18, file);
        let sealed = self.recipients.encrypt(out)?;
        let mut writer = Writer::new(sealed, self.header).map_err(what())?;
        let files = &self.content.files;
        let mut packer = Packer::new(self.base, self.hasher, files, progress);
        for (name, (path, length)) in files {
            let packed = packer.pack(&mut writer, *name, path, *length);
            packed.map_err(what())?;
        }
        let (files, blocks) = packer.finish();
        let (sealed, sha256) = writer.finish().map_err(what())?;
        let out = sealed.finish().map_err(what())?;
        let file = out
            .into_inner()
            .map_err(|error| what()(error.into_error()))?;
        file.sync_all().map_err(what())?;
        Ok(Written {
            sha256,
            files,
            blocks,
        })
    }
}
