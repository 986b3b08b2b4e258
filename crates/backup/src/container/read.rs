//! Reading the content of a backup: whatever does not fit the format is refused, by name.

use super::{
    CHUNK, CHUNK_BYTES_MAX, ENTRIES_MAX, ENTRY, ENTRY_END, HEADER_BYTES_MAX, MAGIC, NAME_BYTES_MAX,
    TRAILER,
};
use crate::digest::Sha256Hash;
use crate::header::FORMAT;
use crate::{EntryName, Header};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::io::{self, Read};

/// Why bytes are not a backup.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The encryption says so, or the bytes end too early.
    #[error("it was cut short or altered")]
    Altered,
    /// It decrypts, and is something else.
    #[error("it is encrypted with age, but no backup of Lethe's")]
    Foreign,
    /// A newer release wrote it.
    #[error("it has format {0}, which this program does not know: use the newer release")]
    Version(u32),
    /// A part does not follow the format.
    #[error("its {0} does not follow the format")]
    Malformed(&'static str),
    /// The trailer does not fit what came before.
    #[error("its trailer does not fit its content")]
    Trailer,
    /// The name of the file is not that of its content.
    #[error("its name says something else than its content: it was renamed or exchanged")]
    Renamed,
    /// Reading failed.
    #[error("it cannot be read ({0})")]
    Read(#[source] io::Error),
}

impl From<io::Error> for FormatError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // What age says of bytes that do not authenticate, or are too few.
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Self::Altered,
            _ => Self::Read(error),
        }
    }
}

/// One part of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A file begins.
    Entry {
        /// Its name.
        name: EntryName,
        /// Whether the chunks are changes to what the base has.
        continues: bool,
    },
    /// Bytes of the file: those of [`Reader::chunk`].
    Chunk {
        /// Where they belong.
        offset: u64,
    },
    /// The file ends.
    EntryEnd {
        /// Its length in the end.
        length: u64,
        /// SHA-256 of all of it.
        sha256: Sha256Hash,
    },
    /// The backup ends, and its trailer fits.
    End {
        /// The trailer's SHA-256.
        sha256: Sha256Hash,
    },
}

/// Reads one backup's content, part by part.
pub struct Reader<R> {
    input: R,
    hash: Sha256,
    header: Header,
    chunk: Vec<u8>,
    seen: HashSet<EntryName>,
    place: Place,
}

#[derive(Clone, Copy)]
enum Place {
    Between,
    /// In a file: whether it continues one of the base, and where its last chunk ended.
    Within {
        continues: bool,
        end: u64,
    },
    Ended(Sha256Hash),
}

