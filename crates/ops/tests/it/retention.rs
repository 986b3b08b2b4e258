//! Retention: what is due leaves on its day, what is kept stays, and nothing brings it back.

use crate::reveal::query;
use jiff::civil::date;
use lethe_model::{Personal, Purpose};
use lethe_ops::{
    ApplyOptions, Error, EventKind, FindQuery, HoldGround, NewArchiveRequest, NewHold,
    OpenedRecord, OrderEvent, Refusal, RetentionAction, RunView, confirmation,
};
use lethe_testkit::{OrderSketch, TestVault};

/// An order of last summer: due for the archive in January 2026.
pub(crate) fn summer(number: u32, person: &str) -> OrderSketch {
    OrderSketch::new(number, person)
        .ordered("2025-06-01")
        .shipped("2025-06-03")
}

/// Imports orders while they are still active, and comes back to January.
pub(crate) fn import_last_summer(test: &mut TestVault, orders: &[OrderSketch]) {
    const HALF_A_YEAR: i64 = 24 * 180;
    test.clock.advance_hours(-HALF_A_YEAR);
    test.import(orders);
    test.clock.advance_hours(HALF_A_YEAR);
}

pub(crate) fn apply(test: &TestVault) -> Result<RunView, Error> {
    let operator = test.operator();
    let plan = test.vault().retention_plan(&operator, |_| ())?;
    let options = ApplyOptions {
        confirmed: Some(confirmation(plan.report.records())),
        proposal: None,
        started_by: "operator".to_owned(),
    };
    test.vault().apply_retention(&operator, &options, |_| ())
}

fn records(run: &RunView, action: RetentionAction) -> u64 {
    let rules = run.report.rules.iter();
    rules
        .filter(|rule| rule.action == action)
        .map(|rule| rule.records)
        .sum()
}

fn order_number(number: u32) -> Personal {
    Personal::new(format!("#{number}"))
}

#[test]
fn a_plan_moves_nothing_and_a_run_does_what_it_said() {
    let mut test = TestVault::with_archive();
    import_last_summer(
        &mut test,
        &[summer(1001, "ana"), OrderSketch::new(1002, "bob")],
    );
    let operator = test.operator();
    let plan = test.vault().retention_plan(&operator, |_| ()).unwrap();
    assert_eq!(
        plan.report.records(),
        3,
        "contact, delivery and invoice of #1001"
    );
    assert_eq!(plan.report.orders_ended, 1);
    assert!(plan.is_first);
    assert_eq!(
        test.vault().status().unwrap().stores[0].orders,
        2,
        "nothing moved"
    );
    let run = apply(&test).unwrap();
    assert_eq!(run.state, "done");
    assert_eq!(
        records(&run, RetentionAction::Archive),
        2,
        "invoice, and e-mail for a warning"
    );
    assert_eq!(records(&run, RetentionAction::Erase), 1, "the address");
    assert_eq!(test.vault().status().unwrap().stores[0].orders, 1);
    let again = apply(&test).unwrap();
    assert_eq!(again.report.records(), 0, "there is nothing left to do");
}

#[test]
fn an_archived_person_cannot_be_looked_up_any_more() {
    let mut test = TestVault::with_archive();
    import_last_summer(&mut test, &[summer(1001, "ana")]);
    apply(&test).unwrap();
    let operator = test.operator();
    for find in [
        FindQuery::email("marked-ana@example.com", Purpose::Support),
        FindQuery::order("#1001", Purpose::Support),
    ] {
        let found = test.vault().find(&operator, find.unwrap()).unwrap();
        assert!(found.subjects.is_empty());
    }
}

#[test]
fn a_late_update_and_a_re_imported_file_bring_nothing_back() {
    let mut test = TestVault::with_archive();
    import_last_summer(&mut test, &[summer(1001, "ana")]);
    apply(&test).unwrap();
    let report = test.import(&[summer(1001, "ana")]);
    assert_eq!(
        (report.imported, report.updated, report.rejected),
        (0, 0, 1)
    );
    let report = test.import(&[summer(1001, "ana").total("12.00")]);
    assert_eq!(
        (report.imported, report.updated, report.rejected),
        (0, 0, 1)
    );
    assert_eq!(test.vault().status().unwrap().stores[0].orders, 0);
}

