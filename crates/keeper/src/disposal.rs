//! Disposal, the keeper's half: the one way keys are destroyed, whether a person asked or a term is
//! over. Destroying the keys is what erases; the sealed bytes follow.
//!
//! An order may move to the archive on the way: its keys there are stored first, then the sealed
//! copy (by the caller), and only then are the old keys destroyed. A crash before that undoes the
//! move, a crash after it finishes it.

use crate::admission::{LogKey, Receipt, commitments};
use crate::keeper::public_part;
use crate::keys::{data_key_context, log_key_context};
use crate::ledger::{LedgerAct, record_text, subject_text};
use crate::log::{ActKind, Body, Phase};
use crate::trace::{DisposalTrace, IntentTrace};
use crate::{Credential, Keeper, Refusal};
use lethe_crypto::{LookupHash, LookupKind, SecretKey};
use lethe_model::{FieldSet, OrderId, Power, RecordId, StoreId, SubjectId, SubjectNumber};
use lethe_store::keyring::data_keys::DataKeyRow;
use lethe_store::keyring::intents::IntentRow;
use lethe_store::keyring::subject_keys::SubjectKeyRow;
use lethe_store::keyring::{
    archive_subjects, data_keys, intents, known_orders, lookups, subject_keys,
};
use lethe_store::{Database, StoreError, Tx};
use std::sync::PoisonError;

/// Up to this size the keyring is compacted after an erasure: 64 MiB take about a second. Copies
/// of wrapped keys in unused parts of a larger one lose their meaning with the next rotation.
pub const COMPACTED_BYTES_MAX: u64 = 64 << 20;

/// Why something is destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisposalKind {
    /// A person asked for it (GDPR Art. 17).
    Erasure,
    /// Its term is over (GDPR Art. 5(1)(e)).
    Retention,
}

/// Proof that a disposal's intent is in the log. Opens what it names, so that it can be moved.
#[derive(Debug)]
pub struct DisposalPermit {
    kind: DisposalKind,
    store: StoreId,
    credential: String,
    intent: [u8; 16],
    subjects: Vec<SubjectId>,
    log_keys: Vec<LogKey>,
    receipt: Receipt,
    trace: DisposalTrace,
    is_prepared: bool,
}

/// An order on its way to the archive: a subject of its own there, with fresh keys.
#[derive(Debug)]
pub struct MovedOrder {
    /// Whose order it is.
    pub origin: SubjectId,
    /// Its subject in the archive.
    pub subject: SubjectId,
    /// The outer keys of its records there.
    pub keys: Vec<(RecordId, SecretKey)>,
}

/// An archived order: its subject and its own id there.
pub type ArchivePlace = (SubjectId, OrderId);

/// What a disposal destroys.
#[derive(Debug, Default, Clone)]
pub struct Destruction {
    /// Records that end here: their keys are destroyed for good.
    pub records: Vec<RecordId>,
    /// Records whose sorted part is in the archive now: their old keys are destroyed.
    pub moved_from: Vec<RecordId>,
    /// Orders of which nothing is left in the active store, with their ids in the archive.
    pub orders: Vec<(SubjectId, OrderId, Option<ArchivePlace>)>,
    /// Subjects whose account ended by its term.
    pub accounts: Vec<SubjectId>,
    /// Subjects who can no longer be looked up.
    pub unlinked: Vec<SubjectId>,
    /// Subjects who are forgotten wholly, in the log too.
    pub forgotten: Vec<SubjectId>,
}

/// How much was destroyed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct DisposalCounts {
    /// Data keys.
    pub keys_destroyed: usize,
    /// Look-up rows.
    pub lookups_removed: usize,
    /// Orders whose number stays as a tombstone.
    pub tombstones: usize,
}

impl Destruction {
    /// Names everything once: two people's erasures may share a parcel.
    pub fn dedup(&mut self) {
        for records in [&mut self.records, &mut self.moved_from] {
            records.sort_unstable();
            records.dedup();
        }
        for subjects in [&mut self.accounts, &mut self.unlinked, &mut self.forgotten] {
            subjects.sort_unstable();
            subjects.dedup();
        }
    }
}

impl DisposalPermit {
    /// Returns the receipt that opens the subjects' records, for moving them.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Returns where the log announces the disposal.
    pub fn log_index(&self) -> u64 {
        self.receipt.index()
    }

    /// Returns what was noted for recovery: the caller removes the same rows.
    pub fn trace(&self) -> &DisposalTrace {
        &self.trace
    }

