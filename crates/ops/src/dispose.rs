//! Disposal: the one way anything leaves, whether a person asked or a term is over.
//!
//! Log, archive, ledger, keys, rows, outcome: in this order, each durable before the next. An order
//! whose sorted part the law still wants is sealed into the archive on the way.

use crate::intake::State;
use crate::parallel;
use crate::statistics;
use crate::{Error, Vault};
use lethe_crypto::{FieldContext, NONCE_LEN, SecretKey, open_fields, seal_bytes, seal_fields};
use lethe_custody::{ArchivePublicKey, SealedFor, seal_record_key};
use lethe_keeper::{
    Credential, Destruction, DisposalKind, DisposalPermit, DisposalTrace, MovedOrder,
};
use lethe_model::{
    Category, Field, FieldKind, FieldSet, OrderId, Personal, RecordId, StoreId, SubjectId,
};
use lethe_policy::{Day, Policy};
use lethe_store::active::orders::OrderRow;
use lethe_store::active::{contacts, events, orders, records, statistics as buyers};
use lethe_store::archive::records::{self as archived, ArchivedRow};
use lethe_store::{Database, StoreError, Tx};
use std::collections::HashMap;

/// Records whose keys are read in one go. Reveals share the reader of keys and wait meanwhile, so it
/// is a handful, not a page.
const OPENED_AT_ONCE: usize = 32;

/// What one act disposes of.
pub(crate) struct Disposal {
    pub(crate) kind: DisposalKind,
    /// Counts and ids for the log; never a personal value.
    pub(crate) detail: Option<serde_json::Value>,
    /// Whose data it is about, and which fields.
    pub(crate) affected: Affected,
    /// Orders whose sorted part moves to the archive.
    pub(crate) moves: Vec<OrderMove>,
    /// What ends. Moved records and orders are added on the way.
    pub(crate) destruction: Destruction,
}

/// Subjects and fields, in the order they were first named.
#[derive(Default)]
pub(crate) struct Affected {
    order: Vec<(SubjectId, FieldSet)>,
    places: HashMap<SubjectId, usize>,
}

/// One order on its way to the archive.
pub(crate) struct OrderMove {
    pub(crate) order: OrderRow,
    pub(crate) parts: Vec<MovedPart>,
    /// Whether nothing of the order stays in the active store.
    pub(crate) is_last: bool,
}

/// One record on its way to the archive.
pub(crate) struct MovedPart {
    pub(crate) record: RecordId,
    pub(crate) fields: FieldSet,
    /// `year/2024` or `notification`.
    pub(crate) key_id: String,
    /// What its term counts from, as the archive keeps it.
    pub(crate) clock: String,
}

/// What a disposal did.
pub(crate) struct Disposed {
    pub(crate) permit: DisposalPermit,
    pub(crate) intent: u64,
    pub(crate) outcome: u64,
    /// Whether no residue of the destroyed keys is left in the keyring.
    pub(crate) is_clear: bool,
}

/// What else is written in the transaction that removes the rows.
pub(crate) type Note<'n> = dyn Fn(&Tx<'_>) -> Result<(), StoreError> + 'n;

/// How rows are removed: what goes into the statistics, and what else is written with it.
pub(crate) struct Removal<'r> {
    pub(crate) policy: &'r Policy,
    pub(crate) note: Option<&'r Note<'r>>,
}

impl Affected {
    pub(crate) fn add(&mut self, subject: SubjectId, fields: FieldSet) {
        let at = *self.places.entry(subject).or_insert_with(|| {
            self.order.push((subject, FieldSet::EMPTY));
            self.order.len() - 1
        });
        self.order[at].1 = self.order[at].1.union(fields);
    }

