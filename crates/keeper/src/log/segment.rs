//! Segments: the append-only files that make an entry durable.
//!
//! A header that allows to go on from here without earlier files, then groups; one group is one
//! write and one flush, however many acts share it. `docs/log-format.md` describes every byte.

use super::entry::{ENTRY_LEN, Entry};
use lethe_crypto::WRAPPED_LEN;
use lethe_tlog::TileStack;

const MAGIC: &[u8; 8] = b"LETHELG1";
const GROUP_HEAD_LEN: usize = 12;

/// The first bytes of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentHeader {
    /// Which log it belongs to.
    pub origin: String,
    /// The tree before its first entry.
    pub stack: TileStack,
    /// The time of the entry before its first, Unix milliseconds.
    pub last_ms: u64,
    /// The entries of the unfinished bundle before its first entry.
    pub bundle: Vec<[u8; ENTRY_LEN]>,
    /// The key of this segment's bodies, wrapped by the log's body key.
    pub wrapped_key: [u8; WRAPPED_LEN],
}

/// An entry with its sealed body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntry {
    /// The entry.
    pub entry: Entry,
    /// The body under the segment's key.
    pub sealed_body: Vec<u8>,
}

/// Bytes that are no segment, or not where one should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// The header is not whole.
    #[error("its header is damaged")]
    Header,
    /// A group is damaged although later ones follow: this is no torn write.
    #[error("a group of entries at byte {at} is damaged")]
    Group {
        /// Where it begins.
        at: u64,
    },
}

impl SegmentHeader {
    /// Writes the header, with its checksum.
    pub fn to_bytes(&self) -> Vec<u8> {
        let stack = self.stack.to_bytes();
        let mut bytes = MAGIC.to_vec();
        push_len(&mut bytes, self.origin.len());
        bytes.extend_from_slice(self.origin.as_bytes());
        bytes.extend_from_slice(&self.last_ms.to_be_bytes());
        bytes.extend_from_slice(&self.wrapped_key);
        push_len(&mut bytes, stack.len());
        bytes.extend_from_slice(&stack);
        push_len(&mut bytes, self.bundle.len());
        bytes.extend(self.bundle.iter().flatten());
        let check = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&check.to_be_bytes());
        bytes
    }

    /// Reads a header and says how long it was.
    pub fn parse(bytes: &[u8]) -> Result<(Self, usize), SegmentError> {
        let mut rest = Cursor { bytes, at: 0 };
        if rest.take(MAGIC.len())? != MAGIC {
            return Err(SegmentError::Header);
        }
        let origin_len = rest.len()?;
        let origin =
            String::from_utf8(rest.take(origin_len)?.to_vec()).map_err(|_| SegmentError::Header)?;
        let last_ms = u64::from_be_bytes(rest.array()?);
        let wrapped_key = rest.array()?;
        let stack_len = rest.len()?;
        let stack =
            TileStack::from_bytes(rest.take(stack_len)?).map_err(|_| SegmentError::Header)?;
        let count = rest.len()?;
        let mut bundle = Vec::new();
        for _ in 0..count {
            bundle.push(rest.array()?);
        }
        let end = rest.at;
        if u32::from_be_bytes(rest.array()?) != crc32fast::hash(&bytes[..end]) {
            return Err(SegmentError::Header);
        }
        Ok((
            Self {
                origin,
                stack,
                last_ms,
                bundle,
                wrapped_key,
            },
            end + 4,
        ))
    }
}

/// Writes one group: length, count, checksum, then every entry with its sealed body.
pub fn encode_group(entries: &[SealedEntry]) -> Vec<u8> {
    let bodies: usize = entries.iter().map(|one| one.sealed_body.len()).sum();
    let mut group = vec![0; GROUP_HEAD_LEN];
    group.reserve(bodies + entries.len() * (ENTRY_LEN + 4));
    for one in entries {
        group.extend_from_slice(&one.entry.to_bytes());
        push_len(&mut group, one.sealed_body.len());
        group.extend_from_slice(&one.sealed_body);
    }
    let len = u32::try_from(group.len() - GROUP_HEAD_LEN).expect("groups are far below 4 GiB");
    let count = u32::try_from(entries.len()).expect("groups are small");
    let check = crc32fast::hash(&group[GROUP_HEAD_LEN..]);
    group[..4].copy_from_slice(&len.to_be_bytes());
    group[4..8].copy_from_slice(&count.to_be_bytes());
    group[8..GROUP_HEAD_LEN].copy_from_slice(&check.to_be_bytes());
    group
}

/// The groups of a segment, one by one.
pub struct Groups<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// Where one group lies and what it holds.
pub struct Group {
    /// Offset of the first byte in the segment.
    pub at: usize,
    /// Offset behind the last byte.
    pub end: usize,
    /// Its entries.
    pub entries: Vec<SealedEntry>,
}

