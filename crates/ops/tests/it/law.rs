//! Random histories against the law. The model is written from the texts, not from the program:
//!
//! * delivery, contact, support: gone three months after the last event (GDPR Art. 5(1)(e));
//! * invoices: ten years from the end of the financial year (C. com. L123-22), contracts of 120 EUR
//!   and more ten years from delivery (C. conso L213-1), whichever is later; not before, not after;
//! * who asks is erased at once, but for what the law keeps (GDPR Art. 17(3)(b));
//! * a hold keeps its records whatever else is due (GDPR Art. 17(3)(e)).

use crate::restore::{Saved, ledger_copy, restore, save};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use lethe_model::{Clock as _, StoreId};
use lethe_ops::{
    ApplyOptions, Error, EventKind, HoldGround, NewHold, OrderEvent, RestoreInput, confirmation,
};
use lethe_store::{Database, Folder, Kind};
use lethe_testkit::{OrderSketch, TestVault};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;

/// What can happen. Orders are named by their place in the history.
#[derive(Debug, Clone)]
enum Step {
    Order {
        days_ago: i32,
        shipped_after: Option<i32>,
        is_cancelled: bool,
        is_large: bool,
    },
    Wait {
        days: i64,
    },
    ReturnOpened(usize),
    ReturnClosed(usize),
    Held(usize),
    Released(usize),
    Erased(usize),
    Resent(usize),
    Restarted,
    ClockSetBack,
    Saved,
    Restored,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let order = (
        0..120i32,
        proptest::option::of(1..20i32),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(days_ago, shipped_after, is_cancelled, is_large)| Step::Order {
                days_ago,
                shipped_after,
                is_cancelled: is_cancelled && shipped_after.is_none(),
                is_large,
            },
        );
    let step = prop_oneof![
        6 => order,
        5 => prop_oneof![3 => 1..100i64, 1 => 300..1200i64, 2 => 3200..4200i64].prop_map(|days| Step::Wait { days }),
        1 => (0..6usize).prop_map(Step::ReturnOpened),
        1 => (0..6usize).prop_map(Step::ReturnClosed),
        1 => (0..6usize).prop_map(Step::Held),
        1 => (0..6usize).prop_map(Step::Released),
        2 => (0..6usize).prop_map(Step::Erased),
        1 => (0..6usize).prop_map(Step::Resent),
        1 => Just(Step::Restarted),
        1 => Just(Step::ClockSetBack),
        1 => Just(Step::Saved),
        1 => Just(Step::Restored),
    ];
    proptest::collection::vec(step, 4..22)
}

/// One order as the law sees it.
#[derive(Debug, Clone)]
struct Life {
    sketch: OrderSketch,
    subject: Vec<u8>,
    ordered: Date,
    shipped: Option<Date>,
    cancelled: Option<Date>,
    total_cents: i64,
    open_return: Option<Date>,
    closed_return: Option<Date>,
    hold: Option<String>,
    /// Once the order was active and due, it is archived: later events do not bring it back.
    has_left: bool,
    erased: bool,
}

impl Life {
    /// The last day in the active store.
    fn active_through(&self, today: Date) -> Option<Date> {
        let is_open = |since: Date| today <= since.saturating_add(3.years());
        if self.open_return.is_some_and(is_open) {
            return None;
        }
        let events = [self.shipped, self.cancelled, self.closed_return];
        let last = events.into_iter().flatten().max();
        let start = last.unwrap_or_else(|| self.ordered.saturating_add(1.year()));
        Some(start.saturating_add(3.months()))
    }

    /// The last day the invoice must be kept; `None` when nothing was ever owed.
    fn invoice_through(&self) -> Option<Date> {
        if self.cancelled.is_some() {
            return None;
        }
        let accounting = date(self.ordered.year(), 12, 31).saturating_add(10.years());
        let delivered = match self.shipped {
            Some(shipped) => shipped.saturating_add(14.days()),
            None => self.ordered.saturating_add(1.month()),
        };
        let contract = delivered.saturating_add(10.years());
        Some(if self.total_cents >= 12_000 {
            accounting.max(contract)
        } else {
            accounting
        })
    }
}

