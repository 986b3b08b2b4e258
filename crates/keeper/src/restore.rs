//! After a restore, the keeper's half: a log of its own, and everything the ledger knows that the
//! backup does not.

use crate::credential::Credential;
use crate::disposal::{Destruction, destroy};
use crate::keeper::public_part;
use crate::keys::ServiceKeys;
use crate::ledger::{LedgerAct, LedgerLine, unhex};
use crate::log::{ActKind, LogFiles, Phase};
use crate::policies::AdoptedPolicy;
use crate::{Keeper, KeeperError, OPERATOR, Refusal, Surroundings};
use lethe_crypto::{LookupHash, SecretKey};
use lethe_model::{Category, OrderId, RecordId, StoreId, SubjectId};
use lethe_store::keyring::known_orders::KnownRow;
use lethe_store::keyring::{credentials, data_keys, known_orders, policies};
use lethe_store::{Database, Folder, Kind, Speed, StoreError};
use std::fs;
use std::path::PathBuf;

/// What the ledger brought.
#[derive(Debug, Default)]
pub struct CaughtUp {
    /// Data keys that a backup had brought back, destroyed again.
    pub keys_destroyed: usize,
    /// People forgotten again.
    pub forgotten: usize,
    /// Keys revoked again.
    pub revoked: usize,
    /// Policies adopted again.
    pub policies: usize,
    /// Holds placed (with what the active store needs) or released, in order.
    pub holds: Vec<(String, Option<serde_json::Value>)>,
}

impl Keeper {
    /// Returns the name of the log that an installation's keyring writes.
    ///
    /// # Errors
    ///
    /// [`KeeperError`] when the keyring does not open.
    pub fn log_origin_in(folder: &Folder, root: &SecretKey) -> Result<String, KeeperError> {
        let mut keyring = Database::open_reader(folder.place(Kind::Keyring), Kind::Keyring)?;
        let service = keyring.read(|tx| ServiceKeys::load(tx, root))?;
        Ok(service.log_origin().unwrap_or_default().to_owned())
    }

    /// Gives a restored installation a log of its own: whoever kept the old one may go on with it,
    /// and two logs of one name would contradict each other. The log called `restored` is set aside.
    ///
    /// Harmless to repeat, with the same name.
    ///
    /// # Errors
    ///
    /// What keyring and file system say.
    pub fn begin_new_origin(
        folder: &Folder,
        root: &SecretKey,
        around: &Surroundings,
        restored: &str,
    ) -> Result<(), KeeperError> {
        let mut keyring =
            Database::open(folder.place(Kind::Keyring), Kind::Keyring, Speed::Serving)?;
        let service = keyring.read(|tx| ServiceKeys::load(tx, root))?;
        if service.log_origin().unwrap_or_default() == restored {
            let now_ms = around.clock.now_ms();
            let random = &*around.random;
            keyring.write(|tx| -> Result<(), KeeperError> {
                ServiceKeys::add_origin(tx, root, &service, now_ms, random)?;
                Ok(())
            })?;
        }
        let service = keyring.read(|tx| ServiceKeys::load(tx, root))?;
        let current = service.log_origin().unwrap_or_default();
        let files = LogFiles::new(&folder.log_dir());
        let named = files.verifier_key().map_err(crate::log::LogError::Read)?;
        let named = named.and_then(|key| key.split('+').next().map(str::to_owned));
        let set_aside = || {
            if let Some(name) = named.filter(|name| name != current) {
                let suffix = name.rsplit('/').next().unwrap_or("log").to_owned();
                fs::create_dir_all(folder.logs_before())?;
                fs::rename(folder.log_dir(), folder.logs_before().join(suffix))?;
            }
            fs::create_dir_all(folder.log_dir())
        };
        set_aside().map_err(crate::log::LogError::Write)?;
        Ok(())
    }

