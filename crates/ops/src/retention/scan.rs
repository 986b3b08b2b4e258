//! The scan: page by page through orders, accounts and archive, judging what is due. It reads only;
//! a plan counts what it finds, a run disposes of it.

use super::facts::{ORDER_CATEGORIES, account_clock, order_clock};
use super::report::{RetentionAction, RetentionReport};
use crate::Error;
use crate::dispose::{Disposal, MovedPart, OrderMove};
use lethe_custody::{NOTIFICATION, year_key_id};
use lethe_keeper::{DisposalKind, Keeper};
use lethe_model::{Category, OrderId, RecordId, StoreId, SubjectId};
use lethe_policy::{ArchiveClock, Clock, Day, OrderClock, Policy, SealedTo, Then, Verdict};
use lethe_store::active::orders::OrderRow;
use lethe_store::active::records::RecordHead;
use lethe_store::active::{contacts, events, holds, orders, records};
use lethe_store::archive::records as archived;
use lethe_store::{Database, StoreError, Tx};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Orders, accounts or archived records judged at once: short enough not to hold intake up.
pub(crate) const PAGE: i64 = 500;

/// Bytes of sealed records that move to the archive in one page: documents may be large.
const PAGE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What a scan judges by.
pub(crate) struct Judge<'j> {
    pub(crate) policy: &'j Policy,
    pub(crate) store: StoreId,
    pub(crate) store_name: &'j str,
    pub(crate) today: Day,
    /// The archive keys that are known; without its key a record cannot move.
    pub(crate) archive_keys: &'j BTreeSet<String>,
    pub(crate) keeper: &'j Keeper,
}

/// A place in the scan: phase, subject, order (and for the archive, the category's number).
pub(crate) type Place = (i64, SubjectId, OrderId);

/// The phases, in order.
pub(crate) const ORDERS: i64 = 0;
pub(crate) const ACCOUNTS: i64 = 1;
pub(crate) const ARCHIVE: i64 = 2;
pub(crate) const DONE: i64 = 3;

/// What a page holds.
pub(crate) struct Page {
    /// What is due in it.
    pub(crate) due: Disposal,
    /// Where the next begins.
    pub(crate) next: Place,
}

/// One order as it stands.
pub(crate) struct OrderState {
    pub(crate) row: OrderRow,
    pub(crate) clock: OrderClock,
    /// The records that exist, the parcel of a gift's recipient included.
    pub(crate) records: Vec<RecordId>,
}

