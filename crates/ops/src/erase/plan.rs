//! What an erasure destroys, and what the law keeps: judged record by record.

use crate::Error;
use crate::dispose::{Disposal, MovedPart};
use crate::intake::State;
use crate::retention::facts::order_clock;
use crate::retention::scan::{Judge, OrderState, order_records};
use lethe_keeper::Keeper;
use lethe_model::{Category, FieldSet, OrderId, RecordId, SubjectId};
use lethe_policy::{ArchiveClock, Clock, Day, Keep, Then, Verdict};
use lethe_store::active::orders::OrderRow;
use lethe_store::active::{events, holds, orders, records};
use lethe_store::archive::records as archived;
use lethe_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};

/// Records that are not destroyed now, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRecords {
    /// The kind of record.
    pub category: String,
    /// How many.
    pub records: u64,
    /// The fields that stay.
    pub fields: Vec<String>,
    /// The last day they stay; absent while a legal hold has no end.
    pub until: Option<Day>,
    /// Why.
    pub reason: String,
    /// The legal reference.
    pub reference: String,
    /// Where: `archive` or `active`.
    pub place: String,
}

/// What becomes of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PersonPlan {
    /// The person, and recipients known only through this person's gifts.
    pub(crate) subjects: Vec<SubjectId>,
    pub(crate) categories: BTreeSet<&'static str>,
    pub(crate) records: u64,
    pub(crate) orders: u64,
    pub(crate) kept: Vec<KeptRecords>,
    /// Whether a hold keeps something: the erasure is tried again when it is released.
    pub(crate) is_held: bool,
}

/// Adds a person's erasure to a disposal.
pub(crate) fn plan(
    judge: &Judge<'_>,
    state: &mut State,
    subject: SubjectId,
    due: &mut Disposal,
) -> Result<PersonPlan, Error> {
    let mut person = PersonPlan {
        subjects: vec![subject],
        ..PersonPlan::default()
    };
    let mut held = false;
    let State {
        active, archive, ..
    } = state;
    active.read(|tx| -> Result<(), Error> {
        let rows = orders::of_subject(tx, &subject)?;
        add_recipients(judge.keeper, tx, &subject, &rows, &mut person)?;
        due.affected.add(subject, FieldSet::all());
        let own: HashSet<OrderId> = rows.iter().map(|row| row.order).collect();
        for row in rows {
            held |= plan_order(judge, tx, row, due, &mut person)?;
        }
        held |= plan_account(tx, subject, due, &mut person)?;
        held |= plan_parcels(tx, subject, &own, due, &mut person)?;
        for origin in judge.keeper.archived_orders(&subject)? {
            let rows = archive.read(|tx| archived::of_subject(tx, &origin))?;
            held |= plan_archived(judge, tx, origin, &rows, due, &mut person)?;
        }
        Ok(())
    })?;
    for one in &person.subjects {
        due.affected.add(*one, FieldSet::all());
        let list = if held {
            &mut due.destruction.unlinked
        } else {
            &mut due.destruction.forgotten
        };
        list.push(*one);
    }
    person.is_held = held;
    // By day, not as the database happens to hand them out: people compare two of these.
    person
        .kept
        .sort_by(|one, other| (one.until, &one.category).cmp(&(other.until, &other.category)));
    Ok(person)
}

/// A recipient who is known only through this buyer's gifts goes with the buyer; of another, only the
/// parcels go.
fn add_recipients(
    keeper: &Keeper,
    tx: &Tx<'_>,
    subject: &SubjectId,
    rows: &[OrderRow],
    person: &mut PersonPlan,
) -> Result<(), Error> {
    let gifts: HashSet<(OrderId, SubjectId)> = rows
        .iter()
        .filter_map(|row| Some((row.order, row.recipient?)))
        .collect();
    for recipient in gifts.iter().map(|(_, to)| *to).collect::<BTreeSet<_>>() {
        // One who was erased earlier is still named by the order, and is gone already.
        if recipient == *subject || keeper.subject_number(&recipient)?.is_none() {
            continue;
        }
        let parcels = records::of_subject(tx, &recipient)?;
        let is_gift = |id: &RecordId| gifts.contains(&(id.order, id.subject));
        let is_only_here = parcels.iter().all(|row| is_gift(&row.id))
            && orders::of_subject(tx, &recipient)?.is_empty();
        if is_only_here {
            person.subjects.push(recipient);
        }
    }
    Ok(())
}

/// Judges one order; says whether a hold keeps something of it.
fn plan_order(
    judge: &Judge<'_>,
    tx: &Tx<'_>,
    row: OrderRow,
    due: &mut Disposal,
    person: &mut PersonPlan,
) -> Result<bool, Error> {
    let clock = order_clock(&row, &events::of_order(tx, &row.subject, &row.order)?);
    let state = OrderState {
        records: order_records(tx, &row)?,
        row,
        clock,
    };
    let mut parts: Vec<MovedPart> = Vec::new();
    let mut is_held = false;
    for record in &state.records {
        let verdict = judge.verdict(record.category, Clock::Order(&state.clock));
        if let Some(hold) = holds::of_record(tx, record)?.first() {
            is_held = true;
            person.keep_held(record.category, hold);
            continue;
        }
        due.affected.add_record(record);
        person.records += 1;
        person.categories.insert(record.category.name());
        match minimum_part(judge, &state, record, &verdict)? {
            Some((part, keep)) => {
                person.keep(record.category, part.fields, &keep);
                parts.push(part);
            }
            None => due.destruction.records.push(*record),
        }
    }
    person.orders += 1;
    due.end_order(state.row, parts, !is_held);
    Ok(is_held)
}