impl<R: Read> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// [`FormatError`] when it is none.
    pub fn new(mut input: R) -> Result<Self, FormatError> {
        let mut hash = Sha256::new();
        let magic: [u8; 8] = array(&mut input, &mut hash)?;
        if magic != *MAGIC {
            return Err(FormatError::Foreign);
        }
        let len = u32::from_be_bytes(array(&mut input, &mut hash)?) as usize;
        if len > HEADER_BYTES_MAX {
            return Err(FormatError::Malformed("header"));
        }
        let mut bytes = vec![0; len];
        input.read_exact(&mut bytes)?;
        hash.update(&bytes);
        Ok(Self {
            header: parse_header(&bytes)?,
            input,
            hash,
            chunk: Vec::new(),
            seen: HashSet::new(),
            place: Place::Between,
        })
    }

    /// Returns the header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the bytes of the chunk that was read last.
    pub fn chunk(&self) -> &[u8] {
        &self.chunk
    }

    /// Reads the next part. After [`Event::End`] it is that for ever.
    ///
    /// # Errors
    ///
    /// [`FormatError`] when the bytes are not a backup's, or there are more behind its end.
    pub fn next_event(&mut self) -> Result<Event, FormatError> {
        if let Place::Ended(sha256) = self.place {
            return Ok(Event::End { sha256 });
        }
        let [kind] = self.array()?;
        match (kind, self.place) {
            (ENTRY, Place::Between) => self.entry(),
            (CHUNK, Place::Within { continues, end }) => self.next_chunk(continues, end),
            (ENTRY_END, Place::Within { continues, end }) => self.entry_end(continues, end),
            (TRAILER, Place::Between) => self.trailer(),
            _ => Err(FormatError::Malformed("order of parts")),
        }
    }

    fn entry(&mut self) -> Result<Event, FormatError> {
        let malformed = FormatError::Malformed("list of files");
        let len = usize::from(u16::from_be_bytes(self.array()?));
        if len > NAME_BYTES_MAX || self.seen.len() >= ENTRIES_MAX as usize {
            return Err(malformed);
        }
        let mut name = vec![0; len];
        self.read(&mut name)?;
        let [flag] = self.array()?;
        let name = std::str::from_utf8(&name).ok().and_then(EntryName::parse);
        let Some(name) = name.filter(|name| name.is_of(self.header.class)) else {
            return Err(malformed);
        };
        let continues = match flag {
            0 => false,
            1 if self.header.base.is_some() => true,
            _ => return Err(malformed),
        };
        if !self.seen.insert(name) {
            return Err(malformed);
        }
        self.place = Place::Within { continues, end: 0 };
        Ok(Event::Entry { name, continues })
    }

    fn next_chunk(&mut self, continues: bool, end: u64) -> Result<Event, FormatError> {
        let offset = u64::from_be_bytes(self.array()?);
        let len = u32::from_be_bytes(self.array()?) as usize;
        // Without a base there is nothing that a gap could leave standing.
        let fits = if continues {
            offset >= end
        } else {
            offset == end
        };
        let next = offset.checked_add(len as u64);
        let Some(next) = next.filter(|_| fits && (1..=CHUNK_BYTES_MAX).contains(&len)) else {
            return Err(FormatError::Malformed("chunks"));
        };
        let mut chunk = std::mem::take(&mut self.chunk);
        chunk.resize(len, 0);
        self.read(&mut chunk)?;
        self.chunk = chunk;
        self.place = Place::Within {
            continues,
            end: next,
        };
        Ok(Event::Chunk { offset })
    }

    fn entry_end(&mut self, continues: bool, end: u64) -> Result<Event, FormatError> {
        let length = u64::from_be_bytes(self.array()?);
        let sha256 = self.array()?;
        let fits = if continues {
            length >= end
        } else {
            length == end
        };
        if !fits {
            return Err(FormatError::Malformed("chunks"));
        }
        self.place = Place::Between;
        Ok(Event::EntryEnd { length, sha256 })
    }

    fn trailer(&mut self) -> Result<Event, FormatError> {
        let count = u32::from_be_bytes(self.array()?);
        let expected: Sha256Hash = self.hash.clone().finalize().into();
        let sha256: Sha256Hash = self.array()?;
        if sha256 != expected || count as usize != self.seen.len() {
            return Err(FormatError::Trailer);
        }
        // Reading on to the end also makes age check that nothing was cut off or added.
        if self.input.read(&mut [0])? != 0 {
            return Err(FormatError::Malformed("end"));
        }
        self.place = Place::Ended(sha256);
        Ok(Event::End { sha256 })
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        array(&mut self.input, &mut self.hash)
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(), FormatError> {
        self.input.read_exact(bytes)?;
        self.hash.update(bytes);
        Ok(())
    }
}

fn array<const N: usize>(input: &mut impl Read, hash: &mut Sha256) -> Result<[u8; N], FormatError> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    hash.update(bytes);
    Ok(bytes)
}

fn parse_header(bytes: &[u8]) -> Result<Header, FormatError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format: u32,
    }
    let malformed = |_| FormatError::Malformed("header");
    // The version first: a newer header may have members that are unknown here.
    let Version { format } = serde_json::from_slice(bytes).map_err(malformed)?;
    if format != FORMAT {
        return Err(FormatError::Version(format));
    }
    serde_json::from_slice(bytes).map_err(malformed)
}
