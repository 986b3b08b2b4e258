//! The writer: one batch at a time, in an order that survives a crash at any point.

use super::Rejection;
use super::decide::{Decision, Draw, EarlierRecipient, Overlay, Planned};
use super::prepare::Prepared;
use super::seal::{Earlier, SealedBatch, planned_subjects, seal};
use crate::Error;
use crate::dispose::{Removal, remove_archived, remove_rows};
use crate::policy::Policies;
use lethe_keeper::{Credential, IntakePermit, IntentTrace, Keeper, OpenIntent, Surroundings};
use lethe_model::{Category, OrderId, Random, RecordId, SubjectId};
use lethe_store::active::{batches, contacts, imports, orders, records};
use lethe_store::{Database, SharedLock, Speed, StoreError, Tx};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What became of one order or customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntakeOutcome {
    /// It is new.
    Imported {
        /// The buyer.
        subject: SubjectId,
        /// The order.
        order: OrderId,
    },
    /// It replaced an earlier version.
    Updated {
        /// The buyer.
        subject: SubjectId,
        /// The order.
        order: OrderId,
    },
    /// It is stored like that already, or in a later version.
    Unchanged {
        /// The buyer.
        subject: SubjectId,
        /// The order.
        order: OrderId,
    },
    /// It was not taken.
    Rejected(Rejection),
}

/// One item of a batch: prepared, or refused while being prepared.
pub(crate) type BatchItem = Result<Prepared, Rejection>;

/// How far the source of a batch has come, stored with it.
pub(crate) struct Progress {
    pub(crate) source: [u8; 16],
    pub(crate) rows_done: i64,
    pub(crate) report: String,
}

/// Says what to note about the source once these outcomes are stored.
pub(crate) type Note<'n> = &'n dyn Fn(&[IntakeOutcome]) -> Progress;

/// A batch cut where one item changes another of it.
struct Decided {
    batch: Vec<Planned>,
    outcomes: Vec<IntakeOutcome>,
    later: Vec<BatchItem>,
}

/// The one writer of the active store.
pub(crate) struct Intake {
    keeper: Arc<Keeper>,
    policies: Arc<Policies>,
    around: Surroundings,
    state: Mutex<State>,
    /// Where other vaults use the same databases: whoever holds it is the one that writes.
    writing: Option<Mutex<Database>>,
}

/// The right to change the active store: of this process, and among several vaults.
pub(crate) struct Writing<'i> {
    state: MutexGuard<'i, State>,
    shared: Option<(&'i Intake, MutexGuard<'i, Database>)>,
}

pub(crate) struct State {
    pub(crate) active: Database,
    pub(crate) archive: Database,
    /// Marks of batches whose intents the keyring forgets with its next write.
    finished: Vec<[u8; 16]>,
    /// Whether an act of this process failed and its end could not be written either.
    pub(crate) is_unsettled: bool,
}

/// How long a mark stays that stands in the way of a vault that was taken to be gone: a day.
const MARK_KEPT_MS: i64 = 24 * 60 * 60 * 1_000;

/// What is known of the orders that a batch changes.
#[derive(Default)]
struct Before {
    records: Earlier,
    revisions: HashMap<(SubjectId, OrderId), u32>,
}

impl Intake {
    pub(crate) fn start(
        keeper: Arc<Keeper>,
        policies: Arc<Policies>,
        active: Database,
        archive: Database,
        around: Surroundings,
        writing: Option<Database>,
    ) -> Self {
        Self {
            keeper,
            policies,
            around,
            writing: writing.map(Mutex::new),
            state: Mutex::new(State {
                active,
                archive,
                finished: Vec::new(),
                is_unsettled: false,
            }),
        }
    }

    pub(super) fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    pub(super) fn random(&self) -> &dyn Random {
        &*self.around.random
    }

