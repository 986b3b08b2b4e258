//! A turn: while a vault has it, nobody else appends.

use crate::Refusal;
use crate::log::{Groups, LogError, LoggedAct, SegmentHeader, open_acts, open_segment_key};
use lethe_crypto::SecretKey;
use lethe_store::Tx;
use lethe_store::journal::chunks::{self, Chunk};
use lethe_store::journal::origins::LEDGER;
use std::collections::HashMap;

/// Chunks that are read at once.
const PAGE: i64 = 256;

/// The turn of this vault.
pub(crate) struct Turn<'j, 't> {
    pub(super) tx: &'j Tx<'t>,
    pub(super) number: i64,
    pub(super) origin: &'j str,
    pub(super) vault: &'j str,
    pub(super) lease: i64,
    pub(super) seen: &'j mut i64,
    pub(super) segment_keys: &'j mut HashMap<(String, i64), SecretKey>,
    /// Whether everything up to this turn was read.
    pub(super) has_read: bool,
}

impl Turn<'_, '_> {
    /// Returns the turn's number.
    pub(crate) fn number(&self) -> i64 {
        self.number
    }

    /// Calls `visit` with every act that was logged since the last turn that was read: those of other
    /// vaults, and with `own` those of this vault's log too.
    ///
    /// `body_key` yields the key that wraps the segment keys of a log.
    pub(crate) fn news(
        &mut self,
        own: bool,
        body_key: impl Fn(&str) -> Result<SecretKey, Refusal>,
        mut visit: impl FnMut(&str, LoggedAct),
    ) -> Result<(), Refusal> {
        loop {
            let page = chunks::since(self.tx, *self.seen, PAGE).map_err(super::unreachable)?;
            let is_last = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
            // A turn may hold more chunks than one: a page must not end within it.
            let end = page.last().map(|chunk| chunk.turn);
            let whole = |chunk: &&Chunk| is_last || Some(chunk.turn) != end;
            for chunk in page.iter().filter(whole) {
                let is_log = chunk.origin != LEDGER;
                if is_log && (own || chunk.origin != self.origin) {
                    for act in self.open(chunk, &body_key)? {
                        visit(&chunk.origin, act);
                    }
                }
                *self.seen = chunk.turn;
            }
            if is_last {
                self.has_read = true;
                return Ok(());
            }
        }
    }

    /// Appends to this vault's log.
    ///
    /// # Errors
    ///
    /// [`LogError::Replaced`] when another vault writes it now.
    pub(crate) fn append(&self, chunk: &Chunk) -> Result<(), Refusal> {
        let appended = chunks::append(self.tx, chunk, self.vault, self.lease);
        match appended.map_err(super::unreachable)? {
            true => Ok(()),
            false => Err(LogError::Replaced.into()),
        }
    }

    /// Appends to what all vaults write.
    pub(crate) fn append_shared(&self, chunk: &Chunk) -> Result<(), Refusal> {
        chunks::append_shared(self.tx, chunk).map_err(super::unreachable)
    }

    /// Returns the chunks of a segment from byte `at` on.
    pub(crate) fn of_segment(
        &self,
        origin: &str,
        segment: i64,
        mut at: i64,
    ) -> Result<Vec<Chunk>, Refusal> {
        let mut all = Vec::new();
        loop {
            let page = chunks::of_segment(self.tx, origin, segment, at, PAGE)
                .map_err(super::unreachable)?;
            let Some(last) = page.last() else {
                return Ok(all);
            };
            at = last.at + 1;
            all.extend(page);
        }
    }

    fn open(
        &mut self,
        chunk: &Chunk,
        body_key: impl Fn(&str) -> Result<SecretKey, Refusal>,
    ) -> Result<Vec<LoggedAct>, Refusal> {
        let damaged = |problem| LogError::Segment {
            segment: format!("{}/{}", chunk.origin, chunk.segment),
            problem,
        };
        let header = |bytes: &[u8]| SegmentHeader::parse(bytes).map_err(damaged);
        let mut start = 0;
        let place = (chunk.origin.clone(), chunk.segment);
        if chunk.at == 0 || !self.segment_keys.contains_key(&place) {
            let first;
            let bytes = if chunk.at == 0 {
                &chunk.bytes
            } else {
                first = chunks::of_segment(self.tx, &chunk.origin, chunk.segment, 0, 1)
                    .map_err(super::unreachable)?;
                first.first().map_or(&chunk.bytes, |chunk| &chunk.bytes)
            };
            let (header, end) = header(bytes)?;
            if chunk.at == 0 {
                start = end;
            }
            let key = open_segment_key(&body_key(&chunk.origin)?, &header)
                .map_err(|_| damaged(crate::log::SegmentError::Header))?;
            self.segment_keys.insert(place.clone(), key);
        }
        let key = &self.segment_keys[&place];
        let mut acts = Vec::new();
        let mut groups = Groups::new(&chunk.bytes, start);
        while let Some(group) = groups.next_group().map_err(damaged)? {
            acts.extend(open_acts(key, &group)?);
        }
        if groups.end() != chunk.bytes.len() {
            let at = u64::try_from(chunk.at).unwrap_or(0) + groups.end() as u64;
            return Err(damaged(crate::log::SegmentError::Group { at }).into());
        }
        Ok(acts)
    }
}
