//! Life among other vaults that share the databases: what each must tell and ask, about once a second.

use crate::credentials::Credentials;
use crate::journal::Peer;
use crate::keys::{Epochs, ServiceKeys};
use crate::log::{History, LogError};
use crate::{AccessSettings, Keeper, KeeperError, Refusal};
use lethe_store::keyring::counters::{self, GENERATION};
use std::sync::{Arc, PoisonError};

/// What a look at other vaults found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Keys, settings or policies were changed by another vault: what the keeper holds in memory was
    /// read again, and whoever holds copies of policies must do so too.
    pub has_changes: bool,
    /// Logs whose vaults are gone: what they left open is to be ended.
    pub gone: Vec<String>,
}

impl Keeper {
    /// Says whether other vaults may use the same databases.
    pub fn is_shared(&self) -> bool {
        self.folder.is_shared()
    }

    /// Reads again what other vaults changed: revoked keys, settings, key-encryption keys. Says
    /// whether there was something.
    ///
    /// # Errors
    ///
    /// What the keyring says, or holds that does not authenticate.
    pub fn refresh(&self) -> Result<bool, KeeperError> {
        if !self.is_shared() {
            return Ok(false);
        }
        let mut known = self
            .generation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let read = self.reader().read(|tx| -> Result<Option<_>, KeeperError> {
            let generation = counters::fetch(tx, GENERATION)?;
            if generation == *known {
                return Ok(None);
            }
            let service = ServiceKeys::load(tx, &self.root)?;
            let credentials = Credentials::load(tx, &service.credentials)?;
            let access = AccessSettings::load(tx, &service.credentials)?;
            let epochs = Epochs::load(tx, &self.root)?;
            Ok(Some((generation, service, credentials, access, epochs)))
        })?;
        let Some((generation, service, credentials, access, epochs)) = read else {
            return Ok(false);
        };
        *self.service.write().unwrap_or_else(PoisonError::into_inner) = service;
        *self
            .credentials
            .write()
            .unwrap_or_else(PoisonError::into_inner) = credentials;
        *self.access.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(access);
        *self.epochs.write().unwrap_or_else(PoisonError::into_inner) = epochs;
        *known = generation;
        Ok(true)
    }

    /// Tells other vaults that this one lives, and finds out which of them do not. To be called
    /// about once a second.
    ///
    /// # Errors
    ///
    /// [`Refusal::LogUnavailable`] when this vault was taken to be gone: its log is another's now, and
    /// it does nothing more.
    pub fn beat(&self) -> Result<Vec<String>, Refusal> {
        let Some(mut watch) = self.watch() else {
            return Ok(Vec::new());
        };
        let checkpoint = self.log_files().checkpoint().ok().flatten();
        let elapsed_ms = self.around.clock.elapsed_ms();
        let round = watch.round(&checkpoint.unwrap_or_default(), elapsed_ms);
        if let Err(LogError::Replaced) = &round {
            self.admission().log.give_up();
        }
        Ok(round?)
    }

    /// Lists the vaults that share the databases, by the logs they write; none when they are files.
    ///
    /// # Errors
    ///
    /// What the journal says.
    pub fn peers(&self) -> Result<Vec<Peer>, Refusal> {
        match self.watch() {
            None => Ok(Vec::new()),
            Some(mut watch) => Ok(watch.peers()?),
        }
    }

    /// Reads the logs of other vaults, each brought up to now.
    ///
    /// # Errors
    ///
    /// What journal, keyring and file system say.
    pub fn other_histories(&self) -> Result<Vec<(String, History)>, Refusal> {
        let files = {
            let mut state = self.admission();
            let Some(journal) = &mut state.journal else {
                return Ok(Vec::new());
            };
            let mut files = Vec::new();
            for origin in journal.others()? {
                files.push((journal.mirror(&self.folder, &origin)?, origin));
            }
            files
        };
        files
            .into_iter()
            .map(|(files, origin)| {
                let key = self.body_key(&origin)?;
                Ok((origin, History::new(files, key)))
            })
            .collect()
    }

    /// Gives this vault's log back: the next vault that starts may go on with it at once.
    pub fn leave(&self) {
        if let Some(journal) = &mut self.admission().journal {
            journal.leave();
        }
    }
}
