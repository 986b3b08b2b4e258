//! Secrets: in files of their own, which only their owner can read.

use crate::AlertError;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use zeroize::Zeroizing;

/// No secret is longer, in bytes.
const BYTES_MAX: u64 = 4096;

/// Reads a secret: the first line of a file.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<String>, AlertError> {
    let unreadable = |source| AlertError::File {
        path: path.to_owned(),
        source,
    };
    let bad = |reason| AlertError::Secret {
        path: path.to_owned(),
        reason,
    };
    let file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(bad("others can read it: run `chmod 600` on it"));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        return Err(bad("it is empty: its first line must be the secret"));
    }
    Ok(Zeroizing::new(line.to_owned()))
}
