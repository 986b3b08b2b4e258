//! What is inside the encryption: a header, the files, a trailer. Streamed, in bounded memory.
//!
//! A file is written as chunks at rising offsets, so that one way of writing serves whole files,
//! appended bytes and changed blocks alike.

mod read;
mod write;

pub use read::{Event, FormatError, Reader};
pub use write::Writer;

/// The most bytes a chunk holds; also the block that incremental backups of databases go by.
pub const CHUNK_BYTES_MAX: usize = 64 * 1024;

const MAGIC: &[u8; 8] = b"LETHEBK1";
const HEADER_BYTES_MAX: usize = 64 * 1024;
const NAME_BYTES_MAX: usize = 255;
/// Segments are 64 MiB: more would be a log of 60 TiB.
const ENTRIES_MAX: u32 = 1_000_000;

const ENTRY: u8 = 1;
const CHUNK: u8 = 2;
const ENTRY_END: u8 = 3;
const TRAILER: u8 = 4;
