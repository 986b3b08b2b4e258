//! Copies of logs in the folder: what reads a log reads files, wherever the log is written.

use super::Journal;
use crate::log::{LogError, LogFiles};
use crate::{KeeperError, Refusal};
use lethe_store::Folder;
use lethe_store::journal::chunks;
use lethe_store::journal::origins::{self, LEDGER};
use std::fs::{self, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

impl Journal {
    /// Names the folder of a log's copy.
    pub(crate) fn dir_of(folder: &Folder, origin: &str) -> PathBuf {
        folder.logs_dir().join(suffix(origin))
    }

    /// Brings the copy of a log up to what the journal holds, and removes what it does not hold.
    pub(crate) fn mirror(&mut self, folder: &Folder, origin: &str) -> Result<LogFiles, Refusal> {
        let files = LogFiles::new(&Self::dir_of(folder, origin));
        let dir = files.dir().join("segments");
        fs::create_dir_all(&dir).map_err(LogError::Write)?;
        self.database.read(|tx| -> Result<(), Refusal> {
            let held = chunks::segments(tx, origin).map_err(super::unreachable)?;
            for copy in files.segments().map_err(LogError::Read)? {
                let first = i64::try_from(copy.first).unwrap_or(i64::MAX);
                if !held.contains(&first) {
                    fs::remove_file(&copy.path).map_err(LogError::Write)?;
                }
            }
            for segment in held {
                let path = files.segment_path(u64::try_from(segment).unwrap_or(0));
                let ask = |at: i64| {
                    chunks::of_segment(tx, origin, segment, at, 64).map_err(super::unreachable)
                };
                copy(&path, ask)?;
            }
            Ok(())
        })?;
        Ok(files)
    }

    /// Brings the copy of this vault's log up, and lets `log` lead to it.
    pub(crate) fn mirror_own(&mut self, folder: &Folder) -> Result<PathBuf, KeeperError> {
        let origin = self.origin.clone();
        let files = self.mirror(folder, &origin).map_err(KeeperError::Refused)?;
        let dir = files.dir().to_owned();
        let link = folder.log_dir();
        let point = || {
            if fs::read_link(&link).is_ok() {
                fs::remove_file(&link)?;
            }
            // A folder that had files of its own before keeps them.
            if fs::read_dir(&link).is_ok_and(|mut files| files.next().is_none()) {
                fs::remove_dir(&link)?;
            }
            std::os::unix::fs::symlink(Path::new("logs").join(suffix(&origin)), &link)
        };
        point().map_err(LogError::Write)?;
        Ok(dir)
    }

    /// Lists the logs of other vaults.
    pub(crate) fn others(&mut self) -> Result<Vec<String>, Refusal> {
        let all = self
            .database
            .read(origins::list)
            .map_err(super::unreachable)?;
        let names = all.into_iter().map(|origin| origin.name);
        Ok(names
            .filter(|name| *name != self.origin && name != LEDGER)
            .collect())
    }
}

/// Makes a file hold what the chunks of a segment hold; `ask` returns some from a byte on.
fn copy(
    path: &Path,
    ask: impl Fn(i64) -> Result<Vec<chunks::Chunk>, Refusal>,
) -> Result<(), Refusal> {
    let open = || {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
    };
    let mut file = open().map_err(LogError::Write)?;
    let mut at = file.metadata().map_err(LogError::Read)?.len();
    let found = |at: u64| ask(i64::try_from(at).unwrap_or(i64::MAX));
    // A copy that ends within a chunk was torn: it is written anew.
    if at > 0 && !ends_at_a_chunk(at, &ask)? {
        at = 0;
    }
    let seek = |file: &mut fs::File, at: u64| -> io::Result<()> {
        file.set_len(at)?;
        file.seek(SeekFrom::Start(at)).map(drop)
    };
    seek(&mut file, at).map_err(LogError::Write)?;
    loop {
        let page = found(at)?;
        if page.is_empty() {
            return Ok(());
        }
        for chunk in page {
            if u64::try_from(chunk.at) != Ok(at) {
                return Err(LogError::Hole {
                    origin: chunk.origin,
                    at,
                }
                .into());
            }
            file.write_all(&chunk.bytes).map_err(LogError::Write)?;
            at += chunk.bytes.len() as u64;
        }
    }
}

fn ends_at_a_chunk(
    at: u64,
    ask: &impl Fn(i64) -> Result<Vec<chunks::Chunk>, Refusal>,
) -> Result<bool, Refusal> {
    let next = ask(i64::try_from(at).unwrap_or(i64::MAX))?;
    if let Some(next) = next.first() {
        return Ok(u64::try_from(next.at) == Ok(at));
    }
    // Nothing follows: it is whole if the last chunk ends there.
    let mut end = 0;
    loop {
        let page = ask(i64::try_from(end).unwrap_or(i64::MAX))?;
        let Some(last) = page.last() else {
            return Ok(end == at);
        };
        end = u64::try_from(last.at).unwrap_or(0) + last.bytes.len() as u64;
    }
}

fn suffix(origin: &str) -> &str {
    origin.rsplit('/').next().unwrap_or("log")
}