/// Says which part of a record a statutory minimum keeps, and until when.
fn minimum_part(
    judge: &Judge<'_>,
    state: &OrderState,
    record: &RecordId,
    verdict: &Verdict,
) -> Result<Option<(MovedPart, Keep)>, Error> {
    let Then::Archive(plan) = &verdict.then else {
        return Ok(None);
    };
    let minimum = plan.keeps.iter().filter(|keep| keep.is_minimum);
    let minimum = minimum.max_by_key(|keep| keep.until).cloned();
    let Some(keep) = minimum.filter(|keep| keep.until >= judge.today) else {
        return Ok(None);
    };
    match judge.part(state, record, verdict) {
        Ok(Some(part)) => Ok(Some((part, keep))),
        Ok(None) => Ok(None),
        Err(reason) => Err(Error::CannotArchive { reason }),
    }
}

fn plan_account(
    tx: &Tx<'_>,
    subject: SubjectId,
    due: &mut Disposal,
    person: &mut PersonPlan,
) -> Result<bool, Error> {
    let record = RecordId {
        subject,
        order: OrderId::ACCOUNT,
        category: Category::Account,
    };
    if records::fetch(tx, &record)?.is_none() {
        return Ok(false);
    }
    if let Some(hold) = holds::of_record(tx, &record)?.first() {
        person.keep_held(record.category, hold);
        return Ok(true);
    }
    due.affected.add_record(&record);
    due.destruction.records.push(record);
    person.records += 1;
    person.categories.insert(record.category.name());
    Ok(false)
}

/// Parcels that somebody else sent to this person: no duty keeps them.
fn plan_parcels(
    tx: &Tx<'_>,
    subject: SubjectId,
    own: &HashSet<OrderId>,
    due: &mut Disposal,
    person: &mut PersonPlan,
) -> Result<bool, Error> {
    let mut is_held = false;
    for row in records::of_subject(tx, &subject)? {
        if row.id.order.is_account() || own.contains(&row.id.order) {
            continue;
        }
        if let Some(hold) = holds::of_record(tx, &row.id)?.first() {
            is_held = true;
            person.keep_held(row.id.category, hold);
            continue;
        }
        due.affected.add_record(&row.id);
        due.destruction.records.push(row.id);
        person.records += 1;
        person.categories.insert(row.id.category.name());
    }
    Ok(is_held)
}

/// Judges an order that is in the archive already: what no minimum keeps is destroyed, the rest can no
/// longer be linked to the person.
fn plan_archived(
    judge: &Judge<'_>,
    tx: &Tx<'_>,
    subject: SubjectId,
    rows: &[archived::ArchivedRow],
    due: &mut Disposal,
    person: &mut PersonPlan,
) -> Result<bool, Error> {
    let (mut is_held, mut is_kept) = (false, false);
    for row in rows {
        let clock = ArchiveClock::parse(&row.clock).map_err(|_| StoreError::Inconsistent {
            table: "archived_records",
        })?;
        let category = row.id.category;
        let verdict = judge
            .policy
            .archive_verdict(judge.store_name, category, &clock, judge.today);
        if let Some(hold) = holds::of_record(tx, &row.id)?.first() {
            (is_held, is_kept) = (true, true);
            person.keep_held(category, hold);
        } else if let Some(keep) = verdict.minimum.filter(|keep| keep.until >= judge.today) {
            is_kept = true;
            let fields = judge.archived_fields(category);
            person.keep(category, fields, &keep);
        } else {
            due.affected.add_record(&row.id);
            due.destruction.records.push(row.id);
            person.records += 1;
            person.categories.insert(category.name());
        }
    }
    if !is_kept {
        due.affected.add(subject, FieldSet::EMPTY);
        due.destruction.forgotten.push(subject);
    }
    Ok(is_held)
}

impl Judge<'_> {
    /// Returns the fields that the policy in force sorts into the archive.
    fn archived_fields(&self, category: Category) -> FieldSet {
        self.policy.archive_fields(self.store_name, category)
    }
}

impl PersonPlan {
    fn keep(&mut self, category: Category, fields: FieldSet, keep: &Keep) {
        let kept = KeptRecords {
            category: category.name().to_owned(),
            records: 1,
            fields: fields.iter().map(|field| field.to_string()).collect(),
            until: Some(keep.until),
            reason: keep.name.clone(),
            reference: keep.reference.clone(),
            place: "archive".to_owned(),
        };
        self.add(kept);
    }

    fn keep_held(&mut self, category: Category, hold: &str) {
        let kept = KeptRecords {
            category: category.name().to_owned(),
            records: 1,
            fields: Vec::new(),
            until: None,
            reason: format!("legal hold {hold}"),
            reference: "GDPR Art. 17(3)".to_owned(),
            place: "held".to_owned(),
        };
        self.add(kept);
    }

    /// Counts records that are kept for the same reason until the same day together.
    fn add(&mut self, kept: KeptRecords) {
        let is_same = |one: &&mut KeptRecords| {
            (&one.category, &one.until, &one.reason) == (&kept.category, &kept.until, &kept.reason)
        };
        match self.kept.iter_mut().find(is_same) {
            Some(same) => same.records += 1,
            None => self.kept.push(kept),
        }
    }
}
