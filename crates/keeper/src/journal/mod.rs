//! The journal: one order of everything that several vaults log.
//!
//! Vaults that share their databases append to the journal instead of to files of their own. Whoever
//! appends takes the turn first, and while it has it, it reads what the others appended since its
//! last turn. So every vault knows all charges before it decides on one: quotas are as exact with
//! many vaults as with one. Each vault writes a log of its own; the journal holds their bytes, and
//! the files in the folder are copies.

mod lease;
mod mirror;
mod turn;

pub use lease::Peer;
pub(crate) use lease::Watch;
pub(crate) use turn::Turn;

use crate::Refusal;
use crate::log::LogError;
use lethe_crypto::SecretKey;
use lethe_store::journal::turns;
use lethe_store::{Database, Folder, Kind, Speed, StoreError};
use std::collections::HashMap;

/// One vault's place in the journal.
pub(crate) struct Journal {
    database: Database,
    /// The log that this vault writes.
    origin: String,
    /// This vault.
    vault: String,
    /// Under which this vault writes it.
    lease: i64,
    /// The last turn whose chunks were read.
    seen: i64,
    /// Keys of the segments that others write, as they were met.
    segment_keys: HashMap<(String, i64), SecretKey>,
}

impl Journal {
    fn connect(folder: &Folder) -> Result<Database, StoreError> {
        Database::open(folder.place(Kind::Journal), Kind::Journal, Speed::Serving)
    }

    /// Returns the log that this vault writes.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the last turn whose chunks were read.
    pub(crate) fn seen(&self) -> i64 {
        self.seen
    }

    /// Says from which turn on chunks are to be read.
    pub(crate) fn see_from(&mut self, turn: i64) {
        self.seen = turn;
    }

    /// Takes the turn, does `work`, and ends it: what was appended is durable then.
    ///
    /// When this fails, what was appended may be durable all the same: the connection may have gone
    /// after the server had committed.
    pub(crate) fn take_turn<T>(
        &mut self,
        work: impl FnOnce(&mut Turn<'_, '_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let (origin, vault, lease) = (self.origin.clone(), self.vault.clone(), self.lease);
        let (seen, segment_keys) = (&mut self.seen, &mut self.segment_keys);
        let mut news_of = None;
        let done = self.database.write_in_turn(|tx| {
            let mut turn = Turn {
                tx,
                number: turns::take(tx).map_err(unreachable)?,
                origin: &origin,
                vault: &vault,
                lease,
                seen,
                segment_keys,
                has_read: false,
            };
            let done = work(&mut turn)?;
            news_of = turn.has_read.then_some(turn.number);
            Ok::<_, Refusal>(done)
        })?;
        // Nobody else appended since this turn began.
        self.seen = news_of.unwrap_or(self.seen);
        Ok(done)
    }

    /// Reads without taking a turn.
    pub(crate) fn peek(
        &mut self,
        work: impl FnOnce(&mut Turn<'_, '_>) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let (origin, vault, lease) = (self.origin.clone(), self.vault.clone(), self.lease);
        let (seen, segment_keys) = (&mut self.seen, &mut self.segment_keys);
        self.database.read(|tx| {
            let mut turn = Turn {
                tx,
                number: turns::last(tx)?,
                origin: &origin,
                vault: &vault,
                lease,
                seen,
                segment_keys,
                has_read: false,
            };
            work(&mut turn)
        })
    }

    /// Gives the log back, so that the next vault that starts may go on with it at once.
    pub(crate) fn leave(&mut self) {
        // If that fails, others see that this vault is gone by its beat.
        let (origin, lease) = (self.origin.clone(), self.lease);
        drop(self.database.write_in_turn(|tx| -> Result<(), StoreError> {
            turns::take(tx)?;
            lethe_store::journal::origins::claim(tx, &origin, lease, "").map(drop)
        }));
    }
}

fn unreachable(error: StoreError) -> Refusal {
    Refusal::from(LogError::Journal(error))
}
