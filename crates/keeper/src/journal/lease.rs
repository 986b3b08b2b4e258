//! Which vault writes which log: claimed at the start, kept by a beat, taken over when it stands
//! still.

use super::Journal;
use crate::KeeperError;
use crate::log::LogError;
use lethe_store::journal::origins::{self, LEDGER, Origin};
use lethe_store::journal::turns;
use lethe_store::{Database, Folder, StoreError};
use std::collections::HashMap;

/// A vault whose beat stands still for this long is taken to be gone, in milliseconds.
const SILENCE_MS_MAX: u64 = 10_000;

/// A log of the installation and who writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The log.
    pub origin: String,
    /// The vault that writes it; empty when none does.
    pub vault: String,
    /// Whether it is this vault.
    pub is_me: bool,
}

impl Journal {
    /// Claims a log for this vault: the one it wrote before, else one that a vault gave back, else a
    /// new one among `known`, the logs that the keyring has keys of; `None` when all are in use.
    pub(crate) fn claim(
        folder: &Folder,
        vault: &str,
        known: &[String],
    ) -> Result<Option<Self>, KeeperError> {
        let mut database = Self::connect(folder).map_err(LogError::Journal)?;
        let claimed = database.write_in_turn(|tx| -> Result<Option<Origin>, StoreError> {
            turns::take(tx)?;
            for name in known {
                origins::insert(tx, name)?;
            }
            let all = origins::list(tx)?;
            let logs = || all.iter().filter(|one| known.contains(&one.name));
            // The lock on the folder says that whoever held it under this name is gone.
            let own = logs().find(|one| one.holder == vault);
            let free = own.or_else(|| logs().find(|one| one.holder.is_empty()));
            let Some(free) = free else { return Ok(None) };
            origins::claim(tx, &free.name, free.lease, vault)?;
            Ok(Some(Origin {
                lease: free.lease + 1,
                ..free.clone()
            }))
        });
        let Some(origin) = claimed.map_err(LogError::Journal)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            database,
            origin: origin.name,
            vault: vault.to_owned(),
            lease: origin.lease,
            seen: 0,
            segment_keys: HashMap::new(),
        }))
    }

    /// Begins to watch, over a connection of its own.
    pub(crate) fn watch(&self, folder: &Folder) -> Result<Watch, KeeperError> {
        Ok(Watch {
            database: Self::connect(folder).map_err(LogError::Journal)?,
            origin: self.origin.clone(),
            vault: self.vault.clone(),
            lease: self.lease,
            beats: HashMap::new(),
        })
    }
}

/// Keeps this vault's claim and looks after those of others.
pub(crate) struct Watch {
    database: Database,
    origin: String,
    vault: String,
    lease: i64,
    /// The beats last seen, and when they were first seen.
    beats: HashMap<String, (i64, u64)>,
}

impl Watch {
    /// Says that this vault lives, and returns the logs of vaults that do not any more: they are
    /// given back.
    ///
    /// `elapsed_ms`: on a clock that nobody sets.
    ///
    /// # Errors
    ///
    /// [`LogError::Replaced`] when another vault was given this one's log.
    pub(crate) fn round(
        &mut self,
        checkpoint: &str,
        elapsed_ms: u64,
    ) -> Result<Vec<String>, LogError> {
        let (origin, vault, lease) = (&self.origin, &self.vault, self.lease);
        let all = self.database.write_in_turn(|tx| -> Result<_, StoreError> {
            let is_mine = origins::beat(tx, origin, vault, lease, checkpoint)?;
            Ok(is_mine.then_some(origins::list(tx)?))
        });
        let all = all.map_err(LogError::Journal)?.ok_or(LogError::Replaced)?;
        let silent = self.silent(&all, elapsed_ms);
        let mut gone = Vec::new();
        for one in silent {
            let given_back = self.database.write_in_turn(|tx| {
                // Whatever its holder is appending comes first.
                turns::take(tx)?;
                let now = origins::list(tx)?;
                let still = now.iter().any(|now| now == one);
                Ok(still && origins::claim(tx, &one.name, one.lease, "")?)
            });
            if given_back.map_err(LogError::Journal)? {
                gone.push(one.name.clone());
            }
        }
        Ok(gone)
    }

    /// Lists all logs and who writes them.
    pub(crate) fn peers(&mut self) -> Result<Vec<Peer>, LogError> {
        let all = self
            .database
            .read(origins::list)
            .map_err(LogError::Journal)?;
        let peer = |one: Origin| Peer {
            is_me: one.name == self.origin && one.holder == self.vault,
            origin: one.name,
            vault: one.holder,
        };
        Ok(all
            .into_iter()
            .filter(|one| one.name != LEDGER)
            .map(peer)
            .collect())
    }

    fn silent<'a>(&mut self, all: &'a [Origin], elapsed_ms: u64) -> Vec<&'a Origin> {
        let others = all
            .iter()
            .filter(|one| one.name != self.origin && !one.holder.is_empty());
        others
            .filter(|one| {
                let (beat, since_ms) = self
                    .beats
                    .entry(one.name.clone())
                    .or_insert((one.beat, elapsed_ms));
                if *beat != one.beat {
                    (*beat, *since_ms) = (one.beat, elapsed_ms);
                }
                elapsed_ms.saturating_sub(*since_ms) >= SILENCE_MS_MAX
            })
            .collect()
    }
}
