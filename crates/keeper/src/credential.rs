//! Credentials: who asks. Grants are authenticated, so that a database administrator cannot widen
//! one by editing a row.

use crate::break_glass::Broken;
use crate::derived::{Derivation, Derived};
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
    /// When it was presented as a key derived from this one: which, and what else narrows it. Such a
    /// credential has the id of its parent and is never stored.
    pub derived: Option<Derived>,
    /// What it has beyond its grant while an emergency lasts. No row holds it.
    pub(crate) broken: Option<Broken>,
    key_hash: Option<[u8; 32]>,
    derivation: Option<Derivation>,
}

impl Credential {
    pub(crate) fn new(
        id: String,
        store: StoreId,
        recipient: String,
        grant: Grant,
        created_at_ms: i64,
        secret: Option<([u8; 32], Derivation)>,
    ) -> Self {
        let (key_hash, derivation) = secret.unzip();
        Self {
            id,
            store,
            recipient,
            grant,
            created_at_ms,
            revoked_at_ms: None,
            standing: Standing::default(),
            derived: None,
            broken: None,
            key_hash,
            derivation,
        }
    }

    pub(crate) fn key_hash(&self) -> Option<[u8; 32]> {
        self.key_hash
    }

    pub(crate) fn derivation(&self) -> Option<&Derivation> {
        self.derivation.as_ref()
    }

    /// Says whether this is the operator's own credential.
    pub fn is_operator(&self) -> bool {
        self.recipient == OPERATOR && self.key_hash.is_none()
    }

    /// Says whether somebody logs in with it, rather than presenting a key.
    pub fn is_staff(&self) -> bool {
        self.key_hash.is_none() && !self.is_operator()
    }

    /// Says whether one person may have both this credential and another.
    ///
    /// Who answers for both has both: a person's owner is their name, so that a session and a key with
    /// that owner are one. Two who log in are two, also in one role: each has a second factor. A key is
    /// whoever's holds it, so whoever shares its recipient may be its holder.
    pub(crate) fn is_same_person(&self, other: &Self) -> bool {
        let owner = |one: &Self| {
            let owner = one.grant.owner.as_deref().map(str::trim);
            owner.filter(|name| !name.is_empty()).map(str::to_lowercase)
        };
        let is_one_owner = owner(self).is_some() && owner(self) == owner(other);
        let are_both_staff = self.is_staff() && other.is_staff();
        let is_one_recipient = self.recipient == other.recipient && !are_both_staff;
        self.id == other.id || is_one_owner || is_one_recipient
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
            derived: None,
            derivation: Derivation::from_row(row).map_err(|_| forged())?,
        };
        let standing = row.standing.as_deref();
        let is_authentic = credential.verifies(&row.grant_json, standing, key, &row.mac)
            || credential.verifies_as_first(row, key);
        if is_authentic {
            Ok(credential)
        } else {
            Err(forged())
        }
    }

    /// Verifies a row of before there were standings and derived keys: it has neither.
    fn verifies_as_first(&self, row: &CredentialRow, key: &MacKey) -> bool {
        let numbers = self.numbers();
        let parts: [&[u8]; 8] = [
            b"lethe-credential-v1",
            self.id.as_bytes(),
            self.recipient.as_bytes(),
            row.grant_json.as_bytes(),
            self.key_hash.as_ref().map_or(&[], |hash| hash.as_slice()),
            &numbers[0],
            &numbers[1],
            &numbers[2],
        ];
        row.standing.is_none() && self.derivation.is_none() && key.verifies(&parts, &row.mac)
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
            derivation_id: self.derivation.as_ref().map(|one| one.key_id.to_vec()),
            derivation_root: self.derivation.as_ref().map(|one| one.wrapped.clone()),
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

    /// A row of a release before derived keys has no derivation, and its tag does not cover one.
    fn parts<'a>(
        &'a self,
        grant_json: &'a str,
        standing: Option<&'a str>,
        numbers: &'a [[u8; 8]; 3],
    ) -> Vec<&'a [u8]> {
        let mut parts: Vec<&[u8]> = vec![
            b"lethe-credential-v2",
            self.id.as_bytes(),
            self.recipient.as_bytes(),
            grant_json.as_bytes(),
            self.key_hash.as_ref().map_or(&[], |hash| hash.as_slice()),
            standing.unwrap_or("").as_bytes(),
            &numbers[0],
            &numbers[1],
            &numbers[2],
        ];
        if let Some(derivation) = &self.derivation {
            parts.extend([derivation.key_id.as_slice(), &derivation.wrapped]);
        }
        parts
    }
}

