//! Credentials: who asks. Grants are authenticated, so that a database administrator cannot widen
//! one by editing a row.

use crate::break_glass::Broken;
use crate::{GrantText, KeeperError, Standing};
use lethe_crypto::{ApiKey, MacKey};
use lethe_model::{Grant, Power, StoreId};
use lethe_store::keyring::credentials::CredentialRow;

/// The operator's own credential: whoever can open the root key.
pub const OPERATOR: &str = "operator";

/// A credential and its grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its public id, safe to print and to log.
    pub id: String,
    /// The shop it works for.
    pub store: StoreId,
    /// Who holds it: tokens are made per recipient.
    pub recipient: String,
    /// What it may do.
    pub grant: Grant,
    /// Unix milliseconds.
    pub created_at_ms: i64,
    /// Unix milliseconds, once revoked.
    pub revoked_at_ms: Option<i64>,
    /// What holds it back for now.
    pub standing: Standing,
    /// What it has beyond its grant while an emergency lasts. No row holds it.
    pub(crate) broken: Option<Broken>,
    key_hash: Option<[u8; 32]>,
}

impl Credential {
    pub(crate) fn new(
        id: String,
        store: StoreId,
        recipient: String,
        grant: Grant,
        created_at_ms: i64,
        key_hash: Option<[u8; 32]>,
    ) -> Self {
        Self {
            id,
            store,
            recipient,
            grant,
            created_at_ms,
            revoked_at_ms: None,
            standing: Standing::default(),
            broken: None,
            key_hash,
        }
    }

    pub(crate) fn key_hash(&self) -> Option<[u8; 32]> {
        self.key_hash
    }

    /// Says whether this is the operator's own credential.
    pub fn is_operator(&self) -> bool {
        self.recipient == OPERATOR && self.key_hash.is_none()
    }

    /// Says whether it has a power. The operator has whatever powers a newer release brings.
    pub fn may(&self, power: Power) -> bool {
        self.is_operator() || self.grant.powers.contains(power)
    }

    pub(crate) fn from_row(row: &CredentialRow, key: &MacKey) -> Result<Self, KeeperError> {
        let forged = || KeeperError::ForgedCredential { id: row.id.clone() };
        let text: GrantText = serde_json::from_str(&row.grant_json).map_err(|_| forged())?;
        let credential = Self {
            id: row.id.clone(),
            store: row.store,
            recipient: row.recipient.clone(),
            grant: text.to_grant().ok_or_else(forged)?,
            created_at_ms: row.created_at,
            revoked_at_ms: row.revoked_at,
            standing: match &row.standing {
                None => Standing::default(),
                Some(text) => serde_json::from_str(text).map_err(|_| forged())?,
            },
            broken: None,
            key_hash: match &row.key_hash {
                None => None,
                Some(bytes) => Some(bytes.as_slice().try_into().map_err(|_| forged())?),
            },
        };
        let standing = row.standing.as_deref();
        if credential.verifies(&row.grant_json, standing, key, &row.mac) {
            Ok(credential)
        } else {
            Err(forged())
        }
    }

    pub(crate) fn to_row(&self, key: &MacKey) -> CredentialRow {
        let grant_json =
            serde_json::to_string(&GrantText::from(&self.grant)).expect("words and numbers");
        let standing = (self.standing != Standing::default())
            .then(|| serde_json::to_string(&self.standing).expect("words and numbers"));
        CredentialRow {
            mac: self.mac(&grant_json, standing.as_deref(), key).to_vec(),
            id: self.id.clone(),
            store: self.store,
            key_hash: self.key_hash.map(|hash| hash.to_vec()),
            recipient: self.recipient.clone(),
            grant_json,
            created_at: self.created_at_ms,
            revoked_at: self.revoked_at_ms,
            standing,
        }
    }

    fn mac(&self, grant_json: &str, standing: Option<&str>, key: &MacKey) -> [u8; 32] {
        let numbers = self.numbers();
        key.tag(&self.parts(grant_json, standing, &numbers))
    }

    fn verifies(&self, grant_json: &str, standing: Option<&str>, key: &MacKey, mac: &[u8]) -> bool {
        let numbers = self.numbers();
        key.verifies(&self.parts(grant_json, standing, &numbers), mac)
    }

    fn numbers(&self) -> [[u8; 8]; 3] {
        [
            self.store.0,
            self.created_at_ms,
            self.revoked_at_ms.unwrap_or(-1),
        ]
        .map(i64::to_be_bytes)
    }

    fn parts<'a>(
        &'a self,
        grant_json: &'a str,
        standing: Option<&'a str>,
        numbers: &'a [[u8; 8]; 3],
    ) -> [&'a [u8]; 9] {
        [
            b"lethe-credential-v2",
            self.id.as_bytes(),
            self.recipient.as_bytes(),
            grant_json.as_bytes(),
            self.key_hash.as_ref().map_or(&[], |hash| hash.as_slice()),
            standing.unwrap_or("").as_bytes(),
            &numbers[0],
            &numbers[1],
            &numbers[2],
        ]
    }
}

/// The hash under which a key is kept: keyed, so that a stolen table cannot be tried against.
pub(crate) fn key_hash(key: &MacKey, secret: &ApiKey) -> [u8; 32] {
    key.tag(&[b"lethe-api-key-v1", secret.expose().as_bytes()])
}
