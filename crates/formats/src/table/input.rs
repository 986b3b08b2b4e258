//! What the CSV reader reads from: a look ahead at the header, and a bound for one row.

use std::io::{self, Read};

use super::lines::Lines;
use crate::text::Decoder;

/// A row larger than this is refused: an unclosed quotation mark would else take in all the rest.
pub(super) const ROW_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// The header is looked at this far to find its delimiter.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Counts what the CSV reader takes for one row, and stops it when that is too much.
pub(super) struct Metered<R> {
    head: Vec<u8>,
    head_at: usize,
    delimiter: u8,
    lines_skipped: u64,
    input: Lines<Decoder<R>>,
    allowance: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("row too long")]
struct RowTooLong;

impl<R: Read> Metered<R> {
    /// Reads the first line ahead to guess the delimiter, and takes off a line like `sep=;`, with
    /// which a file tells a spreadsheet its delimiter.
    pub(super) fn new(input: Decoder<R>) -> io::Result<Self> {
        let mut input = Lines::new(input);
        let mut head = Vec::new();
        let mut chunk = [0; 4096];
        while head.len() < HEAD_BYTES_MAX && !head.contains(&b'\n') {
            match input.read(&mut chunk)? {
                0 => break,
                n => head.extend_from_slice(&chunk[..n]),
            }
        }
        let (mut delimiter, mut lines_skipped) = (guess_delimiter(&head), 0);
        if let [s, e, p, b'=', named, b'\n', ..] = head[..]
            && [s, e, p].eq_ignore_ascii_case(b"sep")
            && b",;\t|".contains(&named)
        {
            delimiter = named;
            lines_skipped = 1;
            head.drain(..6);
        }
        Ok(Self {
            head,
            head_at: 0,
            delimiter,
            lines_skipped,
            input,
            allowance: 0,
        })
    }

    pub(super) fn allow_one_row(&mut self) {
        self.allowance = ROW_BYTES_MAX;
    }
}

impl<R> Metered<R> {
    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Returns how many lines stand before the header.
    pub(super) fn lines_skipped(&self) -> u64 {
        self.lines_skipped
    }

    pub(super) fn decoder(&self) -> &Decoder<R> {
        self.input.input()
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.allowance == 0 {
            return Err(io::Error::other(RowTooLong));
        }
        let n = if self.head_at < self.head.len() {
            let n = (&self.head[self.head_at..]).read(out)?;
            self.head_at += n;
            n
        } else {
            self.input.read(out)?
        };
        self.allowance = self.allowance.saturating_sub(n as u64);
        Ok(n)
    }
}

/// Returns the error of the input, or `None` when it was our own bound.
pub(super) fn into_io(error: csv::Error) -> Option<io::Error> {
    match error.into_kind() {
        csv::ErrorKind::Io(e) if e.get_ref().is_some_and(|inner| inner.is::<RowTooLong>()) => None,
        csv::ErrorKind::Io(e) => Some(e),
        _ => Some(io::ErrorKind::InvalidData.into()),
    }
}

/// Picks the delimiter that is most frequent in the first line, outside quotation marks.
fn guess_delimiter(head: &[u8]) -> u8 {
    let mut quoted = false;
    // Of equals the last wins, which is the comma: the format's own.
    let mut counts = [(b'\t', 0u32), (b';', 0), (b',', 0)];
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            other => {
                if let Some((_, count)) = counts.iter_mut().find(|(d, _)| d == other) {
                    *count += 1;
                }
            }
        }
    }
    counts
        .iter()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(delimiter, _)| *delimiter)
}