    /// Does again what a line of the ledger says was done; harmless to repeat. Forgotten subjects that
    /// are left to the caller are returned: what the law keeps of them must be archived first.
    ///
    /// # Errors
    ///
    /// [`Refusal::KeyringUnavailable`] when a line cannot be understood; otherwise what the keyring
    /// says.
    pub fn catch_up(
        &self,
        line: &LedgerLine,
        is_left_to_caller: impl Fn(&SubjectId) -> Result<bool, StoreError>,
        caught: &mut CaughtUp,
    ) -> Result<Vec<SubjectId>, Refusal> {
        let mut left = Vec::new();
        match &line.act {
            LedgerAct::Destroyed { .. } => {
                let mut what = destruction(&line.act).ok_or_else(|| malformed(line.n))?;
                for subject in std::mem::take(&mut what.forgotten) {
                    if is_left_to_caller(&subject)? {
                        left.push(subject);
                    } else {
                        what.forgotten.push(subject);
                    }
                }
                caught.forgotten += what.forgotten.len();
                let numbers = numbers(&line.act).ok_or_else(|| malformed(line.n))?;
                let counts = self.writer().write(|tx| -> Result<_, StoreError> {
                    let counts = destroy(tx, &what, line.at)?;
                    for number in &numbers {
                        known_orders::bury(tx, number, line.at)?;
                    }
                    Ok(counts)
                })?;
                caught.keys_destroyed += counts.keys_destroyed;
            }
            LedgerAct::Revoked { key } => caught.revoked += self.revoke_again(key, line.at)?,
            LedgerAct::RevokedDerived { key, fingerprint } => {
                caught.revoked += self.revoke_derived_again(key, fingerprint)?;
            }
            LedgerAct::Policy { .. } => caught.policies += self.adopt_again(line)?,
            LedgerAct::Hold { hold, placed } => {
                caught.holds.push((hold.clone(), placed.clone()));
            }
            LedgerAct::Head { .. } => {}
        }
        Ok(left)
    }

