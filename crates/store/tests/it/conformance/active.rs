//! The active store.

use super::{OTHER_SHOP, SHOP, get, order, put, record, subject};
use lethe_model::Category::{Contact, Delivery};
use lethe_model::{OrderId, OrderState};
use lethe_store::Database;
use lethe_store::active::{
    batches, contacts, erasures, events, holders, holds, imports, orders, records, runs,
    statistics, stores,
};

pub(super) const SENTENCES: &[fn(&mut Database)] = &[
    shops_are_listed_by_number,
    a_batch_is_marked_until_it_is_forgotten,
    a_claimed_mark_says_whether_the_batch_was_stored_and_bars_it_if_not,
    the_latest_contact_counts_and_an_unknown_one_replaces_none,
    an_erasure_forgets_its_subject_when_it_is_done,
    holders_confirm_once,
    an_event_is_renewed_under_its_reference,
    a_hold_keeps_its_records_until_it_is_released,
    an_import_goes_on_where_it_was,
    orders_are_read_back_and_renewed,
    orders_are_paged_and_counted_by_shop_and_state,
    records_are_renewed_fetched_and_listed,
    removed_records_and_orders_are_gone,
    a_run_goes_on_where_it_was,
    statistics_add_up_and_are_shown_when_settled,
];

fn shops_are_listed_by_number(db: &mut Database) {
    let shop = |id, name: &str| stores::StoreRow {
        id,
        name: name.into(),
        controller: "Äpfel & Söhne GmbH".into(),
        created_at: i64::MAX,
    };
    let rows = [shop(SHOP, "b"), shop(OTHER_SHOP, "a")];
    put(db, |tx| {
        rows.iter()
            .rev()
            .try_for_each(|row| stores::insert(tx, row))
    });
    assert_eq!(get(db, stores::list), rows);
    assert!(
        db.write(|tx| stores::insert(tx, &shop(lethe_model::StoreId(3), "a")))
            .is_err()
    );
}

