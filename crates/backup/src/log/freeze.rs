//! The log at one moment, while it is being written.

use super::segment::{Segment, index_of};
use crate::digest::fill;
use crate::header::LogNote;
use crate::{BackupError, EntryName};
use lethe_tlog::{Checkpoint, Note};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A checkpoint and the segments that reach it.
pub(crate) struct FrozenLog {
    pub(crate) note: LogNote,
    /// By the index of the first entry: where it lies, and how many bytes of it belong to the
    /// moment.
    pub(crate) segments: BTreeMap<u64, (PathBuf, u64)>,
}

/// Reads the checkpoint and measures the segments.
///
/// `known` says how long a segment was in the base: one that still has this length is not read.
pub(crate) fn freeze(
    log: &Path,
    known: impl Fn(EntryName) -> Option<u64>,
) -> Result<FrozenLog, BackupError> {
    let what = || BackupError::file(format!("cannot read {}", log.display()));
    let (note, paths) = moment(log).map_err(what())?;
    let (size, checkpoint) = note;
    let mut segments = BTreeMap::new();
    let last = paths.keys().next_back().copied();
    let mut entries = 0;
    for (first, path) in paths {
        let is_last = Some(first) == last;
        let length = fs::metadata(&path).map_err(what())?.len();
        if !is_last && known(EntryName::Segment(first)) == Some(length) {
            segments.insert(first, (path, length));
            continue;
        }
        let damaged = |at: u64| {
            let name = path.file_name().unwrap_or_default().display();
            BackupError::Log(format!("segment {name} is damaged at byte {at}"))
        };
        let mut segment = Segment::open(&path)
            .map_err(what())?
            .ok_or_else(|| damaged(0))?;
        entries = first;
        while let Some(group) = segment.next_group().map_err(what())? {
            entries = group.last().map_or(entries, |last| index_of(last) + 1);
        }
        // The last one may end in a group that is being written, or that a crash tore.
        if !is_last && !segment.is_whole() {
            return Err(damaged(segment.end()));
        }
        let end = segment.end();
        segments.insert(first, (path, end));
    }
    if entries < size {
        return Err(BackupError::Log(format!(
            "its segments end at entry {entries}, its checkpoint signed {size}"
        )));
    }
    Ok(FrozenLog {
        note: LogNote { size, checkpoint },
        segments,
    })
}

/// Reads the checkpoint and lists the segments so that they fit together: a checkpoint is never
/// older than the beginning of the last segment, and its entries lie in the segments listed.
fn moment(log: &Path) -> io::Result<((u64, String), BTreeMap<u64, PathBuf>)> {
    loop {
        let before = list(log)?;
        let checkpoint = read_checkpoint(log)?;
        // A segment that began meanwhile may hold what the checkpoint signs: look again.
        if before == list(log)? {
            return Ok((checkpoint, before));
        }
    }
}

fn list(log: &Path) -> io::Result<BTreeMap<u64, PathBuf>> {
    let mut segments = BTreeMap::new();
    for file in fs::read_dir(log.join("segments"))? {
        let path = file?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.and_then(|name| EntryName::parse(&format!("log/segments/{name}")));
        if let Some(EntryName::Segment(first)) = name {
            segments.insert(first, path);
        }
    }
    Ok(segments)
}

/// Reads the published checkpoint: its size and all of it. A log that has none yet has size 0.
pub(crate) fn read_checkpoint(log: &Path) -> io::Result<(u64, String)> {
    let text = match fs::read_to_string(log.join("tree/checkpoint")) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((0, String::new())),
        Err(error) => return Err(error),
    };
    let note = Note::parse(text.as_bytes()).ok();
    let checkpoint = note.and_then(|note| note.text().parse::<Checkpoint>().ok());
    let Some(checkpoint) = checkpoint else {
        let problem = "the log's checkpoint is damaged";
        return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
    };
    Ok((checkpoint.size(), text))
}

/// Measures a text file up to the end of its last whole line.
pub(crate) fn whole_lines(path: &Path) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let (mut at, mut end) = (0, 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = fill(&mut file, &mut buffer)?;
        if count == 0 {
            return Ok(end);
        }
        if let Some(line) = buffer[..count].iter().rposition(|byte| *byte == b'\n') {
            end = at + line as u64 + 1;
        }
        at += count as u64;
    }
}