    /// Reads credentials again once all lines are done.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn finish_catching_up(&self) -> Result<(), Refusal> {
        self.reload()
            .map_err(|error| Refusal::KeyringUnavailable(error.to_string()))
    }

    fn revoke_again(&self, id: &str, at_ms: i64) -> Result<usize, Refusal> {
        let credentials = self.credentials();
        let living = credentials
            .iter()
            .find(|one| one.id == id && one.revoked_at_ms.is_none());
        let Some(living) = living else { return Ok(0) };
        let mut revoked = Credential::clone(living);
        revoked.revoked_at_ms = Some(at_ms);
        let row = revoked.to_row(&self.service().credentials);
        self.writer()
            .write(|tx| -> Result<_, StoreError> { credentials::update(tx, &row) })?;
        Ok(1)
    }

    fn adopt_again(&self, line: &LedgerLine) -> Result<usize, Refusal> {
        let LedgerAct::Policy {
            policy,
            text,
            adopted_by,
            effective_at,
        } = &line.act
        else {
            return Ok(0);
        };
        if self.policies()?.iter().any(|known| known.id == *policy) {
            return Ok(0);
        }
        let adopted = AdoptedPolicy {
            id: *policy,
            text: text.clone(),
            adopted_by: adopted_by.clone(),
            adopted_at_ms: line.at,
            effective_at_ms: *effective_at,
        };
        let row = adopted.to_row(&self.service().credentials);
        self.writer().write(|tx| policies::insert(tx, &row))?;
        Ok(1)
    }

    /// Logs the restore. From this entry on every quota of the day counts as spent: what was read
    /// between the backup and the loss is not known.
    ///
    /// # Errors
    ///
    /// What the log says.
    pub fn note_restore(&self, detail: serde_json::Value) -> Result<u64, Refusal> {
        let index = self.append(public_part(
            ActKind::Restore,
            Phase::Act,
            StoreId(0),
            OPERATOR,
            Some(detail),
        ))?;
        let mut admission = self.admission();
        let at_ms = admission.log.last_ms();
        admission.quotas.spend_until(at_ms + crate::WINDOW_MS);
        Ok(index)
    }

    /// Says which of these records, by generation, no key opens any more.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn without_key(&self, records: &[(RecordId, u32)]) -> Result<Vec<RecordId>, Refusal> {
        Ok(self.reader().read(|tx| -> Result<_, StoreError> {
            let mut orphans = Vec::new();
            for (record, generation) in records {
                let keys = data_keys::of_record(tx, record)?;
                if !keys.iter().any(|key| key.generation == *generation) {
                    orphans.push(*record);
                }
            }
            Ok(orphans)
        })?)
    }

    /// Returns up to `limit` known orders after a hash.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn known_orders(&self, after: &LookupHash, limit: i64) -> Result<Vec<KnownRow>, Refusal> {
        Ok(self
            .reader()
            .read(|tx| known_orders::page(tx, after, limit))?)
    }

    /// Forgets orders whose data is gone, so that they can come in again: `lost`; and lets the next
    /// delivery of others count as new: `stale`.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn expect_again(&self, lost: &[LookupHash], stale: &[LookupHash]) -> Result<(), Refusal> {
        self.writer().write(|tx| -> Result<(), StoreError> {
            for hash in lost {
                known_orders::delete(tx, hash)?;
            }
            for hash in stale {
                known_orders::renew(tx, hash, None, None)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Opens keyring and ledger of a restored folder just far enough to read copies of its ledger.
    ///
    /// # Errors
    ///
    /// [`KeeperError`] when a copy is not this installation's.
    pub fn read_ledger_copies(
        folder: &Folder,
        root: &SecretKey,
        copies: &[PathBuf],
    ) -> Result<Vec<(PathBuf, Vec<LedgerLine>)>, KeeperError> {
        let mut keyring = Database::open_reader(folder.place(Kind::Keyring), Kind::Keyring)?;
        let service = keyring.read(|tx| ServiceKeys::load(tx, root))?;
        let read = |path: &PathBuf| {
            let lines = crate::ledger::read_copy(path, &service.credentials)?;
            Ok((path.clone(), lines))
        };
        copies.iter().map(read).collect()
    }
}

fn destruction(act: &LedgerAct) -> Option<Destruction> {
    let LedgerAct::Destroyed {
        subjects,
        unlinked,
        records,
        orders,
        ..
    } = act
    else {
        return None;
    };
    let subject = |text: &String| SubjectId::from_slice(&unhex(text)?);
    let record = |text: &String| {
        let bytes = unhex(text)?;
        let (subject, rest) = bytes.split_at_checked(16)?;
        let (order, category) = rest.split_at_checked(16)?;
        let [category] = category else { return None };
        Some(RecordId {
            subject: SubjectId::from_slice(subject)?,
            order: OrderId::from_slice(order)?,
            category: Category::from_number((*category).into())?,
        })
    };
    let order = |text: &String| {
        let bytes = unhex(text)?;
        let (subject, order) = bytes.split_at_checked(16)?;
        Some((
            SubjectId::from_slice(subject)?,
            OrderId::from_slice(order)?,
            None,
        ))
    };
    Some(Destruction {
        records: records.iter().map(record).collect::<Option<_>>()?,
        moved_from: Vec::new(),
        orders: orders.iter().map(order).collect::<Option<_>>()?,
        accounts: Vec::new(),
        unlinked: unlinked.iter().map(subject).collect::<Option<_>>()?,
        forgotten: subjects.iter().map(subject).collect::<Option<_>>()?,
    })
}

fn numbers(act: &LedgerAct) -> Option<Vec<LookupHash>> {
    let LedgerAct::Destroyed { numbers, .. } = act else {
        return None;
    };
    let hash = |text: &String| LookupHash::try_from(unhex(text)?).ok();
    numbers.iter().map(hash).collect()
}

fn malformed(line: u64) -> Refusal {
    Refusal::KeyringUnavailable(format!(
        "line {} of the ledger cannot be understood: it may be of a newer release",
        line + 1
    ))
}