/// Where each kind of record must be: in the active store, in the archive, or nowhere.
#[derive(Debug, Default, PartialEq, Eq)]
struct Expected {
    delivery: BTreeMap<usize, bool>,
    invoice_active: BTreeMap<usize, bool>,
    invoices_archived: usize,
    warnings_archived: usize,
}

struct History {
    test: TestVault,
    lives: Vec<Life>,
    saved: Option<(Saved, Vec<Life>)>,
    saves: usize,
    orders: u32,
}

impl History {
    fn today(&self) -> Date {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        self.test.clock.now().to_zoned(zone).date()
    }

    fn play(&mut self, step: &Step) {
        let today = self.today();
        match step {
            Step::Order {
                days_ago,
                shipped_after,
                is_cancelled,
                is_large,
            } => {
                let ordered = today.saturating_sub(days_ago.days());
                let shipped = shipped_after.map(|days| ordered.saturating_add(days.days()));
                self.order(
                    ordered,
                    shipped.filter(|day| *day <= today),
                    *is_cancelled,
                    *is_large,
                );
            }
            Step::Wait { days } => {
                self.test.clock.advance_hours(days * 24);
                self.test
                    .vault()
                    .confirm_clock(&self.test.operator())
                    .unwrap();
            }
            Step::ReturnOpened(at) => self.back(*at, None),
            Step::ReturnClosed(at) => self.back(*at, Some(today)),
            Step::Held(at) => self.hold(*at),
            Step::Released(at) => {
                if let Some(hold) = self.lives.get_mut(*at).and_then(|life| life.hold.take()) {
                    self.test
                        .vault()
                        .release_hold(&self.test.operator(), &hold)
                        .unwrap();
                }
            }
            Step::Erased(at) => self.erase(*at),
            Step::Resent(at) => {
                if let Some(life) = self.lives.get(*at) {
                    self.test.import(&[life.sketch.clone().total("81.00")]);
                    // What is still active takes the change; what left does not come back.
                    if !life.has_left && !life.erased {
                        let sketch = life.sketch.clone();
                        self.test.import(&[sketch]);
                    }
                }
            }
            Step::Restarted => self.test.restart(),
            Step::ClockSetBack => {
                self.test.clock.advance_hours(-24 * 40);
                assert!(matches!(self.apply(), Err(Error::ClockJumped { .. })));
                self.test.clock.advance_hours(24 * 40);
            }
            // Backups are of files; a server's own are not ours to make.
            Step::Saved if Folder::new(self.test.path()).is_shared() => {}
            Step::Saved => {
                self.saves += 1;
                let saved = save(&self.test, &format!("backups-{}", self.saves));
                self.saved = Some((saved, self.lives.clone()));
            }
            Step::Restored => self.restore(),
        }
    }

    fn order(&mut self, ordered: Date, shipped: Option<Date>, is_cancelled: bool, is_large: bool) {
        self.orders += 1;
        let number = 1000 + self.orders;
        let total = if is_large { "150.00" } else { "79.00" };
        let mut sketch = OrderSketch::new(number, &format!("p{number}"))
            .ordered(&ordered.to_string())
            .total(total);
        if let Some(day) = shipped {
            sketch = sketch.shipped(&day.to_string());
        }
        let cancelled = is_cancelled.then_some(ordered);
        if let Some(day) = cancelled {
            sketch = sketch.cancelled(&day.to_string());
        }
        let mut life = Life {
            sketch: sketch.clone(),
            subject: Vec::new(),
            ordered,
            shipped,
            cancelled,
            total_cents: if is_large { 15_000 } else { 7_900 },
            open_return: None,
            closed_return: None,
            hold: None,
            has_left: false,
            erased: false,
        };
        let before = self.subjects();
        let report = self.test.import(&[sketch]);
        let is_due = life
            .active_through(self.today())
            .is_some_and(|last| last < self.today());
        if is_due && life.cancelled.is_some() {
            assert_eq!(report.rejected, 1, "past all terms: not taken");
            return;
        }
        assert_eq!(report.imported, 1);
        life.has_left = is_due;
        let new = self
            .subjects()
            .into_iter()
            .find(|one| !before.contains(one));
        life.subject = new.unwrap_or_default();
        self.lives.push(life);
    }