    /// Waits until nobody else writes, here or in another vault.
    ///
    /// # Errors
    ///
    /// What the databases' server says, and what stands in the way of ending the acts of a vault that
    /// is gone.
    pub(crate) fn lock(&self) -> Result<Writing<'_>, Error> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = match &self.writing {
            None => None,
            Some(writing) => {
                let mut writing = writing.lock().unwrap_or_else(PoisonError::into_inner);
                writing.lock(SharedLock::Writing)?;
                Some((self, writing))
            }
        };
        // From here on whatever fails gives the right back.
        let mut writing = Writing { state, shared };
        if writing.shared.is_some() {
            // Keys that another vault rotated away must not wrap anything; and whoever wrote before
            // may have gone in the middle of it.
            if self.keeper.refresh().map_err(Error::from)? {
                self.policies.reload(&self.keeper)?;
            }
            if !self.keeper.open_intents()?.is_empty() {
                self.settle(&mut writing)?;
            }
        }
        Ok(writing)
    }

    /// Takes in a batch and says what became of each item, in order.
    ///
    /// # Errors
    ///
    /// When nothing of the batch was stored; what was begun is undone.
    pub(crate) fn take(
        &self,
        credential: &Credential,
        items: Vec<BatchItem>,
        progress: Option<Note<'_>>,
    ) -> Result<Vec<IntakeOutcome>, Error> {
        self.take_with(credential, items, progress, &RefCell::default())
    }

    /// Takes in orders of people who do not exist, each under one of these ids.
    pub(crate) fn take_canaries(
        &self,
        credential: &Credential,
        items: Vec<BatchItem>,
        canaries: Vec<SubjectId>,
    ) -> Result<Vec<IntakeOutcome>, Error> {
        self.take_with(credential, items, None, &RefCell::new(canaries))
    }

    fn take_with(
        &self,
        credential: &Credential,
        items: Vec<BatchItem>,
        progress: Option<Note<'_>>,
        canaries: &RefCell<Vec<SubjectId>>,
    ) -> Result<Vec<IntakeOutcome>, Error> {
        let mut outcomes = Vec::with_capacity(items.len());
        let mut rest = items;
        while !rest.is_empty() {
            let state = &mut *self.lock()?;
            self.settle_earlier(state)?;
            let decided = self.decide(state, rest, canaries)?;
            outcomes.extend(decided.outcomes);
            rest = decided.later;
            // Progress covers the items up to the end of the last part only.
            let note = progress
                .filter(|_| rest.is_empty())
                .map(|note| note(&outcomes));
            self.store(state, credential, decided.batch, note.as_ref())?;
        }
        Ok(outcomes)
    }

    /// Decides on items until one changes another of the same batch; those behind it come back.
    fn decide(
        &self,
        state: &mut State,
        items: Vec<BatchItem>,
        canaries: &RefCell<Vec<SubjectId>>,
    ) -> Result<Decided, Error> {
        let mut overlay = Overlay::default();
        let (mut batch, mut outcomes, mut later) = (Vec::new(), Vec::new(), Vec::new());
        let random = &*self.around.random;
        let draw = Draw {
            now_ms: self.around.clock.now_ms(),
            random,
            canaries,
        };
        state.active.read(|tx| -> Result<(), Error> {
            let recipient_of =
                |subject: &SubjectId, order: &OrderId| earlier_recipient(tx, subject, order);
            self.keeper.intake_state(|known| {
                let mut items = items.into_iter();
                for item in items.by_ref() {
                    let prepared = match item {
                        Ok(prepared) => prepared,
                        Err(rejection) => {
                            outcomes.push(IntakeOutcome::Rejected(rejection));
                            continue;
                        }
                    };
                    let row = prepared.row;
                    match overlay.decide(known, &draw, prepared, recipient_of)? {
                        Decision::Unchanged(subject, order) => {
                            outcomes.push(IntakeOutcome::Unchanged { subject, order });
                        }
                        Decision::Erased => outcomes.push(IntakeOutcome::Rejected(erased(row))),
                        Decision::Archived => {
                            outcomes.push(IntakeOutcome::Rejected(archived(row)));
                        }
                        Decision::Store(planned) => {
                            outcomes.push(planned.outcome());
                            batch.push(*planned);
                        }
                        Decision::Later(prepared) => {
                            later.push(Ok(*prepared));
                            break;
                        }
                    }
                }
                later.extend(items);
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(Decided {
            batch,
            outcomes,
            later,
        })
    }

    fn store(
        &self,
        state: &mut State,
        credential: &Credential,
        batch: Vec<Planned>,
        progress: Option<&Progress>,
    ) -> Result<(), Error> {
        if batch.is_empty() {
            return self.note_progress(state, progress);
        }
        let counts = serde_json::json!({
            "orders": batch.iter().filter(|planned| planned.order.is_some()).count(),
            "new": batch.iter().filter(|planned| planned.is_new_order).count(),
            "removed_secrets": batch.iter().map(|planned| planned.removed).sum::<u64>(),
        });
        let before = Before::load(&mut state.active, &batch)?;
        let permit = self
            .keeper
            .begin_intake(credential, &planned_subjects(&batch))?;
        let sealed = seal(
            credential.store,
            batch,
            &before.records,
            &before.revisions,
            self.random(),
        );
        self.write(state, &permit, &sealed, progress, counts)
    }

    /// Writes what was sealed: keys, then rows, then the outcome.
    pub(super) fn write(
        &self,
        state: &mut State,
        permit: &IntakePermit,
        sealed: &SealedBatch,
        progress: Option<&Progress>,
        counts: serde_json::Value,
    ) -> Result<(), Error> {
        self.keeper.store_keys(permit, &sealed.keyring)?;
        // The keyring has forgotten the intents of these: their marks can go with the next write.
        let forgotten = std::mem::take(&mut state.finished);
        let stored = self.store_data(state, permit, sealed, &forgotten, progress);
        if let Err(error) = stored {
            // The keys open nothing yet: they are taken back, so that the same orders can come
            // again. If that fails too, nothing more is taken in until it succeeds.
            state.finished = forgotten;
            state.is_unsettled = true;
            drop(self.settle_earlier(state));
            return Err(error.into());
        }
        if let Err(refusal) = self.keeper.finish_intake(permit, counts) {
            // The mark stays: it says that the data is stored when the intent is settled.
            state.is_unsettled = true;
            return Err(refusal.into());
        }
        state.finished.push(*permit.intent());
        Ok(())
    }

    fn store_data(
        &self,
        state: &mut State,
        permit: &IntakePermit,
        sealed: &SealedBatch,
        forgotten: &[[u8; 16]],
        progress: Option<&Progress>,
    ) -> Result<(), StoreError> {
        let now_ms = self.around.clock.now_ms();
        state.active.write(|tx| {
            batches::delete_many(tx, forgotten)?;
            batches::insert(tx, permit.intent(), now_ms)?;
            orders::upsert_many(tx, &sealed.orders)?;
            records::upsert_many(tx, &sealed.records)?;
            contacts::touch_many(tx, &sealed.contacts)?;
            let obsolete = sealed.keyring.obsolete.iter();
            let obsolete: Vec<_> = obsolete.map(|(record, _)| *record).collect();
            records::delete_many(tx, &obsolete)?;
            match progress {
                Some(one) => imports::upsert(tx, &one.source, one.rows_done, &one.report, now_ms),
                None => Ok(()),
            }
        })
    }

    fn note_progress(&self, state: &mut State, progress: Option<&Progress>) -> Result<(), Error> {
        let Some(one) = progress else { return Ok(()) };
        let now_ms = self.around.clock.now_ms();
        let write = |tx: &lethe_store::Tx<'_>| {
            imports::upsert(tx, &one.source, one.rows_done, &one.report, now_ms)
        };
        Ok(state.active.write::<_, StoreError>(write)?)
    }

    /// Ends what a crash left open: batches whose data is durable are finished, others undone.
    pub(crate) fn recover(&self) -> Result<(), Error> {
        self.settle(&mut *self.lock()?)?;
        Ok(self.keeper.settle_never_begun()?)
    }

    /// Ends what an earlier failure of this process left open; nothing new begins before that.
    pub(crate) fn settle_earlier(&self, state: &mut State) -> Result<(), Error> {
        if state.is_unsettled {
            self.settle(state)?;
            state.is_unsettled = false;
        }
        Ok(())
    }

    fn settle(&self, state: &mut State) -> Result<(), Error> {
        // Acts that have ended must not be ended again.
        self.keeper.forget_settled()?;
        for intent in self.keeper.open_intents()? {
            match &intent.trace {
                IntentTrace::Intake(_) => {
                    let is_stored = self.is_stored(state, &intent)?;
                    self.keeper.settle_after_crash(&intent, is_stored)?;
                }
                IntentTrace::Disposal(trace) => {
                    if trace.is_committed {
                        let policy = self.policies.in_force(self.around.clock.now_ms());
                        let removal = Removal {
                            policy: &policy,
                            note: None,
                        };
                        remove_rows(state, trace, &removal)?;
                        state.active.checkpoint()?;
                        state.archive.checkpoint()?;
                    } else {
                        remove_archived(&mut state.archive, trace)?;
                    }
                    self.keeper
                        .settle_after_crash(&intent, trace.is_committed)?;
                }
            }
        }
        state.finished.clear();
        // Marks that stand in the way of a vault that was taken to be gone stay for a while.
        let before_ms = match self.writing {
            None => i64::MAX,
            Some(_) => self.around.clock.now_ms() - MARK_KEPT_MS,
        };
        let clear = |tx: &Tx<'_>| batches::clear(tx, before_ms);
        Ok(state.active.write::<_, StoreError>(clear)?)
    }

    /// Says whether a batch's data is durable. Of another vault's batch this settles it.
    fn is_stored(&self, state: &mut State, intent: &OpenIntent) -> Result<bool, StoreError> {
        if intent.origin.is_none() {
            return state.active.read(|tx| batches::exists(tx, &intent.id));
        }
        let now_ms = self.around.clock.now_ms();
        state
            .active
            .write(|tx| batches::claim(tx, &intent.id, now_ms))
    }

    /// Clears the traces of finished batches.
    pub(crate) fn close(&self) -> Result<(), Error> {
        self.keeper.forget_settled()?;
        let state = &mut *self.lock()?;
        let marks = std::mem::take(&mut state.finished);
        if marks.is_empty() {
            return Ok(());
        }
        let delete =
            |tx: &lethe_store::Tx<'_>| marks.iter().try_for_each(|one| batches::delete(tx, one));
        Ok(state.active.write::<_, StoreError>(delete)?)
    }

    /// Lends both writers memory for a bulk import, or takes it back.
    pub(crate) fn set_speed(&self, speed: Speed) -> Result<(), Error> {
        let active = &mut self.lock()?.active;
        active.set_speed(speed)?;
        if speed == Speed::Serving {
            // A bulk import leaves a write-ahead log as large as what it wrote.
            active.checkpoint()?;
        }
        Ok(self.keeper.set_intake_speed(speed)?)
    }

    /// Forgets how far a source had come, once it is done.
    pub(crate) fn finish_source(&self, source: &[u8; 16]) -> Result<(), Error> {
        let state = &mut *self.lock()?;
        Ok(state.active.write(|tx| imports::delete(tx, source))?)
    }
}

impl Deref for Writing<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Writing<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if let Some((intake, writing)) = &mut self.shared {
            // Acts that have ended leave nothing for the next writer to end. What fails here is ended
            // by whoever writes next, and the server frees the lock with the connection.
            drop(intake.keeper.forget_settled());
            drop(writing.unlock(SharedLock::Writing));
        }
    }
}

