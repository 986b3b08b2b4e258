//! What the root key opens: the keys that wrap data keys, and the blind-index keys.

use super::contexts::{data_key_context, epoch_context, service_context};
use crate::DrillError;
use crate::stolen::StolenFolder;
use lethe_crypto::{LookupKind, SealedRoot, SecretKey, Unopenable, open_bytes, unwrap_key};
use lethe_model::RecordId;
use std::collections::HashMap;
use std::fs;

/// The keys of a whole machine, as its thief holds them.
pub(crate) struct Unlocked {
    epochs: HashMap<i64, SecretKey>,
    indexes: Vec<(i64, LookupKind, SecretKey)>,
}

impl Unlocked {
    /// Opens the root key with the passphrase, and everything below it.
    pub(crate) fn open(stolen: &StolenFolder, passphrase: &str) -> Result<Self, DrillError> {
        let path = stolen.root_key_file();
        let text = fs::read_to_string(&path).map_err(DrillError::file(&path))?;
        let root = SealedRoot::parse(&text)?.open(passphrase)?;
        Ok(Self {
            epochs: epochs(stolen, &root)?,
            indexes: indexes(stolen, &root)?,
        })
    }

    /// Unwraps a record's data key.
    pub(crate) fn data_key(
        &self,
        epoch: i64,
        record: &RecordId,
        generation: u32,
        wrapped: &[u8],
    ) -> Result<SecretKey, Unopenable> {
        let key = self.epochs.get(&epoch).ok_or(Unopenable)?;
        unwrap_key(key, &data_key_context(record, generation), wrapped)
    }

    /// Returns every key of the machine that is not a single record's.
    pub(crate) fn all_keys(&self) -> Vec<SecretKey> {
        let indexes = self.indexes.iter().map(|(_, _, key)| key.clone());
        self.epochs.values().cloned().chain(indexes).collect()
    }

    /// Returns the blind-index keys of one kind, one for each shop.
    pub(crate) fn index_keys(&self, kind: LookupKind) -> impl Iterator<Item = &SecretKey> {
        let of_kind = self.indexes.iter().filter(move |(_, one, _)| *one == kind);
        of_kind.map(|(_, _, key)| key)
    }
}

fn epochs(stolen: &StolenFolder, root: &SecretKey) -> Result<HashMap<i64, SecretKey>, DrillError> {
    let keyring = stolen.keyring()?;
    let read = || -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
        let mut statement = keyring.prepare("SELECT epoch, wrapped FROM key_epochs")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    };
    let rows = read().map_err(DrillError::database("the keyring"))?;
    rows.into_iter()
        .map(|(epoch, wrapped)| {
            unwrap_key(root, &epoch_context(epoch), &wrapped)
                .map(|key| (epoch, key))
                .map_err(|_| DrillError::Format("the key-encryption keys"))
        })
        .collect()
}

fn indexes(
    stolen: &StolenFolder,
    root: &SecretKey,
) -> Result<Vec<(i64, LookupKind, SecretKey)>, DrillError> {
    let keyring = stolen.keyring()?;
    let read = || -> rusqlite::Result<Vec<(String, i64, Vec<u8>)>> {
        let mut statement = keyring.prepare(
            "SELECT scope, generation, wrapped FROM service_keys WHERE kind = 'index' ORDER BY scope",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect()
    };
    let rows = read().map_err(DrillError::database("the keyring"))?;
    let unknown = || DrillError::Format("the blind-index keys");
    rows.into_iter()
        .map(|(scope, generation, wrapped)| {
            let context = service_context("index", &scope, generation);
            let secret = open_bytes(root, &context, &wrapped).map_err(|_| unknown())?;
            let mut secret: [u8; 32] = secret.try_into().map_err(|_| unknown())?;
            let (store, name) = scope.split_once('/').ok_or_else(unknown)?;
            let kind = LookupKind::ALL.into_iter().find(|kind| kind.name() == name);
            Ok((
                store.parse().map_err(|_| unknown())?,
                kind.ok_or_else(unknown)?,
                SecretKey::take(&mut secret),
            ))
        })
        .collect()
}
