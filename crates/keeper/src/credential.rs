//! Credentials: who asks. Grants are authenticated, so that a database administrator cannot widen
//! one by editing a row.

use crate::KeeperError;
use lethe_crypto::{ApiKey, MacKey};
use lethe_model::{FieldSet, Grant, Power, PowerSet, Purpose, PurposeSet, StoreId};
use lethe_store::keyring::credentials::CredentialRow;
use serde::{Deserialize, Serialize};

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
    key_hash: Option<[u8; 32]>,
}

/// A grant as its row and the interfaces write it.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct GrantText {
    /// Field references.
    pub fields: Vec<String>,
    /// Purposes.
    pub purposes: Vec<String>,
    /// Powers.
    pub powers: Vec<String>,
    /// Distinct people in any 24 hours.
    pub people_per_day: u32,
    /// Unix milliseconds.
    pub expires_at_ms: Option<i64>,
}

impl From<&Grant> for GrantText {
    fn from(grant: &Grant) -> Self {
        Self {
            fields: grant.fields.iter().map(|field| field.to_string()).collect(),
            purposes: grant
                .purposes
                .iter()
                .map(|purpose| purpose.to_string())
                .collect(),
            powers: grant
                .powers
                .iter()
                .map(|power| power.name().to_owned())
                .collect(),
            people_per_day: grant.people_per_day,
            expires_at_ms: grant.expires_at_ms,
        }
    }
}

impl GrantText {
    /// Reads the words back; `None` when one of them is unknown.
    pub fn to_grant(&self) -> Option<Grant> {
        let purposes: Option<PurposeSet> = self
            .purposes
            .iter()
            .map(|name| Purpose::parse(name).ok())
            .collect();
        let powers: Option<PowerSet> = self.powers.iter().map(|name| Power::parse(name)).collect();
        Some(Grant {
            fields: FieldSet::parse(self.fields.iter().map(String::as_str)).ok()?,
            purposes: purposes?,
            powers: powers?,
            people_per_day: self.people_per_day,
            expires_at_ms: self.expires_at_ms,
        })
    }
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
            key_hash: match &row.key_hash {
                None => None,
                Some(bytes) => Some(bytes.as_slice().try_into().map_err(|_| forged())?),
            },
        };
        if credential.verifies(&row.grant_json, key, &row.mac) {
            Ok(credential)
        } else {
            Err(forged())
        }
    }

    pub(crate) fn to_row(&self, key: &MacKey) -> CredentialRow {
        let grant_json =
            serde_json::to_string(&GrantText::from(&self.grant)).expect("words and numbers");
        CredentialRow {
            mac: self.mac(&grant_json, key).to_vec(),
            id: self.id.clone(),
            store: self.store,
            key_hash: self.key_hash.map(|hash| hash.to_vec()),
            recipient: self.recipient.clone(),
            grant_json,
            created_at: self.created_at_ms,
            revoked_at: self.revoked_at_ms,
        }
    }

    fn mac(&self, grant_json: &str, key: &MacKey) -> [u8; 32] {
        let numbers = self.numbers();
        key.tag(&self.parts(grant_json, &numbers))
    }

    fn verifies(&self, grant_json: &str, key: &MacKey, mac: &[u8]) -> bool {
        let numbers = self.numbers();
        key.verifies(&self.parts(grant_json, &numbers), mac)
    }

    fn numbers(&self) -> [[u8; 8]; 3] {
        [
            self.store.0,
            self.created_at_ms,
            self.revoked_at_ms.unwrap_or(-1),
        ]
        .map(i64::to_be_bytes)
    }

    fn parts<'a>(&'a self, grant_json: &'a str, numbers: &'a [[u8; 8]; 3]) -> [&'a [u8]; 8] {
        [
            b"lethe-credential-v1",
            self.id.as_bytes(),
            self.recipient.as_bytes(),
            grant_json.as_bytes(),
            self.key_hash.as_ref().map_or(&[], |hash| hash.as_slice()),
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
