//! How much effort the attacks may take; what a limit left out is reported, never rounded away.

use std::time::Duration;

/// Limits of one drill.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Time for trying phone numbers against the stolen index key.
    pub guessing: Duration,
    /// Time for trying every key found on everything found.
    pub keys: Duration,
    /// How many common passphrases are tried against the root key file.
    pub passphrases: usize,
    /// Threads for guessing and trying.
    pub threads: usize,
    /// Above this many people, as many are drawn by a fixed rule and searched for.
    pub people: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            guessing: Duration::from_secs(15),
            keys: Duration::from_secs(8),
            passphrases: 20,
            threads: 2,
            people: 20_000,
        }
    }
}
