//! Input of any size through a window of bounded size.

use crate::found::Found;
use crate::scanner::{AFTER, BEFORE, Scanner};
use std::io::{self, ErrorKind, Read};

impl Scanner {
    /// Finds all keys in what a reader yields; returns how many bytes that was.
    ///
    /// Holds one chunk of the input at a time. A key across the border of two chunks is found, once.
    pub fn scan_reader(
        &self,
        mut reader: impl Read,
        on_found: &mut dyn FnMut(Found),
    ) -> io::Result<u64> {
        let size = BEFORE + AFTER + self.chunk;
        let mut window = Vec::with_capacity(size);
        let mut lines = Lines::default();
        // Where the part begins whose keys were not told yet.
        let mut own = 0;
        loop {
            let is_last = fill(&mut reader, &mut window, size)?;
            let end = if is_last {
                window.len()
            } else {
                window.len() - AFTER
            };
            self.scan_window(&window, own..end, &mut lines, on_found);
            if is_last {
                lines.pass(&window);
                return Ok(lines.offset);
            }
            let gone = end.saturating_sub(BEFORE);
            lines.pass(&window[..gone]);
            window.drain(..gone);
            own = end - gone;
        }
    }
}

/// Fills the window up to `size`; returns whether the input ended.
fn fill(reader: &mut impl Read, window: &mut Vec<u8>, size: usize) -> io::Result<bool> {
    let mut filled = window.len();
    window.resize(size, 0);
    while filled < size {
        match reader.read(&mut window[filled..]) {
            Ok(0) => {
                window.truncate(filled);
                return Ok(true);
            }
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

/// Counts lines up to the beginning of a window, and in it.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// Where the window begins in the input.
    offset: u64,
    /// How many lines ended before the window.
    ended: u64,
    /// Where the line begins in which the window begins.
    line_start: u64,
    /// The same for a place in the window, so that it is read once: bytes seen, lines, line's start.
    seen: (usize, u64, u64),
}

/// Where something lies in the input.
pub(crate) struct Place {
    pub(crate) offset: u64,
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl Lines {
    /// Tells where a place in the window lies in the input. Places are asked for in order.
    pub(crate) fn place(&mut self, window: &[u8], at: usize) -> Place {
        if self.seen.0 == 0 {
            self.seen = (0, self.ended, self.line_start);
        }
        let (seen, mut ended, mut line_start) = self.seen;
        for end in memchr::memchr_iter(b'\n', &window[seen..at]) {
            ended += 1;
            line_start = self.offset + (seen + end + 1) as u64;
        }
        self.seen = (at, ended, line_start);
        let offset = self.offset + at as u64;
        Place {
            offset,
            line: ended + 1,
            column: offset - line_start + 1,
        }
    }

    /// Moves the beginning of the window past these bytes.
    fn pass(&mut self, bytes: &[u8]) {
        for end in memchr::memchr_iter(b'\n', bytes) {
            self.ended += 1;
            self.line_start = self.offset + (end + 1) as u64;
        }
        self.offset += bytes.len() as u64;
        self.seen = (0, self.ended, self.line_start);
    }
}
