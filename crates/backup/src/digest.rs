//! SHA-256 as 32 bytes, of bytes and of files.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub(crate) type Sha256Hash = [u8; 32];

/// Writes bytes as hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes the first `length` bytes of a file; `None` when it has fewer.
pub(crate) fn hash_start(path: &Path, length: u64) -> io::Result<Option<Sha256Hash>> {
    let mut hash = Sha256::new();
    let mut rest = File::open(path)?.take(length);
    let mut buffer = vec![0; 1 << 17];
    loop {
        match rest.read(&mut buffer)? {
            0 => break,
            count => hash.update(&buffer[..count]),
        }
    }
    Ok((rest.limit() == 0).then(|| hash.finalize().into()))
}

/// Fills `buffer` as far as there are bytes, and says how far.
pub(crate) fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