#[test]
fn an_archived_invoice_is_read_with_two_approvals_and_two_shares_and_only_once() {
    let mut test = TestVault::with_archive();
    import_last_summer(&mut test, &[summer(1001, "ana")]);
    apply(&test).unwrap();
    let operator = test.operator();
    let vault = test.vault();
    let asked = NewArchiveRequest {
        orders: vec![order_number(1001)],
        categories: Vec::new(),
        purpose: Purpose::Legal,
        reason: "case 2026/114".to_owned(),
    };
    let proposal = vault.request_archive(&operator, &asked).unwrap();
    let refused = vault.archive_request_file(&operator, &proposal.id);
    assert!(matches!(
        refused,
        Err(Error::Refused(Refusal::NotApprovable(_)))
    ));
    let [first, second] = ["dpo", "finance"].map(|who| test.approver(who));
    let own = vault.approve(&operator, &proposal.id, &proposal.sha256);
    assert!(own.is_err(), "whoever asked does not approve");
    vault
        .approve(&first, &proposal.id, &proposal.sha256)
        .unwrap();
    assert!(
        vault
            .approve(&first, &proposal.id, &proposal.sha256)
            .is_err()
    );
    let other_hash = "00".repeat(32);
    assert!(vault.approve(&second, &proposal.id, &other_hash).is_err());
    vault
        .approve(&second, &proposal.id, &proposal.sha256)
        .unwrap();
    let request = vault.archive_request_file(&operator, &proposal.id).unwrap();
    let reply = test.answer(&request);
    // Somebody pulls the plug while the records are shown: they are not lost.
    let interrupted = vault.open_archive(&operator, &reply, |_| Err(Error::Busy));
    assert!(matches!(interrupted, Err(Error::Busy)));
    let show = |opened: &[OpenedRecord]| -> Result<(), Error> {
        let values: Vec<&str> = opened
            .iter()
            .flat_map(|record| &record.fields)
            .map(|(_, value)| value.expose())
            .collect();
        assert!(values.contains(&"Marked Name ana"));
        assert!(
            values.contains(&"marked-ana@example.com"),
            "sealed to the notification key"
        );
        assert!(
            values.iter().any(|value| value.contains("Cable")),
            "what was sold"
        );
        assert!(!values.contains(&"Marked City of ana") || values.len() > 3);
        Ok(())
    };
    vault.open_archive(&operator, &reply, show).unwrap();
    let again = vault.open_archive(&operator, &reply, |_| -> Result<(), Error> {
        panic!("a request is used once")
    });
    assert!(again.is_err());
    let entries = vault.log_entries(&operator, None, None, 100).unwrap();
    let archive = entries.iter().filter(|one| one.act.subjects > 0);
    assert!(archive.count() > 2, "each unwrapping names whose it was");
}

#[test]
fn a_yearly_test_proves_shares_and_data_and_shows_nothing() {
    let mut test = TestVault::with_archive();
    import_last_summer(&mut test, &[summer(1001, "ana"), summer(1002, "bob")]);
    apply(&test).unwrap();
    let operator = test.operator();
    let vault = test.vault();
    let overdue = |status: lethe_ops::ArchiveStatus| {
        status.keys.iter().filter(|key| key.is_test_overdue).count()
    };
    assert_eq!(overdue(vault.archive_status(&operator).unwrap()), 2);
    let request = vault.request_archive_test(&operator).unwrap();
    let reply = test.answer(&request);
    let proved = vault.finish_archive_test(&operator, &reply).unwrap();
    assert_eq!(proved, ["notification", "year/2025"]);
    assert_eq!(overdue(vault.archive_status(&operator).unwrap()), 0);
}

#[test]
fn a_hold_keeps_exactly_its_records_and_releasing_it_re_queues_them() {
    let mut test = TestVault::with_archive();
    import_last_summer(&mut test, &[summer(1001, "ana"), summer(1002, "bob")]);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    let hold = NewHold {
        tokens: vec![token.clone()],
        archived: Vec::new(),
        categories: vec![lethe_model::Category::Delivery],
        matter: "2026/114".to_owned(),
        ground: HoldGround::LegalClaims,
        review_on: date(2026, 6, 1),
    };
    let hold = test.vault().place_hold(&operator, &hold).unwrap();
    assert_eq!(hold.records, 1);
    let run = apply(&test).unwrap();
    assert_eq!(run.report.held[&hold.id], 1);
    let revealed = test
        .vault()
        .reveal(
            &operator,
            &token,
            query(&["delivery.city", "contact.email"]),
        )
        .unwrap();
    assert_eq!(
        crate::reveal::values(&revealed).len(),
        1,
        "the address alone is there"
    );
    test.vault().release_hold(&operator, &hold.id).unwrap();
    let run = apply(&test).unwrap();
    assert_eq!(records(&run, RetentionAction::Erase), 1);
    assert_eq!(test.vault().status().unwrap().stores[0].orders, 0);
}