impl Judge<'_> {
    /// Judges the page behind `place`. It ends early once the report counts `at_most` records; an
    /// order is never cut in two, so that its last records may be a few more.
    pub(crate) fn page(
        &self,
        active: &mut Database,
        archive: &mut Database,
        place: &Place,
        report: &mut RetentionReport,
        at_most: u64,
    ) -> Result<Page, Error> {
        match place.0 {
            ORDERS => self.order_page(active, place, report, at_most),
            ACCOUNTS => self.account_page(active, place, report, at_most),
            _ => self.archive_page(active, archive, place, report, at_most),
        }
    }

    fn order_page(
        &self,
        active: &mut Database,
        place: &Place,
        report: &mut RetentionReport,
        at_most: u64,
    ) -> Result<Page, Error> {
        let mut due = Disposal::new(DisposalKind::Retention);
        let next = active.read(|tx| -> Result<Place, Error> {
            let rows = orders::page(tx, self.store, (place.1, place.2), PAGE)?;
            let is_last = i64::try_from(rows.len()).unwrap_or(PAGE) < PAGE;
            let mut next = match rows.last() {
                Some(row) if !is_last => (ORDERS, row.subject, row.order),
                _ => (ACCOUNTS, SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT),
            };
            let (mut judged, mut moving) = (*place, 0);
            for row in rows {
                if report.records() >= at_most || moving >= PAGE_BYTES_MAX {
                    next = judged;
                    break;
                }
                judged = (ORDERS, row.subject, row.order);
                report.orders_seen += 1;
                moving += self.judge_order(tx, row, &mut due, report)?;
            }
            self.find_emptied(tx, &mut due, report)?;
            Ok(next)
        })?;
        Ok(Page { due, next })
    }

    /// Judges one order: the verdicts first, its records only when one of them is due. Returns how many
    /// sealed bytes move.
    pub(crate) fn judge_order(
        &self,
        tx: &Tx<'_>,
        row: OrderRow,
        due: &mut Disposal,
        report: &mut RetentionReport,
    ) -> Result<u64, Error> {
        let clock = order_clock(&row, &events::of_order(tx, &row.subject, &row.order)?);
        let verdicts: BTreeMap<Category, Verdict> = ORDER_CATEGORIES
            .into_iter()
            .map(|category| (category, self.verdict(category, Clock::Order(&clock))))
            .collect();
        for (category, verdict) in &verdicts {
            note_idle(*category, verdict, report);
        }
        if !verdicts.values().any(|verdict| verdict.is_due(self.today)) {
            return Ok(0);
        }
        let heads = order_heads(tx, &row)?;
        let state = OrderState {
            records: heads.iter().map(|head| head.id).collect(),
            row,
            clock,
        };
        let mut parts = Vec::new();
        let (mut left, mut moving) = (0, 0);
        for (record, head) in state.records.iter().zip(&heads) {
            let verdict = &verdicts[&record.category];
            if !verdict.is_due(self.today) || self.is_held(tx, record, report)? {
                left += 1;
                continue;
            }
            match self.part(&state, record, verdict) {
                Ok(Some(part)) => {
                    moving += head.bytes;
                    parts.push(part);
                }
                Ok(None) => due.destruction.records.push(*record),
                Err(reason) => {
                    *report.blocked.entry(reason).or_default() += 1;
                    left += 1;
                    continue;
                }
            }
            report.add(record.category.name(), verdict);
            due.affected.add_record(record);
        }
        let is_last = left == 0;
        if is_last {
            report.orders_ended += 1;
        }
        due.end_order(state.row, parts, is_last);
        Ok(moving)
    }

    /// Says how a due record moves; `None` when it is destroyed.
    pub(crate) fn part(
        &self,
        state: &OrderState,
        record: &RecordId,
        verdict: &Verdict,
    ) -> Result<Option<MovedPart>, String> {
        let Then::Archive(plan) = &verdict.then else {
            return Ok(None);
        };
        let key_id = match plan.sealed_to {
            SealedTo::Notification => NOTIFICATION.to_owned(),
            SealedTo::FinancialYear => {
                let year = self.policy.financial_year(&state.clock);
                let year = year.ok_or("the order has no day to tell its financial year by")?;
                year_key_id(&year.label)
            }
        };
        if !self.archive_keys.contains(&key_id) {
            return Err(format!(
                "there is no archive key {key_id} yet: lethe archive setup"
            ));
        }
        let clock = verdict.archive_clock().ok_or("the rule keeps nothing")?;
        Ok(Some(MovedPart {
            record: *record,
            fields: plan.fields,
            key_id,
            clock: clock.to_json(),
        }))
    }

    fn account_page(
        &self,
        active: &mut Database,
        place: &Place,
        report: &mut RetentionReport,
        at_most: u64,
    ) -> Result<Page, Error> {
        let mut due = Disposal::new(DisposalKind::Retention);
        let next = active.read(|tx| -> Result<Place, Error> {
            let rows = contacts::page(tx, self.store, &place.1, PAGE)?;
            let is_last = i64::try_from(rows.len()).unwrap_or(PAGE) < PAGE;
            let mut next = match rows.last() {
                Some(row) if !is_last => (ACCOUNTS, row.subject, OrderId::ACCOUNT),
                _ => (ARCHIVE, SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT),
            };
            let mut judged = *place;
            for row in rows {
                if report.records() >= at_most {
                    next = judged;
                    break;
                }
                judged = (ACCOUNTS, row.subject, OrderId::ACCOUNT);
                let clock = account_clock(&row);
                let verdict = self.verdict(Category::Account, Clock::Account(&clock));
                if !verdict.is_due(self.today) {
                    continue;
                }
                let record = RecordId {
                    subject: row.subject,
                    order: OrderId::ACCOUNT,
                    category: Category::Account,
                };
                if records::fetch(tx, &record)?.is_none() || self.is_held(tx, &record, report)? {
                    continue;
                }
                report.add(record.category.name(), &verdict);
                due.affected.add_record(&record);
                due.destruction.records.push(record);
                due.destruction.accounts.push(record.subject);
            }
            self.find_emptied(tx, &mut due, report)?;
            Ok(next)
        })?;
        Ok(Page { due, next })
    }

    fn archive_page(
        &self,
        active: &mut Database,
        archive: &mut Database,
        place: &Place,
        report: &mut RetentionReport,
        at_most: u64,
    ) -> Result<Page, Error> {
        let mut due = Disposal::new(DisposalKind::Retention);
        let from = RecordId {
            subject: place.1,
            order: place.2,
            // Behind every category: an archived order is judged whole.
            category: Category::Document,
        };
        let rows = archive.read(|tx| archived::clocks(tx, self.store, Some(&from), PAGE))?;
        let is_last = i64::try_from(rows.len()).unwrap_or(PAGE) < PAGE;
        // The last order of a full page may go on in the next: it is left to that.
        let cut = rows
            .last()
            .map(|(record, _)| record.subject)
            .filter(|_| !is_last);
        let mut next = (DONE, SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT);
        active.read(|tx| -> Result<(), Error> {
            let mut kept: HashSet<SubjectId> = HashSet::new();
            let mut ended: BTreeSet<SubjectId> = BTreeSet::new();
            let whole = rows
                .iter()
                .filter(|(record, _)| Some(record.subject) != cut);
            let mut judged = *place;
            for (record, clock) in whole {
                if record.subject != judged.1 && report.records() >= at_most {
                    next = judged;
                    break;
                }
                judged = (ARCHIVE, record.subject, record.order);
                report.archived_seen += 1;
                if cut.is_some() {
                    next = (ARCHIVE, record.subject, record.order);
                }
                if self.is_archived_due(tx, record, clock, report)? {
                    due.affected.add_record(record);
                    due.destruction.records.push(*record);
                    ended.insert(record.subject);
                } else {
                    kept.insert(record.subject);
                }
            }
            for subject in ended.difference(&kept.iter().copied().collect()) {
                due.destruction.forgotten.push(*subject);
                report.people_forgotten += 1;
            }
            self.forget_origins(tx, &mut due, report)
        })?;
        Ok(Page { due, next })
    }

    fn is_archived_due(
        &self,
        tx: &Tx<'_>,
        record: &RecordId,
        clock: &str,
        report: &mut RetentionReport,
    ) -> Result<bool, Error> {
        let category = record.category;
        let clock = ArchiveClock::parse(clock).map_err(|_| StoreError::Inconsistent {
            table: "archived_records",
        })?;
        let verdict = self
            .policy
            .archive_verdict(self.store_name, category, &clock, self.today);
        if !verdict.unknown_keeps.is_empty() {
            let reason = format!(
                "the policy no longer says how long {} keeps an archived {}",
                clock.rule,
                category.name()
            );
            *report.blocked.entry(reason).or_default() += 1;
            return Ok(false);
        }
        if !verdict.is_due(self.today) || self.is_held(tx, record, report)? {
            return Ok(false);
        }
        let start = clock.keeps.iter().map(|(_, day)| *day).max();
        let reference = verdict.reasons.join("; ");
        let action = RetentionAction::Erase;
        let name = format!("{} (archive)", clock.rule);
        report.count(&name, category.name(), action, &reference, start);
        Ok(true)
    }

    /// People whose last archived order ends, and of whom nothing else is stored, are forgotten too.
    fn forget_origins(
        &self,
        tx: &Tx<'_>,
        due: &mut Disposal,
        report: &mut RetentionReport,
    ) -> Result<(), Error> {
        let ending: HashSet<SubjectId> = due.destruction.forgotten.iter().copied().collect();
        let mut origins = BTreeSet::new();
        for subject in &ending {
            origins.extend(self.keeper.origin_of(subject)?);
        }
        for origin in origins {
            let archived = self.keeper.archived_orders(&origin)?;
            let is_gone = archived.iter().all(|subject| ending.contains(subject))
                && !records::any_of_subject(tx, &origin)?
                && orders::of_subject(tx, &origin)?.is_empty();
            if is_gone {
                due.affected.add(origin, lethe_model::FieldSet::all());
                due.destruction.forgotten.push(origin);
                report.people_forgotten += 1;
            }
        }
        Ok(())
    }

    /// People of whom nothing stays in the active store can no longer be looked up, and are forgotten
    /// wholly when nothing of them is in the archive either.
    pub(crate) fn find_emptied(
        &self,
        tx: &Tx<'_>,
        due: &mut Disposal,
        report: &mut RetentionReport,
    ) -> Result<(), Error> {
        let gone = due.gone_records();
        let ended = due.ended_orders();
        let archiving: HashSet<SubjectId> = due
            .moves
            .iter()
            .filter(|one| !one.parts.is_empty())
            .map(|one| one.order.subject)
            .collect();
        let subjects: Vec<SubjectId> = due.affected.subjects().collect();
        for subject in subjects {
            let keeps_record = records::of_subject(tx, &subject)?
                .iter()
                .any(|row| !gone.contains(&row.id));
            let keeps_order = orders::of_subject(tx, &subject)?
                .iter()
                .any(|row| !ended.contains(&(row.subject, row.order)));
            if keeps_record || keeps_order {
                continue;
            }
            let is_archived =
                archiving.contains(&subject) || !self.keeper.archived_orders(&subject)?.is_empty();
            if is_archived {
                due.destruction.unlinked.push(subject);
                report.people_unlinked += 1;
            } else {
                due.destruction.forgotten.push(subject);
                report.people_forgotten += 1;
            }
        }
        Ok(())
    }

    pub(crate) fn verdict(&self, category: Category, clock: Clock<'_>) -> Verdict {
        self.policy
            .verdict(self.store_name, category, clock, self.today)
    }

    /// Says whether a hold keeps a record, and counts it.
    fn is_held(
        &self,
        tx: &Tx<'_>,
        record: &RecordId,
        report: &mut RetentionReport,
    ) -> Result<bool, StoreError> {
        let holds = holds::of_record(tx, record)?;
        if let Some(hold) = holds.first() {
            *report.held.entry(hold.clone()).or_default() += 1;
        }
        Ok(!holds.is_empty())
    }
}

