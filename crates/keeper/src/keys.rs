//! The key hierarchy in memory: the root key's children, unwrapped once when the keeper opens.

use crate::KeeperError;
use lethe_crypto::{
    BlindIndexKey, CanaryKey, LookupKind, MacKey, SecretKey, TokenKey, Unopenable, open_bytes,
    seal_bytes, unwrap_key, wrap_key,
};
use lethe_model::{Random, RecordId, StoreId, SubjectId, SubjectNumber};
use lethe_store::keyring::epochs::{self, EpochRow};
use lethe_store::keyring::service_keys::{self, ServiceKeyRow};
use lethe_store::{StoreError, Tx};
use std::collections::HashMap;
use zeroize::Zeroizing;

/// Key-encryption keys by epoch.
pub(crate) struct Epochs {
    keys: HashMap<i64, SecretKey>,
    current: i64,
}

impl Epochs {
    pub(crate) fn load(tx: &Tx<'_>, root: &SecretKey) -> Result<Self, KeeperError> {
        let mut keys = HashMap::new();
        for row in epochs::list(tx)? {
            let key = unwrap_key(root, &epoch_context(row.epoch), &row.wrapped).map_err(|_| {
                KeeperError::Keyring {
                    what: "a key-encryption key",
                }
            })?;
            keys.insert(row.epoch, key);
        }
        let current = keys.keys().copied().max().ok_or(KeeperError::Keyring {
            what: "the key-encryption keys",
        })?;
        Ok(Self { keys, current })
    }

    /// Makes a new epoch and stores it; it wraps from now on.
    pub(crate) fn begin(
        tx: &Tx<'_>,
        root: &SecretKey,
        epoch: i64,
        now_ms: i64,
        random: &dyn Random,
    ) -> Result<(), StoreError> {
        let key = SecretKey::generate(random);
        let wrapped = wrap_key(root, &epoch_context(epoch), &key, random.bytes()).to_vec();
        epochs::insert(
            tx,
            &EpochRow {
                epoch,
                wrapped,
                created_at: now_ms,
            },
        )
    }

    pub(crate) fn current(&self) -> i64 {
        self.current
    }

    /// Says whether keys of an epoch can be unwrapped: not once it was retired.
    pub(crate) fn holds(&self, epoch: i64) -> bool {
        self.keys.contains_key(&epoch)
    }

    pub(crate) fn oldest(&self) -> i64 {
        self.keys.keys().copied().min().unwrap_or(self.current)
    }

    pub(crate) fn wrap(&self, context: &[u8], key: &SecretKey, nonce: [u8; 12]) -> Vec<u8> {
        wrap_key(&self.keys[&self.current], context, key, nonce).to_vec()
    }

    pub(crate) fn unwrap(
        &self,
        epoch: i64,
        context: &[u8],
        wrapped: &[u8],
    ) -> Result<SecretKey, Unopenable> {
        unwrap_key(self.keys.get(&epoch).ok_or(Unopenable)?, context, wrapped)
    }
}

/// What a data key is bound to: record and generation.
pub(crate) fn data_key_context(record: &RecordId, generation: u32) -> [u8; 54] {
    let mut context = [0; 54];
    context[..17].copy_from_slice(b"lethe-data-key-v1");
    context[17..33].copy_from_slice(record.subject.as_bytes());
    context[33..49].copy_from_slice(record.order.as_bytes());
    context[49] = record.category.number();
    context[50..].copy_from_slice(&generation.to_be_bytes());
    context
}

/// What a subject's log key is bound to: subject, number and store, so that none can be exchanged.
pub(crate) fn log_key_context(
    subject: &SubjectId,
    number: SubjectNumber,
    store: StoreId,
) -> [u8; 52] {
    let mut context = [0; 52];
    context[..20].copy_from_slice(b"lethe-subject-key-v1");
    context[20..36].copy_from_slice(subject.as_bytes());
    context[36..44].copy_from_slice(&number.0.to_be_bytes());
    context[44..].copy_from_slice(&store.0.to_be_bytes());
    context
}

/// What the root of derived keys is bound to: the credential, so that no two rows can be exchanged.
pub(crate) fn derivation_context(credential: &str) -> Vec<u8> {
    format!("lethe-derivation-root-v1|{credential}").into_bytes()
}

fn epoch_context(epoch: i64) -> Vec<u8> {
    [b"lethe-epoch-v1".as_slice(), &epoch.to_be_bytes()].concat()
}

/// Keys by kind and scope, cleared when dropped.
type Secrets = HashMap<(String, String), Zeroizing<Vec<u8>>>;

