//! Copying a data folder as a thief would: every byte that lies there, write-ahead logs included.

use crate::DrillError;
use std::fs;
use std::path::Path;

/// Files that mean something to a running process only.
const NOT_DATA: [&str; 2] = ["lock", "lethe.sock"];

/// Copies a data folder with everything in it but lock and socket.
///
/// The databases must be at rest, or their files will not fit together.
///
/// # Errors
///
/// What the file system says; what was copied so far stays.
pub fn copy_folder(from: &Path, to: &Path) -> Result<(), DrillError> {
    fs::create_dir_all(to).map_err(DrillError::file(to))?;
    for entry in fs::read_dir(from).map_err(DrillError::file(from))? {
        let entry = entry.map_err(DrillError::file(from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(DrillError::file(&source))?;
        if kind.is_dir() {
            copy_folder(&source, &target)?;
        } else if kind.is_file() && !NOT_DATA.iter().any(|name| entry.file_name() == *name) {
            fs::copy(&source, &target).map_err(DrillError::file(&source))?;
        }
    }
    Ok(())
}
