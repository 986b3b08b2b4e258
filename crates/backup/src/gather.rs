//! What goes into a backup, taken from an installation in use.

use crate::header::{DatabaseNote, LogNote};
use crate::log::{freeze, read_checkpoint, whole_lines};
use crate::scratch::Scratch;
use crate::state::{FileState, State};
use crate::{BackupError, BackupSpec, Class, EntryName, Progress, Step};
use lethe_store::snapshot;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Everything that goes into a backup, of one moment or of moments in the right order.
pub(crate) struct Content {
    pub(crate) verifier_key: String,
    pub(crate) log: LogNote,
    pub(crate) databases: Vec<DatabaseNote>,
    /// Where the bytes are, and how many of them.
    pub(crate) files: BTreeMap<EntryName, (PathBuf, u64)>,
}

/// Copies the databases, then measures the log: what the log does not announce is in no database.
pub(crate) fn gather(
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
