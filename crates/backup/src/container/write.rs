//! Writing the content of a backup.

use super::{CHUNK, CHUNK_BYTES_MAX, ENTRY, ENTRY_END, MAGIC, TRAILER};
use crate::digest::Sha256Hash;
use crate::{EntryName, Header};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// Writes one backup's content.
pub struct Writer<W> {
    out: W,
    hash: Sha256,
    entries: u32,
}

impl<W: Write> Writer<W> {
    /// Begins with the header.
    ///
    /// # Errors
    ///
    /// What the output says; so do the other methods.
    pub fn new(out: W, header: &Header) -> io::Result<Self> {
        let mut writer = Self {
            out,
            hash: Sha256::new(),
            entries: 0,
        };
        let header = serde_json::to_vec(header).expect("plain data serialises");
        let mut head = MAGIC.to_vec();
        head.extend(len(header.len()).to_be_bytes());
        head.extend(header);
        writer.write(&head)?;
        Ok(writer)
    }

    /// Begins a file; `continues` says that the chunks are changes to what the base has.
    pub fn begin(&mut self, name: EntryName, continues: bool) -> io::Result<()> {
        let name = name.to_string();
        let mut head = vec![ENTRY];
        let name_len = u16::try_from(name.len()).expect("names are short");
        head.extend(name_len.to_be_bytes());
        head.extend(name.as_bytes());
        head.push(u8::from(continues));
        self.entries += 1;
        self.write(&head)
    }

    /// Writes bytes at an offset behind those of the chunk before, at most [`CHUNK_BYTES_MAX`].
    pub fn chunk(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        debug_assert!((1..=CHUNK_BYTES_MAX).contains(&bytes.len()));
        let mut head = vec![CHUNK];
        head.extend(offset.to_be_bytes());
        head.extend(len(bytes.len()).to_be_bytes());
        self.write(&head)?;
        self.write(bytes)
    }

    /// Ends a file; `length` and `sha256` are those of the whole file as it is then.
    pub fn end(&mut self, length: u64, sha256: &Sha256Hash) -> io::Result<()> {
        let mut end = vec![ENTRY_END];
        end.extend(length.to_be_bytes());
        end.extend(sha256);
        self.write(&end)
    }

    /// Ends the backup; returns the output and the SHA-256 that the trailer holds.
    pub fn finish(mut self) -> io::Result<(W, Sha256Hash)> {
        let mut trailer = vec![TRAILER];
        trailer.extend(self.entries.to_be_bytes());
        self.write(&trailer)?;
        let sha256: Sha256Hash = self.hash.finalize().into();
        self.out.write_all(&sha256)?;
        Ok((self.out, sha256))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.out.write_all(bytes)
    }
}

fn len(len: usize) -> u32 {
    u32::try_from(len).expect("headers and chunks are small")
}
