//! Which backups belong together, and in which order they are read.

use crate::container::{FormatError, Reader};
use crate::{BackupError, Class, FileName, Header, Identities};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// A backup whose header was read.
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
}

/// Backups in the order in which they are put together.
pub(crate) struct Plan {
    /// Oldest first; empty when there is no data backup.
    pub(crate) data: Vec<Opened>,
    pub(crate) keyring: Option<Opened>,
}

/// Opens a backup up to its header.
///
/// # Errors
///
/// When the file is no whole backup, or none of the identities opens it.
pub(crate) fn open(
    path: &Path,
    identities: &Identities,
) -> Result<Reader<impl Read + use<>>, BackupError> {
    let file = || path.display().to_string();
    let damaged = |problem| BackupError::Damaged {
        file: file(),
        problem,
    };
    let what = format!("cannot read {}", path.display());
    let input = File::open(path).map_err(BackupError::file(what))?;
    let input = BufReader::with_capacity(1 << 18, input);
    let decryptor = age::Decryptor::new_buffered(input).map_err(|error| match error {
        age::DecryptError::Io(error) => damaged(error.into()),
        _ => damaged(FormatError::Altered),
    })?;
    let content = decryptor
        .decrypt(identities.iter())
        .map_err(|error| match error {
            age::DecryptError::NoMatchingKeys => BackupError::WrongIdentity { file: file() },
            age::DecryptError::Io(error) => damaged(error.into()),
            _ => damaged(FormatError::Altered),
        })?;
    let reader = Reader::new(content).map_err(damaged)?;
    let name = path
        .file_name()
        .and_then(|name| FileName::parse(name.to_str()?));
    // Any other name is the user's own business.
    if name.is_some_and(|name| name != reader.header().file_name()) {
        return Err(damaged(FormatError::Renamed));
    }
    Ok(reader)
}

/// Reads the headers of backups, given in any order, and finds what they are of.
///
/// # Errors
///
/// When a link is missing, one is too many, or they are of different installations.
pub(crate) fn plan(files: &[&Path], identities: &Identities) -> Result<Plan, BackupError> {
    let mut data = Vec::new();
    let mut keyrings = Vec::new();
    for path in files {
        let header = open(path, identities)?.header().clone();
        let path = path.to_path_buf();
        match header.class {
            Class::Data => data.push(Opened { path, header }),
            Class::Keyring => keyrings.push(Opened { path, header }),
        }
    }
    let keyring = keyrings.pop();
    if let (Some(one), Some(other)) = (&keyring, keyrings.pop()) {
        return Err(BackupError::Chain(format!(
            "{} and {} are both keyring backups: give one",
            other.path.display(),
            one.path.display()
        )));
    }
    let all = || data.iter().chain(&keyring);
    let Some(first) = all().next() else {
        return Err(BackupError::Chain("name at least one backup".to_owned()));
    };
    if let Some(foreign) = all().find(|one| one.header.installation != first.header.installation) {
        return Err(BackupError::Chain(format!(
            "{} and {} are of different installations",
            first.path.display(),
            foreign.path.display()
        )));
    }
    Ok(Plan {
        data: in_order(data)?,
        keyring,
    })
}

/// Orders data backups from the full one on, each on the one before.
fn in_order(mut rest: Vec<Opened>) -> Result<Vec<Opened>, BackupError> {
    let mut ordered: Vec<Opened> = Vec::new();
    while !rest.is_empty() {
        let base = ordered.last().map(|last| last.header.id);
        let follows = |one: &Opened| one.header.base.as_ref().map(|base| base.id) == base;
        let Some(at) = rest.iter().position(follows) else {
            return Err(not_connected(&rest[0], &ordered));
        };
        ordered.push(rest.swap_remove(at));
    }
    Ok(ordered)
}

fn not_connected(one: &Opened, ordered: &[Opened]) -> BackupError {
    let path = one.path.display();
    BackupError::Chain(match (&one.header.base, ordered) {
        (Some(base), _) => format!(
            "{path} continues backup {}, which is missing between those given: give every link from the full backup on",
            base.id
        ),
        (None, _) => format!("{path} is a second full backup: give one chain"),
    })
}