#[test]
fn an_open_return_keeps_an_order_active_until_it_is_closed() {
    let mut test = TestVault::with_archive();
    import_last_summer(&mut test, &[summer(1001, "ana")]);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    let mut back = OrderEvent {
        kind: EventKind::Return,
        reference: "R-17".to_owned(),
        on: date(2025, 12, 20),
        closed_on: None,
    };
    test.vault().note_event(&operator, &token, &back).unwrap();
    let plan = test.vault().retention_plan(&operator, |_| ()).unwrap();
    assert_eq!(plan.report.records(), 0);
    assert!(!plan.report.not_started.is_empty(), "and the plan says why");
    back.closed_on = Some(date(2026, 1, 10));
    test.vault().note_event(&operator, &token, &back).unwrap();
    let plan = test.vault().retention_plan(&operator, |_| ()).unwrap();
    assert_eq!(
        plan.report.records(),
        0,
        "three months from the end of the return"
    );
    test.clock.advance_hours(24 * 90);
    test.vault().confirm_clock(&operator).unwrap();
    assert_eq!(apply(&test).unwrap().report.records(), 3);
}

#[test]
fn when_the_archive_term_is_over_the_person_is_forgotten_in_the_log_too() {
    let mut test = TestVault::with_archive();
    import_last_summer(&mut test, &[summer(1001, "ana")]);
    apply(&test).unwrap();
    let counted = |test: &TestVault| {
        let status = test.vault().status().unwrap();
        (status.stores[0].people, status.stores[0].archived_orders)
    };
    assert_eq!(counted(&test), (0, 1), "one order, in the archive");
    // Ten years from the end of 2025: the last day is 31 December 2035.
    let until = |year: i16, month: i8, day: i8| {
        let then = date(year, month, day)
            .at(12, 0, 0, 0)
            .to_zoned(jiff::tz::TimeZone::UTC);
        let now = test.clock.in_days(0);
        (then.unwrap().timestamp().as_millisecond() - now) / 3_600_000
    };
    test.clock.advance_hours(until(2035, 12, 31));
    assert!(
        matches!(apply(&test), Err(Error::ClockJumped { .. })),
        "nobody vouched for it"
    );
    test.vault().confirm_clock(&test.operator()).unwrap();
    assert_eq!(apply(&test).unwrap().report.records(), 0);
    test.clock.advance_hours(24);
    let run = apply(&test).unwrap();
    assert_eq!((run.report.records(), run.report.people_forgotten), (2, 2));
    assert_eq!(counted(&test), (0, 0));
    test.vault().verify_log(|_| ()).unwrap();
}

#[test]
fn an_order_that_was_cancelled_unpaid_is_erased_and_leaves_no_invoice() {
    let mut test = TestVault::with_archive();
    let order = OrderSketch::new(1001, "ana")
        .ordered("2025-06-01")
        .cancelled("2025-06-02");
    import_last_summer(&mut test, &[order]);
    let run = apply(&test).unwrap();
    assert_eq!(records(&run, RetentionAction::Archive), 0);
    assert_eq!(run.report.people_forgotten, 1);
}

#[test]
fn the_first_run_asks_for_the_number_of_records_in_words() {
    let mut test = TestVault::with_archive();
    import_last_summer(&mut test, &[summer(1001, "ana")]);
    let options = ApplyOptions::default();
    let refused = test
        .vault()
        .apply_retention(&test.operator(), &options, |_| ());
    assert!(matches!(refused, Err(Error::NotConfirmed { wanted }) if wanted == "retire 3 records"));
    assert_eq!(test.vault().status().unwrap().stores[0].orders, 1);
}