/// Keys that serve no single record.
pub(crate) struct ServiceKeys {
    secrets: Secrets,
    indexes: HashMap<(i64, i64), BlindIndexKey>,
    tokens: HashMap<(i64, String), TokenKey>,
    pub(crate) credentials: MacKey,
    pub(crate) digests: MacKey,
    /// Missing until canaries are planted.
    pub(crate) canaries: Option<CanaryKey>,
    /// The log that is written now, and how many came before it.
    log: Option<(String, i64)>,
}

pub(crate) const INDEX: &str = "index";
pub(crate) const TOKEN: &str = "token";
pub(crate) const LOG_SIGNING: &str = "log-signing";
pub(crate) const LOG_BODY: &str = "log-body";
const CREDENTIALS: &str = "credentials";
const DIGESTS: &str = "digests";
/// Serves people who log in.
pub(crate) const STAFF: &str = "staff";
/// The server's part of password hashes.
pub(crate) const PEPPER: &str = "pepper";
/// Wraps the secrets of one-time codes.
pub(crate) const TOTP: &str = "totp";
const CANARIES: &str = "canaries";

impl ServiceKeys {
    /// Makes the keys of a new installation whose log is called `origin`.
    pub(crate) fn create(
        tx: &Tx<'_>,
        root: &SecretKey,
        origin: &str,
        now_ms: i64,
        random: &dyn Random,
    ) -> Result<(), StoreError> {
        for (kind, scope) in [
            (LOG_SIGNING, origin),
            (LOG_BODY, origin),
            (CREDENTIALS, ""),
            (DIGESTS, ""),
        ] {
            add(tx, root, kind, scope, &random.bytes::<32>(), now_ms, random)?;
        }
        Ok(())
    }

    /// Makes the keys of a new store.
    pub(crate) fn create_store(
        tx: &Tx<'_>,
        root: &SecretKey,
        store: StoreId,
        now_ms: i64,
        random: &dyn Random,
    ) -> Result<(), StoreError> {
        for kind in LookupKind::ALL {
            let scope = index_scope(store, kind);
            add(
                tx,
                root,
                INDEX,
                &scope,
                &random.bytes::<32>(),
                now_ms,
                random,
            )?;
        }
        Ok(())
    }

    /// Makes the keys that serve people who log in, once.
    pub(crate) fn create_staff(
        tx: &Tx<'_>,
        root: &SecretKey,
        now_ms: i64,
        random: &dyn Random,
    ) -> Result<(), StoreError> {
        for scope in [PEPPER, TOTP] {
            let secret = Zeroizing::new(random.bytes::<32>());
            add(tx, root, STAFF, scope, &*secret, now_ms, random)?;
        }
        Ok(())
    }

    /// Makes the key of the canaries, once.
    pub(crate) fn create_canaries(
        tx: &Tx<'_>,
        root: &SecretKey,
        now_ms: i64,
        random: &dyn Random,
    ) -> Result<(), StoreError> {
        let secret = Zeroizing::new(random.bytes::<32>());
        add(tx, root, CANARIES, "", &*secret, now_ms, random)
    }

    /// Makes the token key of a recipient, once.
    pub(crate) fn create_recipient(
        tx: &Tx<'_>,
        root: &SecretKey,
        store: StoreId,
        recipient: &str,
        now_ms: i64,
        random: &dyn Random,
    ) -> Result<(), StoreError> {
        let key = TokenKey::generate(random);
        let scope = token_scope(store, recipient);
        add(tx, root, TOKEN, &scope, key.expose(), now_ms, random)
    }

