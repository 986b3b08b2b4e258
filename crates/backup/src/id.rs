//! The id of a backup.

use lethe_model::Random;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names one backup: 8 random bytes, written as 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BackupId([u8; 8]);

impl BackupId {
    /// Draws a fresh id.
    pub fn generate(random: &dyn Random) -> Self {
        Self(random.bytes())
    }

    /// Reads the one spelling that [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: &[u8; 16] = text.as_bytes().try_into().ok()?;
        let mut bytes = [0; 8];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(bytes))
    }
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BackupId({self})")
    }
}

impl From<BackupId> for String {
    fn from(id: BackupId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for BackupId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a backup's id is 16 hex digits")
    }
}
