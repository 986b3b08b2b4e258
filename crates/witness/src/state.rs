//! What is remembered of a log: the checkpoint that was cosigned last, as a signed note.
//!
//! `state/` has a file for each log, named by the SHA-256 of its origin in hexadecimal digits. It holds
//! the checkpoint's text, the log's signature and the witness's own cosignature, so that it can be
//! checked by any tool that reads notes, and given to `lethe restore` as it is.

use crate::{Known, WitnessError};
use lethe_tlog::{Checkpoint, Note, TrustPolicy};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What the file of a log says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remembered {
    pub(crate) known: Known,
    /// When it was cosigned, in seconds since 1970.
    pub(crate) at: u64,
    /// The cosigned note; `None` for a log that never came.
    pub(crate) note: Option<String>,
}

/// Names the file of a log.
pub(crate) fn file_name(origin: &str) -> String {
    let digest = Sha256::digest(origin.as_bytes());
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

pub(crate) fn path(dir: &Path, origin: &str) -> PathBuf {
    dir.join("state").join(file_name(origin))
}

/// Reads what is remembered of a log. `policy` demands the log's signature and the witness's own.
pub(crate) fn read(path: &Path, policy: &TrustPolicy) -> Result<Remembered, WitnessError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Remembered::default()),
        Err(source) => {
            let path = path.to_owned();
            return Err(WitnessError::File { path, source });
        }
    };
    parse(text, policy).ok_or_else(|| WitnessError::BadState(path.to_owned()))
}

fn parse(text: String, policy: &TrustPolicy) -> Option<Remembered> {
    let note = Note::parse(text.as_bytes()).ok()?;
    let verified = policy.open_checkpoint(&note).ok()?;
    let at = verified.cosignatures().first()?.timestamp;
    let checkpoint: &Checkpoint = verified.checkpoint();
    Some(Remembered {
        known: Known {
            size: checkpoint.size(),
            root: *checkpoint.root(),
        },
        at,
        note: Some(text),
    })
}

/// Makes it durable: written aside, flushed, renamed, and the folder flushed.
pub(crate) fn write(path: &Path, note: &str) -> io::Result<()> {
    let aside = path.with_extension("new");
    let mut file = File::create(&aside)?;
    file.write_all(note.as_bytes())?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
