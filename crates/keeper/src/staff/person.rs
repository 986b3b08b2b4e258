//! A person's row, authenticated as a whole: a database administrator can neither set a password nor
//! take a second factor away.

use crate::keys::{PEPPER, STAFF, ServiceKeys, TOTP};
use crate::{Keeper, Refusal, hex, unhex};
use lethe_crypto::{MacKey, open_bytes, seal_bytes};
use lethe_model::{Random, StoreId};
use lethe_staff::{Device, PasswordHash, Pepper, RecoveryCode, StaffName, TotpSecret};
use lethe_store::Tx;
use lethe_store::keyring::staff::{self, StaffRow};

/// How long a device is known after its last login, in milliseconds.
const DEVICE_MS: i64 = 90 * 24 * 60 * 60 * 1000;
const DEVICE_PREFIX: &str = "lethe_sd_";

/// Somebody who can log in.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) credential: String,
    pub(super) store: StoreId,
    pub(super) name: StaffName,
    pub(super) role: String,
    pub(super) password: PasswordHash,
    /// Wrapped.
    pub(super) totp: Vec<u8>,
    /// -1 before the first code.
    pub(super) last_step: i64,
    pub(super) recovery: Vec<[u8; 32]>,
    pub(super) created_ms: i64,
    pub(super) changed_ms: i64,
}

impl Person {
    pub(super) fn from_row(row: StaffRow, key: &MacKey) -> Result<Self, Refusal> {
        let forged = || {
            Refusal::KeyringUnavailable(format!(
                "the login of {} was changed in the database: its row does not authenticate; restore the keyring from a backup, and treat it as an incident",
                row.credential
            ))
        };
        if !with_parts(&row, |parts| key.verifies(parts, &row.mac)) {
            return Err(forged());
        }
        let (codes, rest) = row.recovery.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(forged());
        }
        Ok(Self {
            name: StaffName::parse(&row.name).map_err(|_| forged())?,
            password: PasswordHash::parse(&row.password_hash).ok_or_else(forged)?,
            recovery: codes.to_vec(),
            credential: row.credential,
            store: row.store,
            role: row.role,
            totp: row.totp,
            last_step: row.last_step,
            created_ms: row.created_at,
            changed_ms: row.changed_at,
        })
    }

    pub(super) fn to_row(&self, key: &MacKey) -> StaffRow {
        let mut row = StaffRow {
            credential: self.credential.clone(),
            store: self.store,
            name: self.name.as_str().to_owned(),
            role: self.role.clone(),
            password_hash: self.password.to_phc(),
            totp: self.totp.clone(),
            last_step: self.last_step,
            recovery: self.recovery.concat(),
            created_at: self.created_ms,
            changed_at: self.changed_ms,
            mac: Vec::new(),
        };
        row.mac = with_parts(&row, |parts| key.tag(parts)).to_vec();
        row
    }
}

/// Calls with what the row's MAC is over.
fn with_parts<T>(row: &StaffRow, call: impl FnOnce(&[&[u8]]) -> T) -> T {
    let numbers =
        [row.store.0, row.last_step, row.created_at, row.changed_at].map(i64::to_be_bytes);
    call(&[
        b"lethe-staff-v1",
        row.credential.as_bytes(),
        row.name.as_bytes(),
        row.role.as_bytes(),
        row.password_hash.as_bytes(),
        &row.totp,
        &row.recovery,
        &numbers[0],
        &numbers[1],
        &numbers[2],
        &numbers[3],
    ])
}

/// What the second factor's secret is bound to.
fn totp_context(credential: &str) -> Vec<u8> {
    format!("lethe-staff-totp-v1|{credential}").into_bytes()
}

impl Keeper {
    /// Finds somebody by name. Reads everybody's rows, so that a name that nobody has takes as long.
    pub(super) fn person(
        &self,
        store: StoreId,
        name: Option<&StaffName>,
    ) -> Result<Option<Person>, Refusal> {
        let rows = self.reader().read(staff::list)?;
        let is_them = |row: &StaffRow| {
            row.store == store && name.is_some_and(|name| row.name == name.as_str())
        };
        let key = &self.service().credentials;
        rows.into_iter()
            .find(is_them)
            .map(|row| Person::from_row(row, key))
            .transpose()
    }