    pub(crate) fn add_record(&mut self, record: &RecordId) {
        self.add(record.subject, FieldSet::all().of_category(record.category));
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn subjects(&self) -> impl Iterator<Item = SubjectId> {
        self.order.iter().map(|(subject, _)| *subject)
    }
}

impl Disposal {
    pub(crate) fn new(kind: DisposalKind) -> Self {
        Self {
            kind,
            detail: None,
            affected: Affected::default(),
            moves: Vec::new(),
            destruction: Destruction::default(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.affected.len() == 0
    }
}

impl Vault {
    /// Carries a disposal out. `is_last`: destroyed keys are cleared out of unused parts too.
    pub(crate) fn dispose(
        &self,
        state: &mut State,
        credential: &Credential,
        disposal: Disposal,
        removal: &Removal<'_>,
        is_last: bool,
    ) -> Result<Disposed, Error> {
        self.intake.settle_earlier(state)?;
        let Disposal {
            kind,
            detail,
            affected,
            moves,
            mut destruction,
        } = disposal;
        let mut permit = self
            .keeper
            .begin_disposal(credential, kind, &affected.order, detail)?;
        if !moves.is_empty() {
            let moved = self.archive(state, credential.store, &mut permit, &moves);
            match moved {
                Ok(places) => settle_moves(&mut destruction, &moves, &places),
                Err(error) => {
                    // What was sealed opens nothing without the keys that are taken back here.
                    let trace = permit.trace().clone();
                    state.is_unsettled = true;
                    drop(remove_archived(&mut state.archive, &trace));
                    if self.keeper.abandon_disposal(&permit).is_ok() {
                        state.is_unsettled = false;
                    }
                    return Err(error);
                }
            }
        }
        state.is_unsettled = true;
        let counts = self.keeper.commit_disposal(&mut permit, &destruction)?;
        // From here on it is gone, whatever fails: what is left to do is done later then.
        let removed = remove_rows(state, permit.trace(), removal)?;
        if is_last {
            state.active.checkpoint()?;
            state.archive.checkpoint()?;
        }
        let report = serde_json::json!({
            "outcome": "completed",
            "keys_destroyed": counts.keys_destroyed,
            "records_removed": removed,
            "records_archived": permit.trace().added_records.len(),
            "tombstones": counts.tombstones,
            "forgotten": destruction.forgotten.len(),
        });
        let (outcome, is_clear) = self.keeper.finish_disposal(&permit, report, is_last)?;
        state.is_unsettled = false;
        Ok(Disposed {
            intent: permit.log_index(),
            permit,
            outcome,
            is_clear,
        })
    }

    /// Opens the sorted fields of moved orders, seals them to the archive's keys and stores them
    /// there. Returns each order's ids in the archive.
    fn archive(
        &self,
        state: &mut State,
        store: StoreId,
        permit: &mut DisposalPermit,
        moves: &[OrderMove],
    ) -> Result<Vec<(SubjectId, OrderId)>, Error> {
        let keys: HashMap<String, ArchivePublicKey> = self
            .keeper
            .archive_keys()?
            .into_iter()
            .map(|key| {
                let public = ArchivePublicKey {
                    key_id: key.key_id.clone(),
                    public: key.public_key,
                };
                (key.key_id, public)
            })
            .collect();
        let now_ms = self.around.clock.now_ms();
        let today = self.policy().today(self.around.clock.now());
        let random = &*self.around.random;
        let clear = self.open_parts(state, store, permit, moves)?;
        let mut clear = clear.into_iter();
        let (mut places, mut opened, mut moved) = (Vec::new(), Vec::new(), Vec::new());
        for one in moves {
            let subject = SubjectId::generate(now_ms, random);
            let order = OrderId::generate(now_ms, random);
            let mut outer_keys = Vec::new();
            for (part, clear) in one.parts.iter().zip(clear.by_ref()) {
                let to = RecordId {
                    subject,
                    order,
                    category: part.record.category,
                };
                let public = keys
                    .get(&part.key_id)
                    .ok_or_else(|| Error::ArchiveKeyMissing {
                        key_id: part.key_id.clone(),
                    })?;
                let outer = SecretKey::generate(random);
                opened.push((to, part, clear, public, outer.clone()));
                outer_keys.push((to, outer));
            }
            places.push((subject, order));
            moved.push(MovedOrder {
                origin: one.order.subject,
                subject,
                keys: outer_keys,
            });
        }
        self.keeper.prepare_moves(permit, &moved)?;
        // HPKE is most of the work, and needs no database.
        let sealed = parallel::map(opened, |(to, part, clear, public, outer)| {
            self.seal_part(store, &to, part, &clear, public, &outer, today)
        });
        let rows: Vec<ArchivedRow> = sealed.into_iter().collect::<Result<_, Error>>()?;
        state.archive.write(|tx| -> Result<(), StoreError> {
            rows.iter().try_for_each(|row| archived::insert(tx, row))
        })?;
        Ok(places)
    }

    /// Opens the sorted fields of every part of every move, in their order.
    fn open_parts(
        &self,
        state: &mut State,
        store: StoreId,
        permit: &DisposalPermit,
        moves: &[OrderMove],
    ) -> Result<Vec<Vec<(Field, Personal)>>, Error> {
        let parts: Vec<(&OrderRow, &MovedPart)> = moves
            .iter()
            .flat_map(|one| one.parts.iter().map(|part| (&one.order, part)))
            .collect();
        let mut clear = Vec::with_capacity(parts.len());
        for some in parts.chunks(OPENED_AT_ONCE) {
            let rows = state.active.read(|tx| {
                some.iter()
                    .map(|(_, part)| records::fetch(tx, &part.record))
                    .collect::<Result<Vec<_>, StoreError>>()
            })?;
            let ids: Vec<RecordId> = some.iter().map(|(_, part)| part.record).collect();
            let keys = self
                .keeper
                .data_keys(&[(permit.receipt(), ids.as_slice())])?
                .remove(0)?;
            for (((order, part), row), keys) in some.iter().zip(rows).zip(&keys) {
                let row = row.ok_or(Error::NotFound)?;
                let key = keys
                    .iter()
                    .find(|(generation, _)| *generation == row.generation)
                    .ok_or(Error::Altered)?;
                clear.push(open_part(&key.1, store, order, part, &row)?);
            }
        }
        Ok(clear)
    }

    #[expect(clippy::too_many_arguments, reason = "one sealing, in one place")]
    fn seal_part(
        &self,
        store: StoreId,
        to: &RecordId,
        part: &MovedPart,
        clear: &[(Field, Personal)],
        public: &ArchivePublicKey,
        outer: &SecretKey,
        today: Day,
    ) -> Result<ArchivedRow, Error> {
        let random = &*self.around.random;
        let record_key = SecretKey::generate(random);
        let context = FieldContext {
            store,
            record: *to,
            generation: 0,
        };
        let fields: Vec<(Field, &Personal)> =
            clear.iter().map(|(field, value)| (*field, value)).collect();
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let envelope = seal_fields(&record_key, &context, &fields, nonce);
        let sealed_for = SealedFor { store, record: *to };
        let sealed = seal_record_key(public, &sealed_for, &record_key, random)?;
        Ok(ArchivedRow {
            id: *to,
            store,
            key_id: part.key_id.clone(),
            sealed_key: seal_bytes(outer, &outer_context(to), &sealed, random.bytes()),
            envelope,
            clock: part.clock.clone(),
            archived_on: i64::from(today.0),
        })
    }
}

fn open_part(
    key: &SecretKey,
    store: StoreId,
    order: &OrderRow,
    part: &MovedPart,
    row: &records::RecordRow,
) -> Result<Vec<(Field, Personal)>, Error> {
    let context = FieldContext {
        store,
        record: part.record,
        generation: row.generation,
    };
    let mut clear =
        open_fields(key, &context, &row.envelope, part.fields).map_err(|_| Error::Altered)?;
    let content = Field::of(Category::Invoice, FieldKind::Content).expect("the field exists");
    if part.fields.contains(content) {
        clear.push((content, Personal::new(content_json(order))));
    }
    Ok(clear)
}

/// What the outer wrapping of an archived record's key is bound to.
pub(crate) fn outer_context(record: &RecordId) -> Vec<u8> {
    [
        b"lethe-archive-outer-v1".as_slice(),
        record.subject.as_bytes(),
        record.order.as_bytes(),
        &[record.category.number()],
    ]
    .concat()
}

/// Writes what was sold, when and for how much.
fn content_json(order: &OrderRow) -> String {
    let day = |day: Option<i64>| {
        let day = i32::try_from(day?).ok()?;
        Some(Day(day).to_string())
    };
    serde_json::json!({
        "ordered_on": day(order.ordered_on),
        "paid_on": day(order.paid_on),
        "shipped_on": day(order.fulfilled_on),
        "delivered_on": day(order.delivered_on),
        "cancelled_on": day(order.cancelled_on),
        "refunded_on": day(order.refunded_on),
        "currency": order.currency,
        "total_minor": order.total_minor,
        "refunded_minor": order.refunded_minor,
        "financial_status": order.financial_status,
        "lines": serde_json::from_str::<serde_json::Value>(&order.lines).unwrap_or_default(),
    })
    .to_string()
}

/// Adds what moved to what is destroyed.
fn settle_moves(
    destruction: &mut Destruction,
    moves: &[OrderMove],
    places: &[(SubjectId, OrderId)],
) {
    for (one, place) in moves.iter().zip(places) {
        let parts = one.parts.iter().map(|part| part.record);
        destruction.moved_from.extend(parts);
        if one.is_last {
            let (subject, order) = (one.order.subject, one.order.order);
            destruction.orders.push((subject, order, Some(*place)));
        }
    }
}

/// Removes the rows that a committed disposal has made meaningless; harmless to repeat. Returns how
/// many records went.
pub(crate) fn remove_rows(
    state: &mut State,
    trace: &DisposalTrace,
    removal: &Removal<'_>,
) -> Result<usize, StoreError> {
    let records_of_trace = trace
        .records
        .iter()
        .map(|(subject, order, category)| record_id(subject, order, *category))
        .collect::<Result<Vec<RecordId>, StoreError>>()?;
    let mut in_archive = Vec::new();
    let forgotten: Vec<SubjectId> = trace
        .forgotten
        .iter()
        .map(|id| SubjectId::from_bytes(*id))
        .collect();
    let mut removed = state.active.write(|tx| -> Result<usize, StoreError> {
        let mut removed = 0;
        for record in &records_of_trace {
            match records::delete(tx, record)? {
                0 => in_archive.push(*record),
                count => removed += count,
            }
        }
        for (subject, order) in &trace.orders {
            let (subject, order) = (SubjectId::from_bytes(*subject), OrderId::from_bytes(*order));
            if let Some(row) = orders::fetch(tx, &subject, &order)? {
                statistics::count(tx, removal.policy, &row)?;
                orders::delete(tx, &subject, &order)?;
            }
            events::delete_order(tx, &subject, &order)?;
        }
        for subject in &forgotten {
            for row in orders::of_subject(tx, subject)? {
                statistics::count(tx, removal.policy, &row)?;
            }
            removed += records::delete_subject(tx, subject)?;
            orders::delete_subject(tx, subject)?;
            events::delete_subject(tx, subject)?;
            contacts::delete(tx, subject)?;
            buyers::forget_buyer(tx, subject)?;
        }
        for subject in &trace.unlinked {
            let subject = SubjectId::from_bytes(*subject);
            contacts::delete(tx, &subject)?;
            // What a hold keeps of an erased person is counted when it goes, and as the same buyer.
            if orders::of_subject(tx, &subject)?.is_empty() {
                buyers::forget_buyer(tx, &subject)?;
            }
        }
        if let Some(note) = removal.note {
            note(tx)?;
        }
        Ok(removed)
    })?;
    if in_archive.is_empty() && forgotten.is_empty() {
        return Ok(removed);
    }
    removed += state.archive.write(|tx| -> Result<usize, StoreError> {
        let mut removed = 0;
        for record in &in_archive {
            removed += archived::delete(tx, record)?;
        }
        for subject in &forgotten {
            removed += archived::delete_subject(tx, subject)?;
        }
        Ok(removed)
    })?;
    Ok(removed)
}

/// Removes the sealed copies of a move that was not committed.
pub(crate) fn remove_archived(
    archive: &mut Database,
    trace: &DisposalTrace,
) -> Result<(), StoreError> {
    archive.write(|tx| {
        for (subject, order, category) in &trace.added_records {
            archived::delete(tx, &record_id(subject, order, *category)?)?;
        }
        Ok(())
    })
}

fn record_id(subject: &[u8; 16], order: &[u8; 16], category: u8) -> Result<RecordId, StoreError> {
    Ok(RecordId {
        subject: SubjectId::from_bytes(*subject),
        order: OrderId::from_bytes(*order),
        category: Category::from_number(category.into())
            .ok_or(StoreError::Inconsistent { table: "records" })?,
    })
}
