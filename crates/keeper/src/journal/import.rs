//! From files to the journal: the log and the ledger of a vault that was alone so far.

use crate::log::{Groups, LogError, LogFiles, SegmentHeader};
use crate::{Keeper, Refusal};
use lethe_store::journal::chunks::{self, Chunk};
use lethe_store::journal::origins::LEDGER;
use lethe_store::journal::turns;
use lethe_store::{Database, Folder, Kind, ServerUrl, Speed};
use std::fs;
use std::io;

/// A chunk is closed when it has grown beyond this: 1 MiB.
const CHUNK_BYTES: usize = 1 << 20;

impl Keeper {
    /// Copies the log and the ledger of a folder into the journal on a server. The folder must be
    /// closed. Harmless to repeat: what has arrived is not sent again. `progress` is told bytes.
    ///
    /// # Errors
    ///
    /// When a segment is damaged or was not closed, or what file system and server say.
    pub fn copy_log_to(
        folder: &Folder,
        to: &ServerUrl,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), Refusal> {
        let mut journal = Database::open(to, Kind::Journal, Speed::Serving)?;
        for segment in LogFiles::new(&folder.log_dir())
            .segments()
            .map_err(LogError::Read)?
        {
            let bytes = fs::read(&segment.path).map_err(LogError::Read)?;
            let damaged = |problem| LogError::Segment {
                segment: segment.path.display().to_string(),
                problem,
            };
            let (header, start) = SegmentHeader::parse(&bytes).map_err(damaged)?;
            let mut ends = Vec::new();
            let mut groups = Groups::new(&bytes, start);
            while let Some(group) = groups.next_group().map_err(damaged)? {
                ends.push(group.end);
            }
            if groups.end() != bytes.len() {
                let at = groups.end() as u64;
                return Err(damaged(crate::log::SegmentError::Group { at }).into());
            }
            let first = i64::try_from(segment.first).unwrap_or(i64::MAX);
            copy(&mut journal, &header.origin, first, &bytes, &ends, progress)?;
        }
        let ledger = match fs::read(folder.ledger()) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(LogError::Read(error).into()),
        };
        let lines = line_ends(&ledger);
        copy(&mut journal, LEDGER, 0, &ledger, &lines, progress)
    }
}

/// Sends what a segment of the journal lacks, cut at `ends`, each at the end of a group or line.
fn copy(
    journal: &mut Database,
    origin: &str,
    segment: i64,
    bytes: &[u8],
    ends: &[usize],
    progress: &mut dyn FnMut(u64),
) -> Result<(), Refusal> {
    let mut begin = 0;
    loop {
        let page = journal.read(|tx| chunks::of_segment(tx, origin, segment, offset(begin), 64))?;
        let Some(last) = page.last() else { break };
        begin = usize::try_from(last.at).unwrap_or(usize::MAX) + last.bytes.len();
    }
    progress(begin as u64);
    let arrived = begin;
    let mut ends = ends.iter().copied().filter(|end| *end > arrived).peekable();
    while let Some(end) = ends.next() {
        if end - begin < CHUNK_BYTES && ends.peek().is_some() {
            continue;
        }
        journal.write_in_turn(|tx| {
            let chunk = Chunk {
                origin: origin.to_owned(),
                segment,
                at: offset(begin),
                turn: turns::take(tx)?,
                bytes: bytes[begin..end].to_vec(),
            };
            chunks::append_shared(tx, &chunk)
        })?;
        progress((end - begin) as u64);
        begin = end;
    }
    Ok(())
}

fn offset(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

/// Returns where each line ends.
fn line_ends(bytes: &[u8]) -> Vec<usize> {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    ends.map(|(at, _)| at + 1).collect()
}