    /// Changes somebody's row as it stands now: `change` says whether to.
    pub(super) fn change_person<T>(
        &self,
        person: &Person,
        change: impl FnOnce(&mut Person) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let service = self.service();
        self.writer().write(|tx: &Tx<'_>| -> Result<_, Refusal> {
            let row = staff::by_name(tx, person.store, person.name.as_str())?;
            let Some(row) = row.filter(|row| row.credential == person.credential) else {
                return Ok(None);
            };
            let mut current = Person::from_row(row, &service.credentials)?;
            let Some(done) = change(&mut current) else {
                return Ok(None);
            };
            staff::update(tx, &current.to_row(&service.credentials))?;
            Ok(Some(done))
        })
    }

    /// Returns the server's part of password hashes. Before anybody was added there is none, and
    /// nothing that it could open.
    pub(super) fn pepper(&self) -> Pepper {
        let secret = self.service().secret(STAFF, PEPPER);
        Pepper::new(secret.map_or([0; 32], |key| *key.expose()))
    }

    pub(super) fn open_totp(&self, person: &Person) -> Result<TotpSecret, Refusal> {
        let damaged = || Refusal::KeyringUnavailable("a second factor does not open".to_owned());
        let key = self.service().secret(STAFF, TOTP).map_err(|_| damaged())?;
        let context = totp_context(&person.credential);
        let secret = open_bytes(&key, &context, &person.totp).map_err(|_| damaged())?;
        let secret = zeroize::Zeroizing::new(secret);
        TotpSecret::from_slice(&secret).ok_or_else(damaged)
    }

    pub(super) fn seal_totp(
        &self,
        credential: &str,
        secret: &TotpSecret,
        random: &dyn Random,
    ) -> Result<Vec<u8>, Refusal> {
        let key = self
            .service()
            .secret(STAFF, TOTP)
            .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))?;
        let context = totp_context(credential);
        Ok(seal_bytes(&key, &context, secret.expose(), random.bytes()))
    }

    pub(super) fn recovery_hash(&self, credential: &str, code: &RecoveryCode) -> [u8; 32] {
        self.service().credentials.tag(&[
            b"lethe-staff-recovery-v1",
            credential.as_bytes(),
            code.expose().as_bytes(),
        ])
    }

    /// Makes the keys that serve people, if this keyring is from before there were any.
    pub(super) fn need_staff_keys(&self) -> Result<(), Refusal> {
        if self.service().secret(STAFF, PEPPER).is_ok() {
            return Ok(());
        }
        let now_ms = self.around.clock.now_ms();
        let random = &*self.around.random;
        self.writer()
            .write(|tx| ServiceKeys::create_staff(tx, &self.root, now_ms, random))?;
        self.reload()
            .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))
    }

    /// Makes what a client shows at its next login, so that strangers' failures do not slow it down.
    /// It opens nothing. A new password makes it worthless.
    pub(super) fn device_token(&self, person: &Person, id: [u8; 16]) -> String {
        let until_ms = self.around.clock.now_ms() + DEVICE_MS;
        let tag = self.device_tag(person, &id, until_ms);
        format!("{DEVICE_PREFIX}{}.{until_ms}.{}", hex(&id), hex(&tag))
    }

    /// Returns the device of a token, if it is this person's and still good.
    pub(super) fn known_device(&self, person: &Person, token: &str) -> Option<Device> {
        let mut parts = token.strip_prefix(DEVICE_PREFIX)?.splitn(3, '.');
        let id: [u8; 16] = unhex(parts.next()?)?.try_into().ok()?;
        let until_ms: i64 = parts.next()?.parse().ok()?;
        let tag = unhex(parts.next()?)?;
        let is_good = self.service().credentials.verifies(
            &device_parts(
                person,
                &id,
                &until_ms.to_be_bytes(),
                &person.changed_ms.to_be_bytes(),
            ),
            &tag,
        );
        (is_good && until_ms > self.around.clock.now_ms()).then_some(Device(id))
    }

    fn device_tag(&self, person: &Person, id: &[u8; 16], until_ms: i64) -> [u8; 32] {
        let (until, changed) = (until_ms.to_be_bytes(), person.changed_ms.to_be_bytes());
        let parts = device_parts(person, id, &until, &changed);
        self.service().credentials.tag(&parts)
    }
}

fn device_parts<'a>(
    person: &'a Person,
    id: &'a [u8; 16],
    until: &'a [u8; 8],
    changed: &'a [u8; 8],
) -> [&'a [u8]; 5] {
    [
        b"lethe-staff-device-v1",
        person.credential.as_bytes(),
        id,
        until,
        changed,
    ]
}
