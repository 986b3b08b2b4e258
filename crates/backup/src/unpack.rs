//! Putting backups together to the files of an installation.

use crate::chain::{Opened, Plan, open, plan};
use crate::container::{Event, FormatError};
use crate::digest::{Sha256Hash, hash_start, hex};
use crate::log::{fingerprint, rebuild};
use crate::target::Target;
use crate::{BackupError, EntryName, Header, Identities, Progress, Step};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// What was unpacked.
#[derive(Debug, Clone)]
pub struct Unpacked {
    /// The header of the newest data backup, if one was given.
    pub data: Option<Header>,
    /// The header of the keyring backup, if one was given.
    pub keyring: Option<Header>,
    /// How many entries the log's segments hold; at least as many as its checkpoint says.
    pub log_entries: u64,
    /// How many bytes were written, the log's public tree not counted.
    pub bytes: u64,
}

/// Unpacks a chain of data backups, a keyring backup, or both, in any order, into the folder `into`,
/// which must be empty or missing.
///
/// The files lie then where an installation has them: `active/`, `archive/`, `keyring/`, `log/` with
/// its public tree; the ledgers of the two classes as `ledger/from-data.jsonl` and
/// `ledger/from-keyring.jsonl`. There is no `root.key`. Everything is checked on the way: each
/// backup's trailer, each file's hash, the log against its checkpoint. The folder appears at once,
/// when it is whole and flushed; until then it is `<into>.partial`, which the next run replaces.
///
/// # Errors
///
/// [`BackupError`]; `into` is untouched then.
pub fn unpack(
    files: &[&Path],
    identities: &Identities,
    into: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Unpacked, BackupError> {
    let is_taken = fs::read_dir(into).is_ok_and(|mut entries| entries.next().is_some());
    if is_taken || into.is_file() {
        return Err(BackupError::Invalid(format!(
            "{} is not empty: unpack into a new folder",
            into.display()
        )));
    }
    let plan = plan(files, identities)?;
    let partial = partial_of(into)?;
    let what = || BackupError::file(format!("cannot write {}", partial.display()));
    remove_if_there(&partial).map_err(what())?;
    let unpacked = unpack_into(&plan, identities, &partial, progress).and_then(|unpacked| {
        let synced = File::open(&partial).and_then(|folder| Ok(rustix::fs::syncfs(folder)?));
        synced.map_err(what())?;
        fs::rename(&partial, into).map_err(what())?;
        let parent = into
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let parent = File::open(parent.unwrap_or(Path::new(".")));
        parent
            .and_then(|parent| parent.sync_all())
            .map_err(what())?;
        Ok(unpacked)
    });
    if unpacked.is_err() {
        drop(fs::remove_dir_all(&partial));
    }
    unpacked
}

fn partial_of(into: &Path) -> Result<PathBuf, BackupError> {
    let Some(name) = into.file_name() else {
        let text = format!("{} is no folder to unpack into", into.display());
        return Err(BackupError::Invalid(text));
    };
    let mut name = name.to_owned();
    name.push(".partial");
    Ok(into.with_file_name(name))
}

fn remove_if_there(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn unpack_into(
    plan: &Plan,
    identities: &Identities,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<Unpacked, BackupError> {
    let backups = || plan.data.iter().chain(&plan.keyring);
    let lengths = backups().map(|one| fs::metadata(&one.path).map_or(0, |meta| meta.len()));
    let mut unpacker = Unpacker {
        folder,
        identities,
        files: BTreeMap::new(),
        bytes: 0,
        total: lengths.sum(),
        progress,
    };
    make_folder(folder)?;
    let mut previous = None;
    for backup in &plan.data {
        previous = Some(unpacker.take(backup, previous)?);
    }
    unpacker.check_files()?;
    let mut log_entries = 0;
    if let Some(newest) = plan.data.last() {
        log_entries = unpacker.check_log(&newest.header)?;
        unpacker.check_installation(&newest.header)?;
    }
    unpacker.files.clear();
    if let Some(keyring) = &plan.keyring {
        unpacker.take(keyring, None)?;
        unpacker.check_files()?;
        unpacker.check_installation(&keyring.header)?;
    }
    let bytes = unpacker.bytes;
    Ok(Unpacked {
        data: plan.data.last().map(|newest| newest.header.clone()),
        keyring: plan.keyring.as_ref().map(|one| one.header.clone()),
        log_entries,
        bytes,
    })
}

/// A file as the newest backup says it must be.
struct Expected {
    path: PathBuf,
    length: u64,
    sha256: Sha256Hash,
}

struct Unpacker<'a> {
    folder: &'a Path,
    identities: &'a Identities,
    files: BTreeMap<EntryName, Expected>,
    bytes: u64,
    total: u64,
    progress: &'a mut dyn FnMut(Progress),
}

impl Unpacker<'_> {
    /// Applies one backup to what is there, and returns its trailer's SHA-256.
    fn take(
        &mut self,
        backup: &Opened,
        previous: Option<Sha256Hash>,
    ) -> Result<Sha256Hash, BackupError> {
        let damaged = |problem| BackupError::Damaged {
            file: backup.path.display().to_string(),
            problem,
        };
        let what = || BackupError::file(format!("cannot write {}", self.folder.display()));
        let base = backup.header.base.as_ref();
        if base.is_some_and(|base| {
            previous.map(|previous| hex(&previous)) != Some(base.sha256.clone())
        }) {
            return Err(BackupError::Chain(format!(
                "{} continues another backup than the one given, although their ids are the same",
                backup.path.display()
            )));
        }
        let mut reader = open(&backup.path, self.identities)?;
        if *reader.header() != backup.header {
            return Err(damaged(FormatError::Renamed));
        }
        let mut listed = BTreeMap::new();
        let mut current: Option<Target> = None;
        loop {
            match (reader.next_event().map_err(damaged)?, &mut current) {
                (Event::Entry { name, continues }, current) => {
                    let earlier = self.files.get(&name).filter(|_| continues);
                    if continues && earlier.is_none() {
                        return Err(damaged(FormatError::Malformed("list of files")));
                    }
                    let path = self.folder.join(name.unpacked(backup.header.class));
                    make_folder(path.parent().unwrap_or(self.folder))?;
                    let target = Target::open(name, path, earlier.map(|file| file.length));
                    *current = Some(target.map_err(what())?);
                }
                (Event::Chunk { offset }, Some(target)) => {
                    // No gap: a file is never longer than what was written to it.
                    if offset > target.length {
                        return Err(damaged(FormatError::Malformed("chunks")));
                    }
                    let bytes = reader.chunk();
                    target.write(offset, bytes).map_err(what())?;
                    self.bytes += bytes.len() as u64;
                    (self.progress)(Progress {
                        step: Step::Unpacking,
                        done: self.bytes,
                        total: self.total.max(self.bytes),
                    });
                }
                (Event::EntryEnd { length, sha256 }, current) => {
                    let Some(target) = current.take().filter(|target| length <= target.length)
                    else {
                        return Err(damaged(FormatError::Malformed("chunks")));
                    };
                    target.end(length).map_err(what())?;
                    let path = target.path;
                    let expected = Expected {
                        path,
                        length,
                        sha256,
                    };
                    listed.insert(target.name, expected);
                }
                (Event::End { sha256 }, _) => {
                    self.replace_list(listed).map_err(what())?;
                    return Ok(sha256);
                }
                (Event::Chunk { .. }, None) => unreachable!("the reader keeps the order"),
            }
        }
    }

    /// What the newer backup does not list is gone.
    fn replace_list(&mut self, listed: BTreeMap<EntryName, Expected>) -> io::Result<()> {
        let earlier = std::mem::replace(&mut self.files, listed);
        for (name, file) in earlier {
            if !self.files.contains_key(&name) {
                fs::remove_file(file.path)?;
            }
        }
        Ok(())
    }

    /// Compares every file with what the newest backup says of it.
    fn check_files(&mut self) -> Result<(), BackupError> {
        let total = self.files.values().map(|file| file.length).sum();
        let mut done = 0;
        for (name, file) in &self.files {
            let what = format!("cannot read {}", file.path.display());
            let found = hash_start(&file.path, file.length).map_err(BackupError::file(what))?;
            if found != Some(file.sha256) {
                let problem = format!("{name} is not what was backed up");
                return Err(BackupError::Content(problem));
            }
            done += file.length;
            (self.progress)(Progress {
                step: Step::Checking,
                done,
                total,
            });
        }
        Ok(())
    }

    fn check_log(&self, header: &Header) -> Result<u64, BackupError> {
        let segments: Vec<(u64, PathBuf)> = self
            .files
            .iter()
            .filter_map(|(name, file)| match name {
                EntryName::Segment(first) => Some((*first, file.path.clone())),
                _ => None,
            })
            .collect();
        rebuild(&self.folder.join("log"), &header.log, &segments)
    }

    /// The log's verifier key says whose backup it is.
    fn check_installation(&self, header: &Header) -> Result<(), BackupError> {
        let path = self.folder.join("log/vkey");
        let key = fs::read_to_string(&path).unwrap_or_default();
        if fingerprint(&key) == header.installation {
            return Ok(());
        }
        let problem = "the log's verifier key is not that of the installation it says it is of";
        Err(BackupError::Content(problem.to_owned()))
    }
}

fn make_folder(path: &Path) -> Result<(), BackupError> {
    let what = format!("cannot make the folder {}", path.display());
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(BackupError::file(what))
}