    /// Returns a subject's number and log key: the openings of its commitments. They go into the
    /// receipt of an erased person and are destroyed here.
    pub fn openings(&self, subject: &SubjectId) -> Option<(SubjectNumber, &SecretKey)> {
        let at = self.subjects.iter().position(|one| one == subject)?;
        self.log_keys.get(at).map(|key| (key.number, &key.key))
    }

    /// Returns the numbers and log keys of all subjects, in the order they were given.
    pub fn all_openings(&self) -> impl Iterator<Item = (&SubjectId, SubjectNumber, &SecretKey)> {
        let keys = self.log_keys.iter();
        let both = self.subjects.iter().zip(keys);
        both.map(|(subject, key)| (subject, key.number, &key.key))
    }
}

impl Keeper {
    /// Logs the intent to destroy or move records of these subjects.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when a subject is unknown; otherwise what grant, log and keyring say.
    pub fn begin_disposal(
        &self,
        credential: &Credential,
        kind: DisposalKind,
        subjects: &[(SubjectId, FieldSet)],
        detail: Option<serde_json::Value>,
    ) -> Result<DisposalPermit, Refusal> {
        self.permit(credential, kind.power())?;
        // Traces of finished batches may hold these people's look-up hashes.
        self.forget_settled()?;
        let store = credential.store;
        let rows = self.reader().read(|tx| -> Result<Vec<_>, Refusal> {
            let fetch = |subject| subject_keys::fetch(tx, subject).map_err(Refusal::from);
            subjects
                .iter()
                .map(|(subject, _)| fetch(subject)?.ok_or(Refusal::Gone))
                .collect()
        })?;
        if rows.iter().any(|row| row.store != store) {
            return Err(Refusal::Gone);
        }
        let salt = self.around.random.bytes();
        let intent: [u8; 16] = self.around.random.bytes();
        let log_keys = self.open_log_keys(&rows)?;
        let commitments = commitments(&salt, &log_keys, subjects);
        let mut public = public_part(kind.act(), Phase::Intent, store, &credential.id, detail);
        let all = subjects
            .iter()
            .fold(FieldSet::EMPTY, |all, (_, fields)| all.union(*fields));
        public.fields = all.iter().map(|field| field.to_string()).collect();
        let body = Body::new(salt, public, commitments);
        let log_index = self.in_turn(|_| Ok(vec![body]))?;
        Ok(DisposalPermit {
            kind,
            store,
            credential: credential.id.clone(),
            intent,
            subjects: subjects.iter().map(|(subject, _)| *subject).collect(),
            log_keys,
            receipt: Receipt::new(log_index, subjects.to_vec()),
            trace: DisposalTrace::new(store.0),
            is_prepared: false,
        })
    }

    /// Stores the archive's keys of moved orders. The sealed copies must be stored next; until
    /// [`Keeper::commit_disposal`] a crash undoes both.
    ///
    /// # Errors
    ///
    /// What the keyring says; nothing is written then.
    pub fn prepare_moves(
        &self,
        permit: &mut DisposalPermit,
        moves: &[MovedOrder],
    ) -> Result<(), Refusal> {
        if moves.is_empty() {
            return Ok(());
        }
        let numbers = self.new_subject_numbers(moves.len() as u64)?;
        let log_keys: Vec<LogKey> = numbers
            .map(|number| LogKey {
                number,
                key: SecretKey::generate(&*self.around.random),
            })
            .collect();
        permit.trace.added_subjects = moves.iter().map(|one| *one.subject.as_bytes()).collect();
        let keys = moves.iter().flat_map(|one| &one.keys);
        permit.trace.added_records = keys.map(|(record, _)| traced(record)).collect();
        let now_ms = self.around.clock.now_ms();
        let mut writer = self.writer();
        // Held until the rows are committed: a rotation must not retire this epoch in between.
        let epochs = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
        let random = &*self.around.random;
        writer.write_in_turn(|tx| -> Result<(), StoreError> {
            for (moved, log_key) in moves.iter().zip(&log_keys) {
                let (subject, number, store) = (moved.subject, log_key.number, permit.store);
                let context = log_key_context(&subject, number, store);
                let row = SubjectKeyRow {
                    subject,
                    number,
                    store,
                    epoch: epochs.current(),
                    wrapped: epochs.wrap(&context, &log_key.key, random.bytes()),
                };
                subject_keys::insert(tx, &row)?;
                archive_subjects::insert(tx, &subject, &moved.origin)?;
                for (record, key) in &moved.keys {
                    let context = data_key_context(record, 0);
                    let row = DataKeyRow {
                        record: *record,
                        generation: 0,
                        epoch: epochs.current(),
                        wrapped: epochs.wrap(&context, key, random.bytes()),
                    };
                    data_keys::insert(tx, &row)?;
                }
            }
            intents::insert(tx, &permit.row(self.log_origin()), now_ms)
        })?;
        permit.is_prepared = true;
        Ok(())
    }

