//! The archive.

use super::{OTHER_SHOP, SHOP, get, order, put, record, subject};
use lethe_model::Category::{Contact, Invoice};
use lethe_store::Database;
use lethe_store::archive::records::{self, ArchivedRow};

pub(super) const SENTENCES: &[fn(&mut Database)] = &[
    a_record_is_read_back_as_it_was_stored,
    records_are_paged_in_the_order_of_their_ids,
    records_are_counted_by_shop_and_key,
    removed_records_are_gone,
];

fn row(whose: u8, of: u8) -> ArchivedRow {
    ArchivedRow {
        id: record(whose, of, Invoice),
        store: if whose < 9 { SHOP } else { OTHER_SHOP },
        key_id: if of < 3 { "year/2024" } else { "year/2025" }.into(),
        sealed_key: vec![0, 255, of],
        envelope: vec![whose; 300],
        clock: format!("{{\"day\": {of}}}"),
        archived_on: 20_000,
    }
}

fn a_record_is_read_back_as_it_was_stored(db: &mut Database) {
    let rows = [row(1, 1), row(1, 2), row(2, 3), row(9, 4)];
    put(db, |tx| {
        rows.iter().try_for_each(|row| records::insert(tx, row))
    });
    assert_eq!(
        get(db, |tx| records::fetch(tx, &rows[0].id)),
        Some(rows[0].clone())
    );
    assert_eq!(
        get(db, |tx| records::fetch(tx, &record(1, 1, Contact))),
        None
    );
    assert_eq!(
        get(db, |tx| records::of_subject(tx, &subject(1))),
        rows[..2]
    );
    let twice = db.write(|tx| records::insert(tx, &rows[0]));
    assert!(twice.is_err());
}

fn records_are_paged_in_the_order_of_their_ids(db: &mut Database) {
    let all = get(db, |tx| records::page(tx, None, 10));
    assert_eq!(
        all,
        [row(1, 1).id, row(1, 2).id, row(2, 3).id, row(9, 4).id]
    );
    assert_eq!(get(db, |tx| records::page(tx, Some(&all[0]), 2)), all[1..3]);
    let clocks = get(db, |tx| records::clocks(tx, SHOP, Some(&all[0]), 10));
    assert_eq!(
        clocks,
        [row(1, 2), row(2, 3)].map(|row| (row.id, row.clock))
    );
    let some = get(db, |tx| {
        records::some_of_key(tx, "year/2024", &subject(0), 1)
    });
    assert_eq!(some, [row(1, 1)]);
}

fn records_are_counted_by_shop_and_key(db: &mut Database) {
    assert_eq!(get(db, |tx| records::orders(tx, SHOP)), 2);
    let counts = [("year/2024".to_owned(), 2), ("year/2025".to_owned(), 1)];
    assert_eq!(get(db, |tx| records::counts(tx, SHOP)), counts);
}

fn removed_records_are_gone(db: &mut Database) {
    assert_eq!(put(db, |tx| records::delete(tx, &row(1, 1).id)), 1);
    assert_eq!(put(db, |tx| records::delete(tx, &row(1, 1).id)), 0);
    assert_eq!(put(db, |tx| records::delete_subject(tx, &subject(2))), 1);
    let left = get(db, |tx| records::page(tx, None, 10));
    assert_eq!(
        left.iter().map(|id| id.order).collect::<Vec<_>>(),
        [order(2), order(4)]
    );
}
