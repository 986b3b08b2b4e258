//! Status: what this installation holds, in numbers.

use crate::{Error, Vault};
use lethe_keeper::{Credential, Peer};
use lethe_model::StoreId;
use lethe_store::active::stores::StoreRow;
use lethe_store::active::{orders, records};
use lethe_store::archive::records as archived;
use serde::Serialize;

/// What an installation holds.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Per shop.
    pub stores: Vec<StoreStatus>,
    /// Entries in the access log.
    pub log_entries: u64,
    /// The log's verifier key (C2SP signed-note).
    pub log_key: String,
    /// The vaults that share the databases, each with the log it writes; empty when they are files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vaults: Vec<VaultStatus>,
}

/// A vault among several.
#[derive(Debug, Clone, Serialize)]
pub struct VaultStatus {
    /// Its name, drawn when its folder was made; absent when none writes the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault: Option<String>,
    /// The log it writes.
    pub log: String,
    /// Whether it is the one that answers.
    pub is_this: bool,
}

/// What a shop holds.
#[derive(Debug, Clone, Serialize)]
pub struct StoreStatus {
    /// Its name.
    pub name: String,
    /// The controller.
    pub controller: String,
    /// People of whom anything is in the active store.
    pub people: u64,
    /// Orders.
    pub orders: u64,
    /// Sealed records.
    pub records: u64,
    /// Orders in the archive, which nobody can look up by a person.
    pub archived_orders: u64,
    /// Emergencies that somebody should have looked at by now.
    pub overdue_reviews: u64,
}

impl Vault {
    /// Counts what is stored, in every shop: for whoever opened the folder.
    ///
    /// # Errors
    ///
    /// What the databases say.
    pub fn status(&self) -> Result<Status, Error> {
        self.count(|_| true)
    }

    /// Counts what is stored in the caller's shop.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `list`, or what the databases say.
    pub fn status_for(&self, credential: &Credential) -> Result<Status, Error> {
        self.permit(credential, lethe_model::Power::List)?;
        self.count(|store| store.id == credential.store)
    }

    fn count(&self, is_wanted: impl Fn(&StoreRow) -> bool) -> Result<Status, Error> {
        let wanted = self.stores().iter().filter(|store| is_wanted(store));
        let stores: Result<Vec<StoreStatus>, Error> = wanted
            .map(|store| {
                let (orders, records) = self.read_active(|tx| {
                    Ok((orders::count(tx, store.id)?, records::count(tx, store.id)?))
                })?;
                let archived = self.read_archive(|tx| archived::orders(tx, store.id))?;
                Ok(StoreStatus {
                    name: store.name.clone(),
                    controller: store.controller.clone(),
                    people: self.people_count(store.id)?,
                    orders: u64::try_from(orders).unwrap_or(0),
                    records: u64::try_from(records).unwrap_or(0),
                    archived_orders: u64::try_from(archived).unwrap_or(0),
                    overdue_reviews: self.overdue_reviews(store.id),
                })
            })
            .collect();
        Ok(Status {
            stores: stores?,
            log_entries: self.keeper.log_size(),
            log_key: self.keeper.log_verifier_key().to_owned(),
            vaults: self.vaults()?,
        })
    }

    fn vaults(&self) -> Result<Vec<VaultStatus>, Error> {
        let status = |peer: Peer| VaultStatus {
            vault: Some(peer.vault).filter(|name| !name.is_empty()),
            log: peer.origin,
            is_this: peer.is_me,
        };
        Ok(self.keeper.peers()?.into_iter().map(status).collect())
    }

    /// Counts the people a key could reach: those in the active store.
    pub(crate) fn people_count(&self, store: StoreId) -> Result<u64, Error> {
        let people = self.read_active(|tx| records::people(tx, store))?;
        Ok(u64::try_from(people).unwrap_or(0))
    }
}
