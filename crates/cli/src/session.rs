//! The session of whoever logged in: a file that only they can read, in the runtime directory, which
//! the system empties when they leave. The device token beside it lasts longer and opens nothing.

use crate::error::{CliError, Exit};
use crate::files;
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Reads the session for a data folder, if somebody has logged in to it.
pub(crate) fn read(data: &Path) -> Option<Zeroizing<String>> {
    read_file(&runtime_dir()?, "session", data)
}

/// Reads what this client is known by at a login.
pub(crate) fn read_device(data: &Path) -> Option<Zeroizing<String>> {
    read_file(&state_dir()?, "device", data)
}

/// Keeps a session.
pub(crate) fn write(data: &Path, session: &str) -> Result<(), CliError> {
    let dir = runtime_dir().ok_or_else(|| {
        let text = "there is no place for the session: set XDG_RUNTIME_DIR or HOME";
        CliError::new(Exit::Usage, "no-runtime-dir", text)
    })?;
    write_file(&dir, "session", data, session)
}

/// Keeps what this client is known by; where there is no place for it, the next login is a stranger's.
pub(crate) fn write_device(data: &Path, device: &str) -> Result<(), CliError> {
    match state_dir() {
        None => Ok(()),
        Some(dir) => write_file(&dir, "device", data, device),
    }
}

/// Forgets the session.
pub(crate) fn remove(data: &Path) -> Result<(), CliError> {
    let Some(path) = runtime_dir().map(|dir| file(&dir, "session", data)) else {
        return Ok(());
    };
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(CliError::file(format!(
            "cannot remove {}",
            path.display()
        ))(error)),
        _ => Ok(()),
    }
}

fn read_file(dir: &Path, kind: &str, data: &Path) -> Option<Zeroizing<String>> {
    let text = fs::read_to_string(file(dir, kind, data)).ok()?;
    Some(Zeroizing::new(text.trim_end().to_owned()))
}

fn write_file(dir: &Path, kind: &str, data: &Path, text: &str) -> Result<(), CliError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(CliError::file(format!("cannot make {}", dir.display())))?;
    let path = file(dir, kind, data);
    // An earlier one is worth nothing any more.
    drop(fs::remove_file(&path));
    files::write_private(&path, text)
}

/// One file for each data folder: its name says nothing of where that is.
fn file(dir: &Path, kind: &str, data: &Path) -> PathBuf {
    let data = data.canonicalize().unwrap_or_else(|_| data.to_owned());
    let hash = Sha256::digest(data.as_os_str().as_encoded_bytes());
    let name: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    dir.join(format!("{kind}-{name}"))
}

fn runtime_dir() -> Option<PathBuf> {
    directory("XDG_RUNTIME_DIR").or_else(state_dir)
}

fn state_dir() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state/lethe"));
    directory("XDG_STATE_HOME").or_else(home)
}

fn directory(variable: &str) -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os(variable)?);
    path.is_absolute().then(|| path.join("lethe"))
}