fn earlier_recipient(
    tx: &Tx<'_>,
    buyer: &SubjectId,
    order: &OrderId,
) -> Result<Option<EarlierRecipient>, StoreError> {
    let Some(subject) = orders::recipient(tx, buyer, order)? else {
        return Ok(None);
    };
    let parcel = RecordId {
        subject,
        order: *order,
        category: Category::Delivery,
    };
    let is_stored = records::fetch(tx, &parcel)?.is_some();
    Ok(Some(EarlierRecipient { subject, is_stored }))
}

impl Before {
    fn load(active: &mut Database, batch: &[Planned]) -> Result<Self, StoreError> {
        let mut before = Self::default();
        if batch.iter().all(|planned| planned.is_new_order) {
            return Ok(before);
        }
        active.read(|tx| {
            for planned in batch.iter().filter(|planned| !planned.is_new_order) {
                let row = orders::fetch(tx, &planned.subject, &planned.order_id)?;
                let recipient = row.as_ref().and_then(|row| row.recipient);
                let owners = [Some(planned.subject), recipient];
                for owner in owners.into_iter().flatten() {
                    for record in records::of_subject(tx, &owner)? {
                        if record.id.order == planned.order_id {
                            before.records.insert(record.id, record.generation);
                        }
                    }
                }
                if let Some(row) = row {
                    before
                        .revisions
                        .insert((row.subject, row.order), row.revision);
                }
            }
            Ok(before)
        })
    }
}

impl Planned {
    fn outcome(&self) -> IntakeOutcome {
        let (subject, order) = (self.subject, self.order_id);
        if self.is_new_order {
            IntakeOutcome::Imported { subject, order }
        } else {
            IntakeOutcome::Updated { subject, order }
        }
    }
}

fn archived(row: u64) -> Rejection {
    Rejection {
        row,
        code: "archived".into(),
        column: None,
        reason: "this order has left the active store for the archive and stays there".into(),
    }
}

fn erased(row: u64) -> Rejection {
    Rejection {
        row,
        code: "erased".into(),
        column: None,
        reason: "this order was erased and stays so".into(),
    }
}