#[test]
fn what_cannot_move_for_want_of_a_key_stays_and_the_plan_says_so() {
    let mut test = TestVault::start();
    import_last_summer(&mut test, &[summer(1001, "ana")]);
    let plan = test
        .vault()
        .retention_plan(&test.operator(), |_| ())
        .unwrap();
    assert_eq!(plan.report.records(), 1, "the address needs no archive");
    assert_eq!(plan.report.blocked.values().sum::<u64>(), 2);
    let token = test.order_token(&test.operator(), 1001);
    let erased = test.vault().erase(&test.operator(), &token);
    assert!(matches!(erased, Err(Error::CannotArchive { .. })));
    assert_eq!(
        test.vault().status().unwrap().stores[0].orders,
        1,
        "nothing was erased"
    );
}

#[test]
fn a_policy_that_destroys_earlier_waits_and_one_that_keeps_longer_does_not() {
    let mut test = TestVault::with_archive();
    test.import(&[OrderSketch::new(1001, "ana").shipped("2026-01-06")]);
    let operator = test.operator();
    let default = lethe_policy::Policy::DEFAULT_TEXT;
    let shorter = default.replace("period = \"P3M\"", "period = \"P1D\"");
    let adopted = test.vault().adopt_policy(&operator, &shorter).unwrap();
    assert!(adopted.diff.destroys_earlier);
    let due = |test: &TestVault| {
        let plan = test.vault().retention_plan(&test.operator(), |_| ());
        plan.unwrap().report.records()
    };
    assert_eq!(due(&test), 0, "not effective yet");
    test.clock.advance_hours(3 * 24 + 1);
    assert_eq!(due(&test), 3);
    let longer = default.replace("period = \"P3M\"", "period = \"P6M\"");
    let adopted = test.vault().adopt_policy(&operator, &longer).unwrap();
    assert!(!adopted.diff.destroys_earlier);
    assert_eq!(due(&test), 0, "effective at once");
    test.restart();
    assert_eq!(due(&test), 0);
}

#[test]
fn a_destruction_record_is_signed_with_the_logs_key() {
    let mut test = TestVault::with_archive();
    import_last_summer(&mut test, &[summer(1001, "ana")]);
    apply(&test).unwrap();
    let operator = test.operator();
    let (record, signed) = test.vault().destruction_record(&operator, None).unwrap();
    assert_eq!(record.records(), 3);
    assert!(record.log_to > record.log_from);
    let key = test.vault().status().unwrap().log_key.parse().unwrap();
    let read = lethe_receipt::DestructionRecord::verify(&signed, &key).unwrap();
    assert_eq!(read, record);
    let forged = signed.replacen("\"records\":1", "\"records\":2", 1);
    assert!(lethe_receipt::DestructionRecord::verify(&forged, &key).is_err());
}

#[test]
fn statistics_are_shown_for_closed_months_and_never_for_small_groups() {
    let mut test = TestVault::with_archive();
    let people: Vec<OrderSketch> = (0..12)
        .map(|n| summer(1001 + n, &format!("person{n}")))
        .chain([OrderSketch::new(1100, "zoe")
            .ordered("2025-07-01")
            .shipped("2025-07-02")])
        .collect();
    import_last_summer(&mut test, &people);
    apply(&test).unwrap();
    let shown = test.vault().statistics(&test.operator()).unwrap();
    let groups: Vec<_> = shown
        .iter()
        .map(|one| (one.month.as_str(), one.orders))
        .collect();
    assert_eq!(
        groups,
        [("2025-06", 12)],
        "a group of one in July is dropped"
    );
    assert_eq!(shown[0].total_minor, 12 * 7_900);
}

#[test]
fn an_old_order_goes_straight_into_the_archive_and_one_past_all_terms_is_not_taken() {
    let mut test = TestVault::with_archive();
    let report = test.import(&[
        summer(1001, "ana"),
        OrderSketch::new(1002, "bob")
            .ordered("2012-03-01")
            .shipped("2012-03-02"),
        OrderSketch::new(1003, "cleo"),
    ]);
    assert_eq!(
        (report.imported, report.archived, report.rejected),
        (2, 1, 1)
    );
    let status = test.vault().status().unwrap();
    assert_eq!(status.stores[0].orders, 1, "the recent one alone is active");
    let again = test.import(&[summer(1001, "ana")]);
    assert_eq!(
        (again.imported, again.rejected),
        (0, 1),
        "and it stays in the archive"
    );
}