    /// Takes a prepared move back, when its sealed copies could not be stored.
    ///
    /// # Errors
    ///
    /// What the keyring says; the next start takes it back then.
    pub fn abandon_disposal(&self, permit: &DisposalPermit) -> Result<(), Refusal> {
        if permit.is_prepared {
            let trace = &permit.trace;
            self.writer()
                .write_in_turn(|tx| -> Result<(), StoreError> {
                    undo_moves(tx, trace)?;
                    intents::delete(tx, &permit.intent)
                })?;
        }
        self.abandon(permit.log_index(), permit.store.0);
        Ok(())
    }

    /// Writes the ledger, then destroys the keys. From the return of this function on nothing named
    /// here opens; its rows must be removed next, and [`Keeper::finish_disposal`] called.
    ///
    /// # Errors
    ///
    /// What ledger and keyring say. When the ledger fails nothing was destroyed.
    pub fn commit_disposal(
        &self,
        permit: &mut DisposalPermit,
        what: &Destruction,
    ) -> Result<DisposalCounts, Refusal> {
        let tombstoned = what.orders.iter().filter(|(_, _, to)| to.is_none());
        let orders = tombstoned.map(|(subject, order, _)| {
            [subject_text(subject), crate::ledger::hex(order.as_bytes())].concat()
        });
        let numbers = self.reader().read(|tx| numbers_of(tx, what))?;
        let entry = LedgerAct::Destroyed {
            numbers: numbers
                .iter()
                .map(|hash| crate::ledger::hex(hash))
                .collect(),
            subjects: what.forgotten.iter().map(subject_text).collect(),
            unlinked: what.unlinked.iter().map(subject_text).collect(),
            records: what.records.iter().map(record_text).collect(),
            orders: orders.collect(),
        };
        self.note_in_ledger(vec![entry])?;
        permit.trace.commit(what);
        let now_ms = self.around.clock.now_ms();
        let counts = self
            .writer()
            .write_in_turn(|tx| -> Result<DisposalCounts, StoreError> {
                if permit.is_prepared {
                    let payload = permit.row(self.log_origin()).payload;
                    // Whoever ended the intent took the archive's copies back: no key may go then.
                    if !intents::renew(tx, &permit.intent, &payload)? {
                        return Err(StoreError::Superseded);
                    }
                } else {
                    intents::insert(tx, &permit.row(self.log_origin()), now_ms)?;
                }
                destroy(tx, what, now_ms)
            })?;
        permit.is_prepared = true;
        Ok(counts)
    }

    /// Logs the outcome and forgets the intent. With `is_last`, destroyed keys are cleared out of
    /// unused parts of the keyring and its write-ahead log too.
    ///
    /// Returns where the log holds the outcome, and whether the keyring is free of residues.
    ///
    /// # Errors
    ///
    /// What log and keyring say; recovery ends the disposal then.
    pub fn finish_disposal(
        &self,
        permit: &DisposalPermit,
        counts: serde_json::Value,
        is_last: bool,
    ) -> Result<(u64, bool), Refusal> {
        let (store, credential) = (permit.store, &permit.credential);
        let act = permit.kind.act();
        let mut public = public_part(act, Phase::Outcome, store, credential, Some(counts));
        public.intent = Some(permit.log_index());
        let index = self.append(public)?;
        let mut writer = self.writer();
        // The intent goes last: a crash in between lets recovery clear the keys away again.
        let is_clear = is_last && clear_destroyed(&mut writer)?;
        writer.write_in_turn(|tx| intents::delete(tx, &permit.intent))?;
        Ok((index, is_clear))
    }

    /// Clears destroyed keys out of unused parts of the keyring and out of its write-ahead log.
    /// Says whether the keyring was small enough for both; else a rotation ends what is left.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn clear_residues(&self) -> Result<bool, Refusal> {
        Ok(clear_destroyed(&mut self.writer())?)
    }

    /// Lists the archived orders of a person.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn archived_orders(&self, origin: &SubjectId) -> Result<Vec<SubjectId>, Refusal> {
        Ok(self
            .reader()
            .read(|tx| archive_subjects::of_origin(tx, origin))?)
    }

    /// Says whose archived order this is; `None` when that person was forgotten.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn origin_of(&self, archived: &SubjectId) -> Result<Option<SubjectId>, Refusal> {
        Ok(self
            .reader()
            .read(|tx| archive_subjects::origin(tx, archived))?)
    }

    /// Drops tombstones that are older than their term; returns how many.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn expire_tombstones(&self, before_ms: i64) -> Result<usize, Refusal> {
        Ok(self
            .writer()
            .write_in_turn(|tx| known_orders::expire(tx, before_ms))?)
    }
}

