//! Reading the log's bodies back: for quotas after a restart, for `log show`, for a whole check.

use super::sealing::{open_body, open_segment_key};
use super::{
    Body, Entry, Group, Groups, LogError, LogFiles, PublicPart, SealedEntry, SegmentError,
    SegmentHeader,
};
use lethe_crypto::SecretKey;
use std::fs;
use std::io::Read;

/// Eight levels of tiles and a bundle, generously.
const HEADER_BYTES_MAX: u64 = 128 << 10;

/// An entry with its opened body.
#[derive(Debug, Clone)]
pub struct LoggedAct {
    /// The entry.
    pub entry: Entry,
    /// The body.
    pub body: Body,
    /// Its public part, parsed.
    pub public: PublicPart,
}

/// Reads bodies of a log.
pub struct History {
    files: LogFiles,
    body_key: SecretKey,
}

impl History {
    /// Reads the log in `files` with the key that wraps its segments' keys.
    pub fn new(files: LogFiles, body_key: SecretKey) -> Self {
        Self { files, body_key }
    }

    /// Calls `visit` with every act from index `from` on, oldest first, until it returns `false`.
    ///
    /// Every body is checked against its entry.
    ///
    /// # Errors
    ///
    /// [`LogError`] when a segment or body is damaged, or what `visit` is not responsible for.
    pub fn each_from(
        &self,
        from: u64,
        mut visit: impl FnMut(LoggedAct) -> bool,
    ) -> Result<(), LogError> {
        let segments = self.files.segments().map_err(LogError::Read)?;
        let skipped = segments
            .iter()
            .rposition(|segment| segment.first <= from)
            .unwrap_or(0);
        for segment in &segments[skipped..] {
            let name = segment
                .path
                .file_name()
                .unwrap_or_default()
                .display()
                .to_string();
            let damaged = |problem| LogError::Segment {
                segment: name.clone(),
                problem,
            };
            let bytes = fs::read(&segment.path).map_err(LogError::Read)?;
            let (header, start) = SegmentHeader::parse(&bytes).map_err(damaged)?;
            let key = open_segment_key(&self.body_key, &header)
                .map_err(|_| damaged(SegmentError::Header))?;
            let mut groups = Groups::new(&bytes, start);
            while let Some(group) = groups.next_group().map_err(damaged)? {
                for sealed in &group.entries {
                    if sealed.entry.index >= from && !visit(open_act(&key, sealed)?) {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Calls `visit` with every act at or after an instant, oldest first.
    ///
    /// Whole segments that ended before are not read.
    pub fn each_since(
        &self,
        since_ms: u64,
        mut visit: impl FnMut(&LoggedAct),
    ) -> Result<(), LogError> {
        let segments = self.files.segments().map_err(LogError::Read)?;
        let mut from = 0;
        for segment in &segments {
            let name = segment
                .path
                .file_name()
                .unwrap_or_default()
                .display()
                .to_string();
            let mut head = Vec::new();
            let file = fs::File::open(&segment.path).map_err(LogError::Read)?;
            file.take(HEADER_BYTES_MAX)
                .read_to_end(&mut head)
                .map_err(LogError::Read)?;
            let (header, _) = SegmentHeader::parse(&head).map_err(|problem| LogError::Segment {
                segment: name,
                problem,
            })?;
            // The segment before this one ended before the instant: nothing earlier matters.
            if header.last_ms < since_ms {
                from = segment.first;
            }
        }
        self.each_from(from, |act| {
            if act.entry.at_ms >= since_ms {
                visit(&act);
            }
            true
        })
    }
}

/// Opens the bodies of a group, each checked against its entry.
pub(crate) fn open_acts(key: &SecretKey, group: &Group) -> Result<Vec<LoggedAct>, LogError> {
    let sealed = group.entries.iter();
    sealed.map(|sealed| open_act(key, sealed)).collect()
}

fn open_act(key: &SecretKey, sealed: &SealedEntry) -> Result<LoggedAct, LogError> {
    let body = open_body(key, sealed)?;
    let index = sealed.entry.index;
    let public = body.public().map_err(|_| LogError::Body { index })?;
    Ok(LoggedAct {
        entry: sealed.entry,
        body,
        public,
    })
}