impl Disposal {
    /// Adds what becomes of one order.
    pub(crate) fn end_order(&mut self, order: OrderRow, parts: Vec<MovedPart>, is_last: bool) {
        if !parts.is_empty() {
            self.moves.push(OrderMove {
                order,
                parts,
                is_last,
            });
        } else if is_last {
            self.affected
                .add(order.subject, lethe_model::FieldSet::EMPTY);
            let ended = (order.subject, order.order, None);
            self.destruction.orders.push(ended);
        }
    }

    /// Returns every record that leaves.
    pub(crate) fn gone_records(&self) -> HashSet<RecordId> {
        let moved = self.moves.iter().flat_map(|one| &one.parts);
        let moved = moved.map(|part| part.record);
        self.destruction
            .records
            .iter()
            .copied()
            .chain(moved)
            .collect()
    }

    /// Returns every order of which nothing stays.
    pub(crate) fn ended_orders(&self) -> HashSet<(SubjectId, OrderId)> {
        let ended = self.destruction.orders.iter();
        let moved = self.moves.iter().filter(|one| one.is_last);
        ended
            .map(|(subject, order, _)| (*subject, *order))
            .chain(moved.map(|one| (one.order.subject, one.order.order)))
            .collect()
    }
}

/// Lists the records of an order, the parcel of a gift's recipient included.
pub(crate) fn order_records(tx: &Tx<'_>, row: &OrderRow) -> Result<Vec<RecordId>, StoreError> {
    Ok(order_heads(tx, row)?.iter().map(|head| head.id).collect())
}

fn order_heads(tx: &Tx<'_>, row: &OrderRow) -> Result<Vec<RecordHead>, StoreError> {
    let mut all = records::of_order(tx, &row.subject, &row.order)?;
    if let Some(recipient) = row.recipient {
        all.extend(records::of_order(tx, &recipient, &row.order)?);
    }
    Ok(all)
}

fn note_idle(category: Category, verdict: &Verdict, report: &mut RetentionReport) {
    if matches!(verdict.then, Then::Keep) {
        *report
            .without_rule
            .entry(category.name().to_owned())
            .or_default() += 1;
    } else if let Some(reason) = &verdict.not_started {
        *report.not_started.entry(reason.clone()).or_default() += 1;
    }
}