impl DisposalKind {
    fn act(self) -> ActKind {
        match self {
            Self::Erasure => ActKind::Erase,
            Self::Retention => ActKind::Retention,
        }
    }

    fn power(self) -> Power {
        match self {
            Self::Erasure => Power::Erase,
            Self::Retention => Power::Retention,
        }
    }
}

impl DisposalPermit {
    fn row(&self, origin: &str) -> IntentRow {
        IntentRow {
            id: self.intent,
            origin: origin.to_owned(),
            log_index: i64::try_from(self.log_index()).unwrap_or(i64::MAX),
            payload: IntentTrace::Disposal(Box::new(self.trace.clone())).to_bytes(),
        }
    }
}

/// Destroys keys and everything that leads to what they opened; harmless to repeat.
pub(crate) fn destroy(
    tx: &Tx<'_>,
    what: &Destruction,
    now_ms: i64,
) -> Result<DisposalCounts, StoreError> {
    let mut counts = DisposalCounts::default();
    for record in what.records.iter().chain(&what.moved_from) {
        for key in data_keys::of_record(tx, record)? {
            data_keys::delete(tx, record, key.generation)?;
            counts.keys_destroyed += 1;
        }
    }
    for (subject, order, to) in &what.orders {
        match to {
            Some((to_subject, to_order)) => {
                known_orders::archive_order(tx, (subject, order), (to_subject, to_order), now_ms)?;
            }
            None => counts.tombstones += known_orders::erase_order(tx, subject, order, now_ms)?,
        }
    }
    for subject in &what.accounts {
        known_orders::forget_account(tx, subject)?;
    }
    for subject in &what.unlinked {
        counts.lookups_removed += lookups::delete_subject(tx, subject)?;
    }
    for subject in &what.forgotten {
        counts.keys_destroyed += data_keys::delete_subject(tx, subject)?;
        known_orders::forget_account_by(tx, subject, LookupKind::Email.number())?;
        counts.tombstones += known_orders::erase_subject(tx, subject, now_ms)?;
        counts.lookups_removed += lookups::delete_subject(tx, subject)?;
        archive_subjects::delete(tx, subject)?;
        archive_subjects::delete_origin(tx, subject)?;
        subject_keys::delete(tx, subject)?;
    }
    Ok(counts)
}

/// Lists the hashes of order numbers that become tombstones.
fn numbers_of(tx: &Tx<'_>, what: &Destruction) -> Result<Vec<LookupHash>, StoreError> {
    let mut numbers = Vec::new();
    for (subject, order, to) in &what.orders {
        if to.is_none() {
            numbers.extend(known_orders::of_order(tx, subject, order)?);
        }
    }
    for subject in &what.forgotten {
        let email = LookupKind::Email.number();
        numbers.extend(known_orders::of_subject_but(tx, subject, email)?);
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// Removes the archive's keys of a move that was not committed.
pub(crate) fn undo_moves(tx: &Tx<'_>, trace: &DisposalTrace) -> Result<(), StoreError> {
    for (subject, order, category) in &trace.added_records {
        let record = crate::intents::record_id(subject, order, *category)?;
        data_keys::delete(tx, &record, 0)?;
    }
    for subject in &trace.added_subjects {
        let subject = SubjectId::from_bytes(*subject);
        archive_subjects::delete(tx, &subject)?;
        subject_keys::delete(tx, &subject)?;
    }
    Ok(())
}

/// Clears destroyed keys out of unused parts of the database and out of its write-ahead log. Says
/// whether the database was small enough for both.
pub(crate) fn clear_destroyed(writer: &mut Database) -> Result<bool, StoreError> {
    let is_compacted = writer.forgets() && writer.bytes()? <= COMPACTED_BYTES_MAX;
    if is_compacted {
        writer.compact()?;
    }
    writer.checkpoint()?;
    Ok(is_compacted)
}

fn traced(record: &RecordId) -> ([u8; 16], [u8; 16], u8) {
    let (subject, order) = (*record.subject.as_bytes(), *record.order.as_bytes());
    (subject, order, record.category.number())
}
