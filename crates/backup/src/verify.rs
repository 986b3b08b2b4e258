//! Verifying a backup the only way that counts: by unpacking it.

use crate::list::chain_of;
use crate::scratch::Scratch;
use crate::{
    BackupError, BackupId, Class, FileName, Header, Identities, Listed, Progress, Unpacked, list,
    unpack,
};
use lethe_model::Random;
use lethe_store::{Database, Kind, check_database};
use std::fs;
use std::path::{Path, PathBuf};

/// A backup that can be restored.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Which one.
    pub file: PathBuf,
    /// How many files a restore of it needs.
    pub chain_length: usize,
    /// What it says of itself.
    pub header: Header,
    /// How many entries its log holds; 0 for a keyring backup.
    pub log_entries: u64,
    /// How many bytes were unpacked.
    pub bytes: u64,
}

/// Unpacks every backup that `target` names into a scratch folder below `scratch`, and checks it:
/// trailers and hashes, each database's pages and schema, the log against its checkpoint.
///
/// `target` is one backup, whose bases lie beside it, or a folder: then each keyring backup in it
/// and each data backup that no other continues. The scratch folder is removed. What lies in it
/// meanwhile is sealed or wrapped: nothing is in clear.
///
/// # Errors
///
/// The first thing that does not hold.
pub fn verify(
    target: &Path,
    identities: &Identities,
    scratch: &Path,
    random: &dyn Random,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Verified>, BackupError> {
    let mut verified = Vec::new();
    for (file, chain) in targets(target)? {
        let scratch = Scratch::begin(scratch, BackupId::generate(random))?;
        let into = scratch.path("unpacked");
        let paths: Vec<&Path> = chain.iter().map(PathBuf::as_path).collect();
        let result = unpack(&paths, identities, &into, progress)
            .and_then(|unpacked| check(&unpacked, &into));
        drop(fs::remove_dir_all(&into));
        let (header, unpacked) = result?;
        verified.push(Verified {
            file,
            chain_length: chain.len(),
            header,
            log_entries: unpacked.log_entries,
            bytes: unpacked.bytes,
        });
    }
    Ok(verified)
}

/// Finds what is to be verified, each with all links of its chain.
fn targets(target: &Path) -> Result<Vec<(PathBuf, Vec<PathBuf>)>, BackupError> {
    if !target.is_dir() {
        let name = target
            .file_name()
            .and_then(|name| FileName::parse(name.to_str()?));
        let base = name.and_then(|name| name.base);
        if base.is_none() {
            return Ok(vec![(target.to_owned(), vec![target.to_owned()])]);
        }
    }
    let folder = match target.is_dir() {
        true => target,
        false => target
            .parent()
            .filter(|one| !one.as_os_str().is_empty())
            .unwrap_or(Path::new(".")),
    };
    let backups = list(folder)?;
    let is_wanted = |one: &&Listed| match target.is_dir() {
        true => backups
            .iter()
            .all(|other| other.name.base != Some(one.name.id)),
        false => one.file.file_name() == target.file_name(),
    };
    let mut targets = Vec::new();
    for tip in backups.iter().filter(is_wanted) {
        let chain = chain_of(&backups, tip).map_err(|missing| {
            BackupError::Chain(format!(
                "{} continues backup {missing}, which is not beside it: without that it cannot be restored",
                tip.file.display()
            ))
        })?;
        let chain = chain.into_iter().map(|one| one.file).collect();
        targets.push((tip.file.clone(), chain));
    }
    if targets.is_empty() {
        let none = format!("there is no backup in {}", folder.display());
        return Err(BackupError::Invalid(none));
    }
    Ok(targets)
}

/// Checks the databases that were unpacked.
fn check(unpacked: &Unpacked, folder: &Path) -> Result<(Header, Unpacked), BackupError> {
    let header = unpacked.data.as_ref().or(unpacked.keyring.as_ref());
    let header = header.expect("something was unpacked").clone();
    for note in &header.databases {
        let failed = |source| BackupError::Database {
            name: note.name.clone(),
            source,
        };
        let path = folder.join(&note.name);
        let found = check_database(&path).map_err(failed)?;
        if (found.schema, found.application, found.bytes)
            != (note.schema, note.application, note.bytes)
        {
            let problem = format!(
                "{} is not the database that its header describes",
                note.name
            );
            return Err(BackupError::Content(problem));
        }
        let kind = match note.name.as_str() {
            "active/active.db" => Kind::Active,
            "keyring/keyring.db" => Kind::Keyring,
            "archive/archive.db" => Kind::Archive,
            _ => continue,
        };
        // As a restored installation would open it: the schema must be one that this program knows.
        let _reader: Database = Database::open_reader(&path, kind).map_err(failed)?;
    }
    let wanted = match header.class {
        Class::Data => "active/active.db",
        Class::Keyring => "keyring/keyring.db",
    };
    if header.databases.iter().all(|note| note.name != wanted) {
        let problem = format!("it holds no {wanted}");
        return Err(BackupError::Content(problem));
    }
    Ok((header, unpacked.clone()))
}
