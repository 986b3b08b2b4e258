//! The entry: what the tree holds of an act. Small, and without anything that identifies anybody.

use lethe_tlog::{Hash, leaf_hash};

/// Length of an entry in bytes.
pub const ENTRY_LEN: usize = 49;
const VERSION: u8 = 1;

/// One leaf of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// When, Unix milliseconds; never less than the entry before.
    pub at_ms: u64,
    /// Its place, from 0. Stated, so that a moved entry is seen.
    pub index: u64,
    /// SHA-256 over the salted public part of the body.
    pub body_hash: [u8; 32],
}

impl Entry {
    /// Writes the entry: version, time, index, hash; integers big-endian.
    pub fn to_bytes(&self) -> [u8; ENTRY_LEN] {
        let mut bytes = [0; ENTRY_LEN];
        bytes[0] = VERSION;
        bytes[1..9].copy_from_slice(&self.at_ms.to_be_bytes());
        bytes[9..17].copy_from_slice(&self.index.to_be_bytes());
        bytes[17..].copy_from_slice(&self.body_hash);
        bytes
    }

    /// Reads an entry; `None` for any other length or version.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; ENTRY_LEN] = bytes.try_into().ok()?;
        if bytes[0] != VERSION {
            return None;
        }
        let number = |at: usize| {
            let mut number = [0; 8];
            number.copy_from_slice(&bytes[at..at + 8]);
            u64::from_be_bytes(number)
        };
        let mut body_hash = [0; 32];
        body_hash.copy_from_slice(&bytes[17..]);
        Some(Self {
            at_ms: number(1),
            index: number(9),
            body_hash,
        })
    }

    /// Returns its RFC 6962 leaf hash.
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.to_bytes())
    }
}

/// Writes an entry in standard base64, as proofs show it.
pub fn entry_base64(entry: &[u8; ENTRY_LEN]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(entry)
}