/// The hash under which a key is kept: keyed, so that a stolen table cannot be tried against.
pub(crate) fn key_hash(key: &MacKey, secret: &ApiKey) -> [u8; 32] {
    key.tag(&[b"lethe-api-key-v1", secret.expose().as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use lethe_crypto::SecretKey;
    use lethe_testkit::SeededRandom;

    fn mac_key() -> MacKey {
        MacKey::new(&SecretKey::take(&mut [7; 32]))
    }

    fn credential() -> Credential {
        let random = SeededRandom::new(1);
        let secret = ApiKey::generate(&random);
        let root = SecretKey::take(&mut [3; 32]);
        let derivation = Derivation::of(&secret, "key_1", &root, &random);
        let hash = key_hash(&mac_key(), &secret);
        let (id, recipient) = ("key_1".to_owned(), "support".to_owned());
        let secret = Some((hash, derivation));
        Credential::new(id, StoreId(1), recipient, Grant::default(), 5, secret)
    }

    #[test]
    fn what_keys_derive_from_cannot_be_taken_out_of_a_row_or_exchanged() {
        let (key, whole) = (mac_key(), credential());
        let row = whole.to_row(&key);
        assert_eq!(Credential::from_row(&row, &key).unwrap(), whole);
        let changes: [fn(&mut CredentialRow); 4] = [
            |row| (row.derivation_id, row.derivation_root) = (None, None),
            |row| row.derivation_root = None,
            |row| row.derivation_id = Some(vec![9; 16]),
            |row| row.derivation_root = Some(vec![9; 60]),
        ];
        for change in changes {
            let mut forged = row.clone();
            change(&mut forged);
            assert!(Credential::from_row(&forged, &key).is_err());
        }
    }

    #[test]
    fn a_row_of_the_first_format_still_authenticates_and_takes_no_standing() {
        let key = mac_key();
        let (id, recipient) = ("operator".to_owned(), "operator".to_owned());
        let first = Credential::new(id, StoreId(1), recipient, Grant::default(), 5, None);
        let mut row = first.to_row(&key);
        let [store, created, revoked] = [1_i64, 5, -1].map(i64::to_be_bytes);
        let parts: [&[u8]; 8] = [
            b"lethe-credential-v1",
            b"operator",
            b"operator",
            row.grant_json.as_bytes(),
            b"",
            &store,
            &created,
            &revoked,
        ];
        row.mac = key.tag(&parts).to_vec();
        assert_eq!(Credential::from_row(&row, &key).unwrap(), first);
        row.standing = Some("{}".to_owned());
        assert!(Credential::from_row(&row, &key).is_err());
    }

    #[test]
    fn a_row_of_before_derived_keys_still_authenticates() {
        let key = mac_key();
        let before = Credential {
            derivation: None,
            ..credential()
        };
        let row = before.to_row(&key);
        assert_eq!(Credential::from_row(&row, &key).unwrap(), before);
    }

    #[test]
    fn a_revoked_derived_key_cannot_be_taken_out_of_a_row() {
        let (key, mut one) = (mac_key(), credential());
        one.standing.revoked_derived = vec!["dk_3856fac4c294b47c".to_owned()];
        let mut row = one.to_row(&key);
        row.standing = None;
        assert!(Credential::from_row(&row, &key).is_err());
    }
}
