//! Sealing: clear records become envelopes, each under a data key of its own.

use super::decide::Planned;
use super::prepare::ClearRecord;
use lethe_crypto::{FieldContext, SecretKey, seal_fields};
use lethe_keeper::{KeyringWrites, KnownOrderWrite, PlannedSubject, RecordKey};
use lethe_model::{Category, FieldSet, OrderId, Random, RecordId, StoreId, SubjectId};
use lethe_store::active::contacts::ContactRow;
use lethe_store::active::orders::OrderRow;
use lethe_store::active::records::RecordRow;
use std::collections::HashMap;

/// Random bytes for one record: its data key and its nonce.
const DRAW_LEN: usize = 32 + 12;

/// What a batch writes to both databases.
#[derive(Default)]
pub(crate) struct SealedBatch {
    pub(crate) keyring: KeyringWrites,
    pub(crate) records: Vec<RecordRow>,
    pub(crate) orders: Vec<OrderRow>,
    pub(crate) contacts: Vec<(StoreId, ContactRow)>,
}

/// The records an order had before, by id, with their generation.
pub(crate) type Earlier = HashMap<RecordId, u32>;

/// Says which subjects a batch is about and which of their fields it brings.
pub(crate) fn planned_subjects(batch: &[Planned]) -> Vec<PlannedSubject> {
    let mut order: Vec<SubjectId> = Vec::new();
    let mut subjects: HashMap<SubjectId, PlannedSubject> = HashMap::new();
    let mut add = |subject: SubjectId, is_new: bool, records: &[ClearRecord]| {
        let fields: FieldSet = records
            .iter()
            .flat_map(|(_, fields)| fields.iter().map(|(field, _)| *field))
            .collect();
        let planned = subjects.entry(subject).or_insert_with(|| {
            order.push(subject);
            PlannedSubject {
                subject,
                is_new: false,
                fields: FieldSet::EMPTY,
            }
        });
        planned.is_new |= is_new;
        planned.fields = planned.fields.union(fields);
    };
    for planned in batch {
        add(planned.subject, planned.is_new_subject, &planned.records);
        if let Some(gift) = &planned.recipient {
            add(
                gift.subject,
                gift.is_new,
                std::slice::from_ref(&gift.record),
            );
        }
    }
    order
        .iter()
        .filter_map(|subject| subjects.remove(subject))
        .collect()
}

/// Seals a batch.
pub(crate) fn seal(
    store: StoreId,
    batch: Vec<Planned>,
    earlier: &Earlier,
    revisions: &HashMap<(SubjectId, OrderId), u32>,
    random: &dyn Random,
) -> SealedBatch {
    let count: usize = batch
        .iter()
        .map(|planned| planned.records.len() + usize::from(planned.recipient.is_some()))
        .sum();
    // One call for the whole batch: a call costs more than a seal.
    let mut bytes = vec![0; count * DRAW_LEN];
    random.fill(&mut bytes);
    let mut draws = bytes.chunks_exact_mut(DRAW_LEN);
    let mut sealed = SealedBatch::default();
    for planned in batch {
        let mut written = Vec::new();
        let mut seal_one = |sealed: &mut SealedBatch, owner: SubjectId, record: &ClearRecord| {
            let draw = draws.next().expect("one draw per record");
            let id = RecordId {
                subject: owner,
                order: planned.order_id,
                category: record.0,
            };
            written.push(id);
            seal_record(sealed, store, id, record, earlier.get(&id).copied(), draw);
        };
        for record in &planned.records {
            seal_one(&mut sealed, planned.subject, record);
        }
        if let Some(gift) = &planned.recipient {
            seal_one(&mut sealed, gift.subject, &gift.record);
        }
        if !planned.is_new_order {
            // An order's new version says nothing of its documents: they stay.
            let is_left = |id: &RecordId| {
                id.order == planned.order_id
                    && id.category != Category::Document
                    && is_of(&planned, id)
                    && !written.contains(id)
            };
            let left = earlier.iter().filter(|(id, _)| is_left(id));
            sealed
                .keyring
                .obsolete
                .extend(left.map(|(id, generation)| (*id, *generation)));
        }
        push_relations(&mut sealed, store, planned, revisions);
    }
    sealed
}

