//! A segment's framing, as far as it is in clear: header, groups, entries. `docs/log-format.md`
//! describes the bytes.

use crate::digest::fill;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

pub(super) const ENTRY_LEN: usize = 49;
const ENTRY_VERSION: u8 = 1;
const MAGIC: &[u8; 8] = b"LETHELG1";
const WRAPPED_KEY_LEN: usize = 60;
/// Eight levels of tiles and a bundle, generously.
const HEADER_BYTES_MAX: usize = 128 << 10;
const GROUP_HEAD_LEN: usize = 12;
/// A group holds at most one batch of orders: a few MiB.
const GROUP_BYTES_MAX: u64 = 256 << 20;

/// The entries of a segment, group by group.
pub(super) struct Segment {
    input: BufReader<File>,
    length: u64,
    /// Where the last whole group ended.
    end: u64,
    payload: Vec<u8>,
}

impl Segment {
    /// Opens a segment; `None` when its header is not whole.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut input = BufReader::with_capacity(1 << 17, file);
        let Some(end) = skip_header(&mut input)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            input,
            length,
            end,
            payload: Vec::new(),
        }))
    }

    /// Says where the last whole group ended.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Says whether whole groups reach to the end of the file as it was when it was opened.
    pub(super) fn is_whole(&self) -> bool {
        self.end >= self.length
    }

    /// Reads the next group's entries; `None` where no whole group follows.
    pub(super) fn next_group(&mut self) -> io::Result<Option<Vec<[u8; ENTRY_LEN]>>> {
        let mut head = [0; GROUP_HEAD_LEN];
        if fill(&mut self.input, &mut head)? < GROUP_HEAD_LEN {
            return Ok(None);
        }
        let number =
            |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let (len, count, check) = (u64::from(number(0)), number(4), number(8));
        if len == 0 || len > GROUP_BYTES_MAX {
            return Ok(None);
        }
        self.payload.clear();
        // Grown by what is there, not by what is claimed.
        let found = (&mut self.input).take(len).read_to_end(&mut self.payload)?;
        if found as u64 != len || crc32fast::hash(&self.payload) != check {
            return Ok(None);
        }
        let Some(entries) = entries(&self.payload, count) else {
            return Ok(None);
        };
        self.end += GROUP_HEAD_LEN as u64 + len;
        Ok(Some(entries))
    }
}

/// Returns the place that an entry states.
pub(super) fn index_of(entry: &[u8; ENTRY_LEN]) -> u64 {
    let mut index = [0; 8];
    index.copy_from_slice(&entry[9..17]);
    u64::from_be_bytes(index)
}

fn entries(mut payload: &[u8], count: u32) -> Option<Vec<[u8; ENTRY_LEN]>> {
    let mut entries = Vec::new();
    for _ in 0..count {
        let (entry, rest) = payload.split_first_chunk::<ENTRY_LEN>()?;
        let (body_len, rest) = rest.split_first_chunk::<4>()?;
        let body_len = u32::from_be_bytes(*body_len) as usize;
        if entry[0] != ENTRY_VERSION {
            return None;
        }
        entries.push(*entry);
        payload = rest.get(body_len..)?;
    }
    payload.is_empty().then_some(entries)
}

/// Reads over the header and returns its length; `None` when it is not whole.
fn skip_header(input: &mut impl Read) -> io::Result<Option<u64>> {
    let mut header = Header {
        input,
        bytes: Vec::new(),
    };
    let is_whole = header.read()?;
    Ok(is_whole.then_some(header.bytes.len() as u64))
}

struct Header<'r, R> {
    input: &'r mut R,
    bytes: Vec<u8>,
}

impl<R: Read> Header<'_, R> {
    fn read(&mut self) -> io::Result<bool> {
        if !self.take(MAGIC.len())? || self.bytes != MAGIC {
            return Ok(false);
        }
        let is_read = self.take_counted(1)?
            && self.take(8 + WRAPPED_KEY_LEN)?
            && self.take_counted(1)?
            && self.take_counted(ENTRY_LEN)?;
        let check = crc32fast::hash(&self.bytes).to_be_bytes();
        Ok(is_read && self.take(4)? && self.bytes.ends_with(&check))
    }

    /// Takes a count and as many things of `size` bytes.
    fn take_counted(&mut self, size: usize) -> io::Result<bool> {
        if !self.take(4)? {
            return Ok(false);
        }
        let count = self
            .bytes
            .last_chunk::<4>()
            .map_or(0, |count| u32::from_be_bytes(*count));
        self.take((count as usize).saturating_mul(size))
    }

    fn take(&mut self, len: usize) -> io::Result<bool> {
        let start = self.bytes.len();
        if len > HEADER_BYTES_MAX - start {
            return Ok(false);
        }
        self.bytes.resize(start + len, 0);
        Ok(fill(self.input, &mut self.bytes[start..])? == len)
    }
}