fn a_batch_is_marked_until_it_is_forgotten(db: &mut Database) {
    let ids = [[1; 16], [2; 16], [3; 16], [4; 16]];
    put(db, |tx| {
        ids.iter().try_for_each(|id| batches::insert(tx, id, 5))
    });
    put(db, |tx| batches::delete(tx, &ids[0]));
    put(db, |tx| batches::delete_many(tx, &ids[1..3]));
    let left = get(db, |tx| {
        ids.iter()
            .map(|id| batches::exists(tx, id))
            .collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(left, [false, false, false, true]);
    put(db, |tx| batches::clear(tx, 5));
    assert!(get(db, |tx| batches::exists(tx, &ids[3])));
    put(db, |tx| batches::clear(tx, 6));
    assert!(!get(db, |tx| batches::exists(tx, &ids[3])));
}

fn a_claimed_mark_says_whether_the_batch_was_stored_and_bars_it_if_not(db: &mut Database) {
    put(db, |tx| batches::insert(tx, &[1; 16], 5));
    assert!(put(db, |tx| batches::claim(tx, &[1; 16], 6)));
    assert!(!put(db, |tx| batches::claim(tx, &[2; 16], 6)));
    assert!(db.write(|tx| batches::insert(tx, &[2; 16], 7)).is_err());
    put(db, |tx| batches::clear(tx, 9));
}

fn the_latest_contact_counts_and_an_unknown_one_replaces_none(db: &mut Database) {
    let row = |created_on, last_on| contacts::ContactRow {
        subject: subject(1),
        created_on,
        last_on,
    };
    let fetch = |db: &mut Database| get(db, |tx| contacts::fetch(tx, &subject(1)));
    assert_eq!(fetch(db), None);
    put(db, |tx| contacts::touch(tx, SHOP, &row(None, Some(10))));
    put(db, |tx| contacts::touch(tx, SHOP, &row(Some(3), None)));
    assert_eq!(fetch(db), Some(row(Some(3), Some(10))));
    let many = [(SHOP, row(Some(4), Some(9))), (SHOP, row(None, Some(12)))];
    put(db, |tx| contacts::touch_many(tx, &many));
    assert_eq!(fetch(db), Some(row(Some(3), Some(12))));
    let page = |db: &mut Database, shop| get(db, |tx| contacts::page(tx, shop, &subject(0), 9));
    assert_eq!(page(db, SHOP), [row(Some(3), Some(12))]);
    assert_eq!(page(db, OTHER_SHOP), []);
    put(db, |tx| contacts::delete(tx, &subject(1)));
    assert_eq!(fetch(db), None);
}

fn erasure(id: &str, whose: u8) -> erasures::ErasureRow {
    erasures::ErasureRow {
        id: id.into(),
        store: SHOP,
        subject: Some(subject(whose)),
        state: "waiting".into(),
        requested_by: "desk".into(),
        requested_at: 100,
        not_before: 200,
        erased_at: None,
        report: None,
    }
}

fn an_erasure_forgets_its_subject_when_it_is_done(db: &mut Database) {
    let rows = [erasure("b", 1), erasure("a", 2), erasure("B", 3)];
    put(db, |tx| {
        rows.iter().try_for_each(|row| erasures::insert(tx, row))
    });
    assert_eq!(
        get(db, |tx| erasures::fetch(tx, "b")),
        Some(rows[0].clone())
    );
    assert_eq!(
        get(db, |tx| erasures::of_subject(tx, &subject(2))),
        Some(rows[1].clone())
    );
    // Of one moment, they are in the order of bytes: capitals first.
    let listed = get(db, |tx| erasures::list(tx, SHOP, "complete", 9));
    assert_eq!(
        listed.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
        ["B", "a", "b"]
    );
    put(db, |tx| {
        erasures::set(tx, "b", "complete", None, Some(300), "{}")
    });
    let done = get(db, |tx| erasures::fetch(tx, "b")).unwrap();
    assert_eq!(
        (done.subject, done.erased_at, done.report),
        (None, Some(300), Some("{}".into()))
    );
    assert!(put(db, |tx| erasures::cancel(tx, "a")));
    assert!(!put(db, |tx| erasures::cancel(tx, "b")));
    assert_eq!(get(db, |tx| erasures::of_subject(tx, &subject(2))), None);
    assert_eq!(
        get(db, |tx| erasures::list(tx, SHOP, "complete", 9)).len(),
        2
    );
    assert_eq!(
        get(db, |tx| erasures::count_asked(tx, SHOP, "operator", 100)),
        3
    );
    assert_eq!(
        get(db, |tx| erasures::count_asked(tx, SHOP, "desk", 100)),
        0
    );
}

fn holders_confirm_once(db: &mut Database) {
    let holder = |days| holders::HolderRow {
        name: "carrier".into(),
        role: "processor".into(),
        receives: "delivery".into(),
        retention_days: days,
    };
    put(db, |tx| holders::upsert(tx, SHOP, &holder(None)));
    put(db, |tx| holders::upsert(tx, SHOP, &holder(Some(90))));
    assert_eq!(get(db, |tx| holders::list(tx, SHOP)), [holder(Some(90))]);
    put(db, |tx| erasures::ask(tx, "b", "carrier", 1));
    put(db, |tx| erasures::ask(tx, "b", "carrier", 2));
    assert!(put(db, |tx| erasures::confirm(
        tx, "b", "carrier", "mail", 3
    )));
    assert!(!put(db, |tx| erasures::confirm(
        tx, "b", "carrier", "call", 4
    )));
    let asked = erasures::AskedHolder {
        name: "carrier".into(),
        asked_at: 1,
        confirmed_at: Some(3),
        evidence: Some("mail".into()),
    };
    assert_eq!(get(db, |tx| erasures::asked(tx, "b")), [asked]);
    assert!(put(db, |tx| holders::delete(tx, SHOP, "carrier")));
    assert!(!put(db, |tx| holders::delete(tx, SHOP, "carrier")));
}

fn an_event_is_renewed_under_its_reference(db: &mut Database) {
    let event = |closed_on| events::EventRow {
        kind: "return".into(),
        reference: "R-1".into(),
        opened_on: 10,
        closed_on,
    };
    let of = |db: &mut Database| get(db, |tx| events::of_order(tx, &subject(1), &order(1)));
    for closed_on in [None, Some(12)] {
        put(db, |tx| {
            events::upsert(tx, &subject(1), &order(1), &event(closed_on))
        });
        assert_eq!(of(db), [event(closed_on)]);
    }
    put(db, |tx| events::delete_order(tx, &subject(1), &order(1)));
    assert_eq!(of(db), []);
    put(db, |tx| {
        events::upsert(tx, &subject(1), &order(1), &event(None))
    });
    put(db, |tx| events::delete_subject(tx, &subject(1)));
    assert_eq!(of(db), []);
}

fn a_hold_keeps_its_records_until_it_is_released(db: &mut Database) {
    let mut hold = holds::HoldRow {
        id: "h1".into(),
        store: SHOP,
        matter: "case 7".into(),
        ground: "claim".into(),
        placed_by: "desk".into(),
        placed_at: 5,
        review_on: 20_100,
        released_by: None,
        released_at: None,
    };
    let held = [record(1, 1, Contact), record(1, 1, Delivery)];
    put(db, |tx| holds::insert(tx, &hold, &held));
    put(db, |tx| holds::insert(tx, &hold, &held));
    assert_eq!(get(db, |tx| holds::list(tx, SHOP)), [hold.clone()]);
    assert_eq!(get(db, |tx| holds::records(tx, "h1")), held);
    assert_eq!(get(db, |tx| holds::of_record(tx, &held[1])), ["h1"]);
    assert!(get(db, |tx| holds::any_of_subject(tx, &subject(1))));
    assert!(put(db, |tx| holds::release(tx, "h1", "judge", 9)));
    assert!(!put(db, |tx| holds::release(tx, "h1", "other", 10)));
    assert!(!get(db, |tx| holds::any_of_subject(tx, &subject(1))));
    (hold.released_by, hold.released_at) = (Some("judge".into()), Some(9));
    assert_eq!(get(db, |tx| holds::fetch(tx, "h1")), Some(hold));
}

fn an_import_goes_on_where_it_was(db: &mut Database) {
    for rows in [10, 20] {
        put(db, |tx| imports::upsert(tx, &[7; 16], rows, "{}", 1));
        assert_eq!(
            get(db, |tx| imports::fetch(tx, &[7; 16])),
            Some((rows, "{}".into()))
        );
    }
    put(db, |tx| imports::delete(tx, &[7; 16]));
    assert_eq!(get(db, |tx| imports::fetch(tx, &[7; 16])), None);
}

fn bought(whose: u8, of: u8) -> orders::OrderRow {
    orders::OrderRow {
        subject: subject(whose),
        order: order(of),
        store: SHOP,
        recipient: (of == 2).then(|| subject(8)),
        linked_by: None,
        country: Some("DE".into()),
        currency: Some("EUR".into()),
        total_minor: Some(-1),
        refunded_minor: None,
        ordered_on: Some(i64::from(of)),
        paid_on: None,
        fulfilled_on: (of == 1).then_some(5),
        cancelled_on: (of == 3).then_some(6),
        delivered_on: None,
        refunded_on: None,
        financial_status: None,
        fulfillment_status: None,
        accepts_marketing: Some(false),
        lines: "[]".into(),
        revision: u32::MAX,
    }
}

fn orders_are_read_back_and_renewed(db: &mut Database) {
    let rows = [bought(1, 1), bought(1, 2), bought(2, 3)];
    put(db, |tx| orders::upsert(tx, &rows[0]));
    put(db, |tx| orders::upsert_many(tx, &rows));
    assert_eq!(get(db, |tx| orders::of_subject(tx, &subject(1))), rows[..2]);
    assert!(put(db, |tx| orders::set_delivered(
        tx,
        &subject(1),
        &order(1),
        7
    )));
    assert!(!put(db, |tx| orders::set_delivered(
        tx,
        &subject(9),
        &order(1),
        7
    )));
    // What is known of a delivery is not forgotten by news without it.
    put(db, |tx| orders::upsert(tx, &rows[0]));
    let renewed = get(db, |tx| orders::fetch(tx, &subject(1), &order(1))).unwrap();
    assert_eq!(renewed.delivered_on, Some(7));
    let asked = [(subject(1), order(2)), (subject(9), order(9))];
    let standings = get(db, |tx| orders::standings(tx, &asked));
    assert!(standings[1].is_none());
    let standing = standings[0].unwrap();
    assert_eq!(
        (standing.recipient, standing.state),
        (Some(subject(8)), OrderState::Unshipped)
    );
    assert_eq!(
        get(db, |tx| orders::recipient(tx, &subject(1), &order(1))),
        None
    );
}

fn orders_are_paged_and_counted_by_shop_and_state(db: &mut Database) {
    let from = (subject(0), OrderId::ACCOUNT);
    let page = get(db, |tx| orders::page(tx, SHOP, from, 2));
    assert_eq!(
        page.iter().map(|row| row.order).collect::<Vec<_>>(),
        [order(1), order(2)]
    );
    let rest = get(db, |tx| orders::page(tx, SHOP, (subject(1), order(2)), 9));
    assert_eq!(rest, [bought(2, 3)]);
    assert_eq!(get(db, |tx| orders::buyers_by_state(tx, SHOP)), [1, 1, 1]);
    assert_eq!(get(db, |tx| orders::count(tx, SHOP)), 3);
    assert_eq!(get(db, |tx| orders::count(tx, OTHER_SHOP)), 0);
    assert!(get(db, |tx| orders::exist_between(tx, SHOP, 3, 4)));
    assert!(!get(db, |tx| orders::exist_between(tx, SHOP, 4, 9)));
}

fn sealed(of: u8, generation: u32) -> records::RecordRow {
    records::RecordRow {
        id: record(1, of, Contact),
        store: SHOP,
        generation,
        envelope: vec![0; 100 + usize::from(of)],
    }
}

fn records_are_renewed_fetched_and_listed(db: &mut Database) {
    put(db, |tx| records::upsert(tx, &sealed(1, 0)));
    put(db, |tx| {
        records::upsert_many(tx, &[sealed(1, 1), sealed(2, 0), sealed(3, 0)])
    });
    assert_eq!(
        get(db, |tx| records::fetch(tx, &sealed(1, 0).id)),
        Some(sealed(1, 1))
    );
    let ids = [sealed(3, 0).id, record(9, 9, Contact), sealed(1, 0).id];
    let found = get(db, |tx| records::fetch_many(tx, &ids));
    assert_eq!(found, [Some(sealed(3, 0)), None, Some(sealed(1, 1))]);
    let heads = get(db, |tx| records::of_subject(tx, &subject(1)));
    let shown: Vec<_> = heads
        .iter()
        .map(|head| (head.generation, head.bytes))
        .collect();
    assert_eq!(shown, [(1, 101), (0, 102), (0, 103)]);
    assert_eq!(
        get(db, |tx| records::of_order(tx, &subject(1), &order(2))),
        heads[1..2]
    );
    assert!(get(db, |tx| records::any_of_subject(tx, &subject(1))));
    assert_eq!(get(db, |tx| records::people(tx, SHOP)), 1);
    assert_eq!(get(db, |tx| records::count(tx, SHOP)), 3);
    let page = get(db, |tx| records::page(tx, Some(&heads[0].id), 1));
    assert_eq!(page, [(heads[1].id, 0)]);
}

fn removed_records_and_orders_are_gone(db: &mut Database) {
    assert_eq!(put(db, |tx| records::delete(tx, &sealed(1, 0).id)), 1);
    let two = [sealed(1, 0).id, sealed(2, 0).id];
    assert_eq!(put(db, |tx| records::delete_many(tx, &two)), [false, true]);
    assert_eq!(put(db, |tx| records::delete_subject(tx, &subject(1))), 1);
    assert_eq!(put(db, |tx| orders::delete(tx, &subject(1), &order(1))), 1);
    assert_eq!(put(db, |tx| orders::delete_subject(tx, &subject(1))), 1);
    assert_eq!(get(db, |tx| orders::count(tx, SHOP)), 1);
}

fn a_run_goes_on_where_it_was(db: &mut Database) {
    let mut run = runs::RunRow {
        id: "r1".into(),
        store: SHOP,
        state: "running".into(),
        started_by: "desk".into(),
        started_at: 10,
        finished_at: None,
        today: 20_000,
        policy_hash: [9; 32],
        at: (0, subject(0), OrderId::ACCOUNT),
        report: "{}".into(),
    };
    put(db, |tx| runs::insert(tx, &run));
    run.at = (2, subject(4), order(4));
    put(db, |tx| runs::advance(tx, "r1", &run.at, "{1}"));
    assert_eq!(get(db, |tx| runs::since(tx, SHOP, 99)).len(), 1, "it runs");
    put(db, |tx| runs::finish(tx, "r1", "done", 50, "{2}"));
    assert_eq!(get(db, |tx| runs::since(tx, SHOP, 99)), []);
    (run.state, run.finished_at, run.report) = ("done".into(), Some(50), "{2}".into());
    assert_eq!(get(db, |tx| runs::list(tx, SHOP, 1)), [run]);
    assert_eq!(get(db, |tx| runs::reports(tx, SHOP)), ["{2}"]);
}

fn statistics_add_up_and_are_shown_when_settled(db: &mut Database) {
    let group = |orders, buyers| statistics::StatisticsRow {
        month: 600,
        country: "DE".into(),
        product: String::new(),
        currency: "EUR".into(),
        band: -1,
        orders,
        total_minor: orders * 100,
        buyers,
        settled_at: None,
    };
    put(db, |tx| statistics::add(tx, SHOP, &group(2, 1)));
    put(db, |tx| statistics::add(tx, SHOP, &group(3, 1)));
    assert_eq!(
        get(db, |tx| statistics::of_month(tx, SHOP, 600)),
        [group(5, 2)]
    );
    assert_eq!(get(db, |tx| statistics::open_months(tx, SHOP)), [600]);
    let count = |db: &mut Database, whose| {
        put(db, |tx| {
            statistics::count_buyer(tx, SHOP, 600, &subject(whose))
        })
    };
    assert!(count(db, 2));
    assert!(!count(db, 2));
    put(db, |tx| statistics::forget_buyer(tx, &subject(2)));
    assert!(count(db, 2) && count(db, 7));
    // Of the one nothing is left; the other still has an order.
    put(db, statistics::forget_gone_buyers);
    assert!(!count(db, 2) && count(db, 7));
    put(db, |tx| {
        statistics::settle(tx, SHOP, 600, &[group(4, 2)], 77)
    });
    let settled = statistics::StatisticsRow {
        settled_at: Some(77),
        ..group(4, 2)
    };
    assert_eq!(get(db, |tx| statistics::settled(tx, SHOP)), [settled]);
    assert!(count(db, 2), "who was counted is forgotten with the month");
}