    /// Order events need a token, and a token needs a look-up.
    fn token(&self, at: usize) -> Option<String> {
        let life = self.lives.get(at)?;
        if life.has_left || life.erased {
            return None;
        }
        // A day later the quota of look-ups is free again; the history itself does not look.
        let operator = self.test.operator();
        let page = self.test.vault().list_orders(&operator, None, 200).unwrap();
        let number = self.row_of(&life.subject)?;
        page.items.get(number).map(|order| order.token.clone())
    }

    fn row_of(&self, subject: &[u8]) -> Option<usize> {
        self.subjects().iter().position(|one| one == subject)
    }

    /// Buyers with an order in the active store, in the order that listings have.
    fn subjects(&self) -> Vec<Vec<u8>> {
        let place = Folder::new(self.test.path()).place(Kind::Active);
        let mut active = Database::open_reader(place, Kind::Active).unwrap();
        let beginning = (
            lethe_model::SubjectId::from_bytes([0; 16]),
            lethe_model::OrderId::ACCOUNT,
        );
        let rows =
            active.read(|tx| lethe_store::active::orders::page(tx, StoreId(1), beginning, 1_000));
        rows.unwrap()
            .iter()
            .map(|row| row.subject.as_bytes().to_vec())
            .collect()
    }

    fn back(&mut self, at: usize, closed_on: Option<Date>) {
        let Some(token) = self.token(at) else { return };
        let today = self.today();
        let life = &mut self.lives[at];
        let fits = match closed_on {
            None => life.open_return.is_none() && life.closed_return.is_none(),
            Some(_) => life.open_return.is_some(),
        };
        if !fits {
            return;
        }
        let opened = life.open_return.unwrap_or(today);
        let event = OrderEvent {
            kind: EventKind::Return,
            reference: "R-1".to_owned(),
            on: opened,
            closed_on,
        };
        self.test
            .vault()
            .note_event(&self.test.operator(), &token, &event)
            .unwrap();
        match closed_on {
            Some(day) => (life.open_return, life.closed_return) = (None, Some(day)),
            None => life.open_return = Some(opened),
        }
    }

    fn hold(&mut self, at: usize) {
        let Some(token) = self.token(at) else { return };
        if self.lives[at].hold.is_some() {
            return;
        }
        let new = NewHold {
            tokens: vec![token],
            archived: Vec::new(),
            categories: Vec::new(),
            matter: format!("2026/{at}"),
            ground: HoldGround::LegalClaims,
            review_on: self.today(),
        };
        let hold = self
            .test
            .vault()
            .place_hold(&self.test.operator(), &new)
            .unwrap();
        self.lives[at].hold = Some(hold.id);
    }

    fn erase(&mut self, at: usize) {
        let Some(token) = self.token(at) else { return };
        if self.lives[at].hold.is_some() {
            return;
        }
        self.test
            .vault()
            .erase(&self.test.operator(), &token)
            .unwrap();
        self.lives[at].erased = true;
    }

    fn restore(&mut self) {
        let Some((saved, lives)) = self.saved.take() else {
            return;
        };
        let copy = ledger_copy(&self.test);
        let input = RestoreInput {
            ledgers: vec![copy],
            ..RestoreInput::default()
        };
        self.test.close();
        let (vault, _) = restore(&mut self.test, &saved, &input).unwrap();
        drop(vault);
        fs::remove_dir_all(self.test.path()).unwrap();
        fs::rename(self.test.beside("restored"), self.test.path()).unwrap();
        self.test.open().unwrap();
        // Orders and events since the backup are lost, as its operator is told; erasures and holds
        // are not.
        let now = std::mem::take(&mut self.lives);
        self.lives = lives;
        for life in &mut self.lives {
            if let Some(later) = now.iter().find(|one| one.subject == life.subject) {
                life.erased = later.erased;
                life.hold.clone_from(&later.hold);
            }
        }
    }