    pub(crate) fn load(tx: &Tx<'_>, root: &SecretKey) -> Result<Self, KeeperError> {
        let mut secrets = HashMap::new();
        let mut log: Option<(String, i64)> = None;
        for row in service_keys::list(tx)? {
            let is_newer = log.as_ref().is_none_or(|(_, one)| *one < row.generation);
            if row.kind == LOG_SIGNING && is_newer {
                log = Some((row.scope.clone(), row.generation));
            }
            let context = service_context(&row.kind, &row.scope, row.generation);
            let secret =
                open_bytes(root, &context, &row.wrapped).map_err(|_| KeeperError::Keyring {
                    what: "a service key",
                })?;
            secrets.insert((row.kind, row.scope), Zeroizing::new(secret));
        }
        let mut keys = Self {
            credentials: MacKey::new(&secret_of(&secrets, CREDENTIALS, "")?),
            digests: MacKey::new(&secret_of(&secrets, DIGESTS, "")?),
            canaries: secret_of(&secrets, CANARIES, "")
                .ok()
                .map(|key| CanaryKey::new(&key)),
            indexes: HashMap::new(),
            tokens: HashMap::new(),
            log,
            secrets,
        };
        for ((kind, scope), secret) in &keys.secrets {
            let malformed = KeeperError::Keyring {
                what: "a service key",
            };
            let Some((store, rest)) = scope.split_once('/') else {
                continue;
            };
            let Ok(store) = store.parse::<i64>() else {
                continue;
            };
            if kind == TOKEN {
                let key = TokenKey::from_bytes(secret).ok_or(malformed)?;
                keys.tokens.insert((store, rest.to_owned()), key);
            } else if kind == INDEX {
                let lookup = LookupKind::ALL
                    .into_iter()
                    .find(|lookup| lookup.name() == rest);
                let lookup = lookup.ok_or(malformed)?;
                let key = BlindIndexKey::new(&secret_of(&keys.secrets, kind, scope)?);
                keys.indexes.insert((store, lookup.number()), key);
            }
        }
        Ok(keys)
    }

    /// Returns the log's origin: the scope its keys were made for.
    pub(crate) fn log_origin(&self) -> Option<&str> {
        self.log.as_ref().map(|(origin, _)| origin.as_str())
    }

    /// Returns every log that there are keys of.
    pub(crate) fn log_origins(&self) -> Vec<String> {
        let signing = self.secrets.keys().filter(|(kind, _)| kind == LOG_SIGNING);
        let mut origins: Vec<String> = signing.map(|(_, scope)| scope.clone()).collect();
        origins.sort();
        origins
    }

    /// Makes the keys of a further log, which is written from now on.
    pub(crate) fn add_origin(
        tx: &Tx<'_>,
        root: &SecretKey,
        before: &Self,
        now_ms: i64,
        random: &dyn Random,
    ) -> Result<(), StoreError> {
        let generation = before.log.as_ref().map_or(0, |(_, one)| one + 1);
        let origin = new_origin(random);
        for kind in [LOG_SIGNING, LOG_BODY] {
            let secret = Zeroizing::new(random.bytes::<32>());
            let context = service_context(kind, &origin, generation);
            let row = ServiceKeyRow {
                kind: kind.to_owned(),
                scope: origin.clone(),
                generation,
                wrapped: seal_bytes(root, &context, &*secret, random.bytes()),
            };
            service_keys::insert(tx, &row, now_ms)?;
        }
        Ok(())
    }

    pub(crate) fn secret(&self, kind: &str, scope: &str) -> Result<SecretKey, KeeperError> {
        secret_of(&self.secrets, kind, scope)
    }

    pub(crate) fn index(&self, store: StoreId, kind: LookupKind) -> Option<&BlindIndexKey> {
        self.indexes.get(&(store.0, kind.number()))
    }

    pub(crate) fn token(&self, store: StoreId, recipient: &str) -> Option<&TokenKey> {
        self.tokens.get(&(store.0, recipient.to_owned()))
    }
}

/// Draws the name of a new log.
pub(crate) fn new_origin(random: &dyn Random) -> String {
    let bytes = random.bytes::<8>();
    let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("lethe.invalid/log/{name}")
}

fn add(
    tx: &Tx<'_>,
    root: &SecretKey,
    kind: &str,
    scope: &str,
    secret: &[u8],
    now_ms: i64,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let wrapped = seal_bytes(
        root,
        &service_context(kind, scope, 0),
        secret,
        random.bytes(),
    );
    let row = ServiceKeyRow {
        kind: kind.to_owned(),
        scope: scope.to_owned(),
        generation: 0,
        wrapped,
    };
    service_keys::insert(tx, &row, now_ms)
}

fn secret_of(secrets: &Secrets, kind: &str, scope: &str) -> Result<SecretKey, KeeperError> {
    secrets
        .get(&(kind.to_owned(), scope.to_owned()))
        .and_then(|secret| <[u8; 32]>::try_from(secret.as_slice()).ok())
        .map(|mut secret| SecretKey::take(&mut secret))
        .ok_or(KeeperError::Keyring {
            what: "a service key",
        })
}

fn service_context(kind: &str, scope: &str, generation: i64) -> Vec<u8> {
    format!("lethe-service-key-v1|{kind}|{scope}|{generation}").into_bytes()
}

fn index_scope(store: StoreId, kind: LookupKind) -> String {
    format!("{}/{}", store.0, kind.name())
}

fn token_scope(store: StoreId, recipient: &str) -> String {
    format!("{}/{recipient}", store.0)
}
