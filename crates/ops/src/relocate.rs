//! From files to servers: a closed installation moves, and is compared row by row before it counts.

use crate::{Error, Installation};
use lethe_keeper::Keeper;
use lethe_store::{Folder, Kind, Servers, TransferProgress, is_unused, transfer};
use std::fs;

/// How far a move has come.
#[derive(Debug, Clone, Copy)]
pub enum MoveStep {
    /// Rows of a database.
    Rows(Kind, TransferProgress),
    /// Bytes of the log that were done since the step before.
    Log(u64),
}

/// What was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moved {
    /// Rows of all databases, each compared.
    pub rows: u64,
}

/// The databases that are files, in the order they are moved.
const FILES: [Kind; 3] = [Kind::Keyring, Kind::Active, Kind::Archive];

impl Installation {
    /// Copies databases, log and ledger to servers, compares them, and only then notes in the folder
    /// that they are there. Until then nothing has changed: a move that was cut off goes on when it is
    /// made again. The files stay in `before-move`.
    ///
    /// # Errors
    ///
    /// When the servers hold another installation, a row differs, or what files and servers say.
    pub fn move_to(
        self,
        servers: &Servers,
        progress: &mut dyn FnMut(MoveStep),
    ) -> Result<Moved, Error> {
        let folder = self.folder();
        if folder.is_shared() {
            return Err(Error::invalid(
                "folder",
                "has its databases on a server already",
            ));
        }
        if folder.restoring().exists() {
            return Err(Error::Restoring);
        }
        // Where a vault has taken a turn, rows and log are no copy any more.
        if !is_unused(servers.of(Kind::Journal))? {
            return Err(Error::invalid(
                "store-url",
                "names databases that a vault uses already: name empty ones",
            ));
        }
        let mut moved = Moved::default();
        for kind in FILES {
            let (from, to) = (file(folder, kind), servers.of(kind));
            let mut tell = |rows| progress(MoveStep::Rows(kind, rows));
            moved.rows += transfer(&from, to, kind, &mut tell)?;
        }
        let mut tell = |bytes| progress(MoveStep::Log(bytes));
        Keeper::copy_log_to(folder, servers.of(Kind::Journal), &mut tell)?;
        let failed = || Error::file("cannot note in the folder where the databases are");
        // From here on the databases are there: whoever opens the folder reads this file.
        servers.write(folder.path()).map_err(failed())?;
        let aside = folder.path().join("before-move");
        let set_aside = || {
            fs::create_dir_all(&aside)?;
            for dir in [
                folder.active_dir(),
                folder.keyring_dir(),
                folder.archive_dir(),
            ] {
                let name = dir.file_name().unwrap_or_default().to_owned();
                fs::rename(&dir, aside.join(name))?;
            }
            Ok(())
        };
        set_aside().map_err(failed())?;
        Ok(moved)
    }
}

fn file(folder: &Folder, kind: Kind) -> std::path::PathBuf {
    match kind {
        Kind::Active => folder.active(),
        Kind::Archive => folder.archive(),
        Kind::Keyring | Kind::Journal => folder.keyring(),
    }
}