#[test]
fn by_a_clock_that_jumped_nothing_is_sorted_or_refused() {
    let mut test = TestVault::with_archive();
    test.import(&[OrderSketch::new(1001, "ana")]);
    test.clock.advance_hours(24 * 366 * 30);
    let report = test.import(&[OrderSketch::new(1002, "bob")]);
    assert_eq!(
        (report.imported, report.archived, report.rejected),
        (1, 0, 0)
    );
    assert!(matches!(apply(&test), Err(Error::ClockJumped { .. })));
    assert_eq!(test.vault().status().unwrap().stores[0].orders, 2);
}

#[test]
fn a_run_stops_at_the_policys_cap_within_an_order_and_the_next_does_the_rest() {
    let mut test = TestVault::with_archive();
    let people: Vec<String> = (0..350).map(|number| format!("p{number}")).collect();
    let orders: Vec<OrderSketch> = (1_000..)
        .zip(&people)
        .map(|(n, one)| summer(n, one))
        .collect();
    import_last_summer(&mut test, &orders);
    let first = apply(&test).unwrap();
    assert!(
        (1_000..1_003).contains(&first.report.records()),
        "a thousand, and what is left of an order: {}",
        first.report.records()
    );
    assert!(first.report.stopped.is_some());
    let second = apply(&test).unwrap();
    assert_eq!(first.report.records() + second.report.records(), 1_050);
    assert_eq!(second.report.stopped, None);
    assert_eq!(test.vault().status().unwrap().stores[0].orders, 0);
}

#[test]
fn a_run_that_moved_nothing_uses_up_no_confirmation() {
    let mut test = TestVault::with_archive();
    let operator = test.operator();
    let empty = ApplyOptions::default();
    for _ in 0..3 {
        let run = test.vault().apply_retention(&operator, &empty, |_| ());
        assert_eq!(run.unwrap().report.records(), 0);
        test.clock.advance_hours(25);
    }
    let store = operator.store;
    assert!(test.vault().daily(store).unwrap().is_some());
    import_last_summer(&mut test, &[summer(1001, "ana")]);
    assert!(
        test.vault()
            .retention_plan(&operator, |_| ())
            .unwrap()
            .is_first
    );
    let refused = test.vault().apply_retention(&operator, &empty, |_| ());
    assert!(matches!(refused, Err(Error::NotConfirmed { .. })));
    test.clock.advance_hours(25);
    let refused = test.vault().daily(store);
    assert!(matches!(refused, Err(Error::NotConfirmed { .. })));
    assert_eq!(apply(&test).unwrap().report.records(), 3);
    // From then on nobody is asked, however many runs come in between.
    for _ in 0..120 {
        test.vault()
            .apply_retention(&operator, &empty, |_| ())
            .unwrap();
    }
    import_last_summer(&mut test, &[summer(1002, "bob")]);
    let plan = test.vault().retention_plan(&operator, |_| ()).unwrap();
    assert!(!plan.is_first);
    test.vault()
        .apply_retention(&operator, &empty, |_| ())
        .unwrap();
}

#[test]
fn ten_orders_of_nine_buyers_are_too_small_a_group_for_statistics() {
    let june = |buyers: u32| {
        let mut test = TestVault::with_archive();
        let orders: Vec<OrderSketch> = (0..20)
            .map(|n| summer(1001 + n, &format!("person{}", n % buyers)))
            .collect();
        import_last_summer(&mut test, &orders);
        apply(&test).unwrap();
        let shown = test.vault().statistics(&test.operator()).unwrap();
        shown.iter().map(|one| one.orders).sum::<i64>()
    };
    assert_eq!(june(9), 0, "twenty orders of nine people");
    assert_eq!(june(10), 20);
}

#[test]
fn a_buyer_is_counted_once_a_month_however_often_orders_leave() {
    let mut test = TestVault::with_archive();
    // One order a person leaves in each of two runs.
    for run in 0..2 {
        let orders: Vec<OrderSketch> = (0..9)
            .map(|n| summer(1001 + 100 * run + n, &format!("person{n}")))
            .chain((0..9).map(|n| OrderSketch::new(2001 + n, &format!("person{n}"))))
            .collect();
        import_last_summer(&mut test, &orders);
        apply(&test).unwrap();
    }
    let shown = test.vault().statistics(&test.operator()).unwrap();
    assert!(
        shown.is_empty(),
        "eighteen orders of nine people: {shown:?}"
    );
}