    fn apply(&self) -> Result<(), Error> {
        let operator = self.test.operator();
        let plan = self.test.vault().retention_plan(&operator, |_| ())?;
        let options = ApplyOptions {
            confirmed: Some(confirmation(plan.report.records())),
            proposal: None,
            started_by: "operator".to_owned(),
        };
        let run = self
            .test
            .vault()
            .apply_retention(&operator, &options, |_| ())?;
        assert_eq!(run.state, "done");
        Ok(())
    }

    /// What the law says, on this day.
    fn expected(&mut self) -> Expected {
        let today = self.today();
        let mut expected = Expected::default();
        for (at, life) in self.lives.iter_mut().enumerate() {
            let is_due = life.active_through(today).is_some_and(|last| last < today);
            let is_held = life.hold.is_some() && !life.has_left;
            if is_due && !is_held {
                life.has_left = true;
            }
            let is_active = !life.has_left && !life.erased;
            expected.delivery.insert(at, is_active);
            expected.invoice_active.insert(at, is_active);
            let is_owed = life.invoice_through().is_some_and(|last| today <= last);
            if (life.has_left || life.erased) && is_owed {
                expected.invoices_archived += 1;
                // Kept for a warning, but not against the person's will, and never longer.
                let accounting = date(life.ordered.year(), 12, 31).saturating_add(10.years());
                if !life.erased && today <= accounting {
                    expected.warnings_archived += 1;
                }
            }
        }
        expected
    }

    /// What can be opened: a sealed row counts only with its key.
    fn found(&self) -> Expected {
        let folder = Folder::new(self.test.path());
        let open = |kind| Database::open_reader(folder.place(kind), kind).unwrap();
        let mut active = open(Kind::Active);
        let mut archive = open(Kind::Archive);
        let mut keyring = open(Kind::Keyring);
        let has_key = |keyring: &mut Database, id: &lethe_model::RecordId| {
            let keys = keyring.read(|tx| lethe_store::keyring::data_keys::of_record(tx, id));
            !keys.unwrap().is_empty()
        };
        let mut found = Expected::default();
        for (at, life) in self.lives.iter().enumerate() {
            let mut kinds = Vec::new();
            if let Some(subject) = lethe_model::SubjectId::from_slice(&life.subject) {
                let rows = active
                    .read(|tx| lethe_store::active::records::of_subject(tx, &subject))
                    .unwrap();
                for row in rows {
                    if has_key(&mut keyring, &row.id) {
                        kinds.push(row.id.category.name());
                    }
                }
            }
            found.delivery.insert(at, kinds.contains(&"delivery"));
            found.invoice_active.insert(at, kinds.contains(&"invoice"));
        }
        let archived = archive
            .read(|tx| lethe_store::archive::records::page(tx, None, 10_000))
            .unwrap();
        for id in archived {
            if has_key(&mut keyring, &id) {
                match id.category.name() {
                    "invoice" => found.invoices_archived += 1,
                    _ => found.warnings_archived += 1,
                }
            }
        }
        found
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn no_field_outlives_its_last_day_none_goes_before_its_first_and_erased_stays_erased(
        steps in steps()
    ) {
        let mut history = History {
            test: TestVault::with_archive(),
            lives: Vec::new(),
            saved: None,
            saves: 0,
            orders: 0,
        };
        for step in &steps {
            history.play(step);
            history.apply().unwrap();
            let expected = history.expected();
            prop_assert_eq!(history.found(), expected, "after {:?}", step);
        }
        history.test.vault().verify_log(|_| ()).unwrap();
    }
}