impl<'b> Groups<'b> {
    /// Begins at `at`, the end of the header or of a group.
    pub fn new(bytes: &'b [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Returns the next group; `None` at the end, or where a write was torn by a crash.
    ///
    /// # Errors
    ///
    /// [`SegmentError::Group`] when a damaged group is followed by a whole one: each group is
    /// flushed before the next is written, so a crash tears only the last.
    pub fn next_group(&mut self) -> Result<Option<Group>, SegmentError> {
        match self.parse(self.at) {
            Some(group) => {
                self.at = group.end;
                Ok(Some(group))
            }
            None if self.is_followed_by_a_group() => {
                Err(SegmentError::Group { at: self.at as u64 })
            }
            None => Ok(None),
        }
    }

    /// Says where the last whole group ended.
    pub fn end(&self) -> usize {
        self.at
    }

    fn parse(&self, at: usize) -> Option<Group> {
        let mut rest = Cursor {
            bytes: self.bytes,
            at,
        };
        let len = rest.len().ok()?;
        let count = rest.len().ok()?;
        let check = u32::from_be_bytes(rest.array().ok()?);
        let start = rest.at;
        let payload = rest.take(len).ok()?;
        if len == 0 || crc32fast::hash(payload) != check {
            return None;
        }
        let mut rest = Cursor {
            bytes: &self.bytes[..start + len],
            at: start,
        };
        let mut entries = Vec::new();
        for _ in 0..count {
            let entry = Entry::from_bytes(rest.take(ENTRY_LEN).ok()?)?;
            let body_len = rest.len().ok()?;
            let sealed_body = rest.take(body_len).ok()?.to_vec();
            entries.push(SealedEntry { entry, sealed_body });
        }
        (rest.at == start + len).then_some(Group {
            at,
            end: start + len,
            entries,
        })
    }

    /// Looks behind a damaged group, by its stated length and then byte by byte.
    fn is_followed_by_a_group(&self) -> bool {
        let from = self.at + 1;
        (from..self.bytes.len().saturating_sub(GROUP_HEAD_LEN + ENTRY_LEN))
            .any(|at| self.parse(at).is_some())
    }
}

fn push_len(bytes: &mut Vec<u8>, len: usize) {
    let len = u32::try_from(len).expect("lengths in segments are far below 4 GiB");
    bytes.extend_from_slice(&len.to_be_bytes());
}

struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Cursor<'b> {
    fn take(&mut self, len: usize) -> Result<&'b [u8], SegmentError> {
        let end = self.at.checked_add(len).ok_or(SegmentError::Header)?;
        let taken = self.bytes.get(self.at..end).ok_or(SegmentError::Header)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], SegmentError> {
        self.take(N)?.try_into().map_err(|_| SegmentError::Header)
    }

    fn len(&mut self) -> Result<usize, SegmentError> {
        usize::try_from(u32::from_be_bytes(self.array()?)).map_err(|_| SegmentError::Header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> SegmentHeader {
        SegmentHeader {
            origin: "lethe/test".into(),
            stack: TileStack::new(),
            last_ms: 5,
            bundle: vec![[3; ENTRY_LEN]; 2],
            wrapped_key: [4; WRAPPED_LEN],
        }
    }

    fn group(first: u64) -> Vec<u8> {
        let entries: Vec<SealedEntry> = (first..first + 3)
            .map(|index| SealedEntry {
                entry: Entry {
                    at_ms: 9,
                    index,
                    body_hash: [1; 32],
                },
                sealed_body: vec![8; 20],
            })
            .collect();
        encode_group(&entries)
    }

    #[test]
    fn a_header_is_read_back_and_no_damaged_one_is() {
        let bytes = header().to_bytes();
        assert_eq!(
            SegmentHeader::parse(&bytes).unwrap(),
            (header(), bytes.len())
        );
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(SegmentHeader::parse(&damaged).is_err(), "byte {at}");
            assert!(SegmentHeader::parse(&bytes[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_torn_last_group_ends_the_log_and_damage_before_whole_groups_is_an_error() {
        let mut bytes = group(0);
        let first = bytes.len();
        bytes.extend(group(3));
        for cut in first..bytes.len() {
            let mut groups = Groups::new(&bytes[..cut], 0);
            assert_eq!(groups.next_group().unwrap().unwrap().entries.len(), 3);
            assert!(groups.next_group().unwrap().is_none());
            assert_eq!(groups.end(), first);
        }
        for at in 0..first {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(Groups::new(&damaged, 0).next_group().is_err(), "byte {at}");
        }
    }
}
