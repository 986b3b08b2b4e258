//! A Unix socket that only its owner can reach, from the first moment on.

use super::BindError;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use tokio::net::UnixListener;

/// The socket's file, removed when it is dropped.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    inode: u64,
}

impl SocketFile {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Another process may have put its own socket there since.
        if fs::symlink_metadata(&self.path).is_ok_and(|file| file.ino() == self.inode) {
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Binds a socket of mode 0600 and replaces one that a dead process left.
pub(super) fn bind(path: &Path) -> Result<(UnixListener, SocketFile), BindError> {
    make_way(path)?;
    bind_private(path).map_err(|source| BindError::Unix {
        path: path.to_owned(),
        source,
    })
}

/// Binds in a private folder and moves the socket out once its mode is right: between `bind` and
/// `chmod` anybody could connect otherwise.
fn bind_private(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    let mut folder = path.as_os_str().to_owned();
    folder.push(".new");
    let folder = PathBuf::from(folder);
    // What is there was left by a crash between these lines.
    drop(fs::remove_dir_all(&folder));
    DirBuilder::new().mode(0o700).create(&folder)?;
    let bound = || {
        let aside = folder.join("s");
        let listener = UnixListener::bind(&aside)?;
        fs::set_permissions(&aside, Permissions::from_mode(0o600))?;
        fs::rename(&aside, path)?;
        let inode = fs::symlink_metadata(path)?.ino();
        let path = path.to_owned();
        Ok((listener, SocketFile { path, inode }))
    };
    let result = bound();
    drop(fs::remove_dir_all(&folder));
    result
}

fn make_way(path: &Path) -> Result<(), BindError> {
    let Ok(file) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !file.file_type().is_socket() {
        return Err(BindError::NotASocket(path.to_owned()));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        _ => Err(BindError::InUse(path.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_socket_is_private_and_goes_with_its_server() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.sock");
        let (listener, file) = bind(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(UnixStream::connect(&path).is_ok());
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
        drop((listener, file));
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_socket_left_by_a_dead_process_is_replaced_and_a_living_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let (_listener, _file) = bind(&path).unwrap();
        assert!(matches!(bind(&path), Err(BindError::InUse(_))));
        assert!(path.exists());
    }

    #[tokio::test]
    async fn a_file_is_never_replaced_by_a_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("precious");
        fs::write(&path, "data").unwrap();
        assert!(matches!(bind(&path), Err(BindError::NotASocket(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "data");
    }
}