/// Seals the next version of an order's documents.
pub(crate) fn seal_document(
    store: StoreId,
    id: RecordId,
    record: &ClearRecord,
    superseded: Option<u32>,
    random: &dyn Random,
) -> SealedBatch {
    let mut draw: [u8; DRAW_LEN] = random.bytes();
    let mut sealed = SealedBatch::default();
    seal_record(&mut sealed, store, id, record, superseded, &mut draw);
    sealed
}

/// Account records all carry the same order id: only the subject's own count.
fn is_of(planned: &Planned, id: &RecordId) -> bool {
    !id.order.is_account() || id.subject == planned.subject
}

fn seal_record(
    sealed: &mut SealedBatch,
    store: StoreId,
    id: RecordId,
    (_, fields): &ClearRecord,
    superseded: Option<u32>,
    draw: &mut [u8],
) {
    let generation = superseded.map_or(0, |generation| generation + 1);
    let (key, nonce) = draw.split_at_mut(32);
    let key = SecretKey::take(key.try_into().expect("a key's length"));
    let nonce = (&*nonce).try_into().expect("a nonce's length");
    let context = FieldContext {
        store,
        record: id,
        generation,
    };
    let fields: Vec<_> = fields
        .iter()
        .map(|(field, value)| (*field, value))
        .collect();
    let envelope = seal_fields(&key, &context, &fields, nonce);
    sealed.records.push(RecordRow {
        id,
        store,
        generation,
        envelope,
    });
    sealed.keyring.keys.push(RecordKey {
        record: id,
        generation,
        superseded,
        key,
    });
}

fn push_relations(
    sealed: &mut SealedBatch,
    store: StoreId,
    planned: Planned,
    revisions: &HashMap<(SubjectId, OrderId), u32>,
) {
    let keyring = &mut sealed.keyring;
    let to = |subject| move |(hash, kind)| (hash, subject, kind);
    keyring
        .lookups
        .extend(planned.links.into_iter().map(to(planned.subject)));
    keyring.orders.push(KnownOrderWrite {
        hash: planned.identity,
        subject: planned.subject,
        order: planned.order_id,
        digest: planned.digest,
        updated_at_ms: planned.updated_at_ms,
        is_new: planned.is_new_order,
    });
    let recipient = planned.recipient.map(|gift| {
        keyring
            .lookups
            .extend(gift.links.into_iter().map(to(gift.subject)));
        gift.subject
    });
    let recipient = recipient.or(planned.erased_recipient);
    let (created_on, last_on) = planned.contact;
    let contact = ContactRow {
        subject: planned.subject,
        created_on,
        last_on,
    };
    sealed.contacts.push((store, contact));
    let Some(facts) = planned.order else { return };
    let revision = revisions.get(&(planned.subject, planned.order_id));
    sealed.orders.push(OrderRow {
        subject: planned.subject,
        order: planned.order_id,
        store,
        recipient,
        linked_by: planned.linked_by.map(str::to_owned),
        country: facts.country,
        currency: facts.currency,
        total_minor: facts.total_minor,
        refunded_minor: facts.refunded_minor,
        ordered_on: facts.ordered_on,
        paid_on: facts.paid_on,
        fulfilled_on: facts.fulfilled_on,
        cancelled_on: facts.cancelled_on,
        delivered_on: facts.delivered_on,
        refunded_on: facts.refunded_on,
        financial_status: facts.financial_status,
        fulfillment_status: facts.fulfillment_status,
        accepts_marketing: facts.accepts_marketing,
        lines: facts.lines,
        revision: revision.map_or(0, |revision| revision + 1),
    });
}
