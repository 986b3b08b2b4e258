//! An intake that fails in the middle, when even its failure cannot be written: settled before
//! anything else is taken in.

use crate::check;
use crate::disk::{assert_revealed, deliver, limit, order, start, with_orders};
use crate::folder::Folder;
use crate::log;
use serde_json::json;

fn count(database: &rusqlite::Connection, sql: &str) -> usize {
    let count: i64 = database
        .query_row(sql, [], |row| row.get(0))
        .expect("a count");
    usize::try_from(count).expect("a count")
}

#[test]
fn an_order_whose_outcome_could_not_be_logged_is_neither_lost_nor_half_stored() {
    let folder = Folder::new();
    let mut stored = with_orders(&folder, 10);
    let key = folder.key("shop");
    let server = start(&folder);
    // The log must be the longest file, so that it is the one that meets the limit.
    let mut client = server.client(&key);
    while folder.log_bytes() < 600_000 {
        client.find("order", "#1").unwrap();
    }
    let before = folder.log_bytes();
    deliver(&mut client, &order(1));
    let grown = folder.log_bytes() - before;
    stored.push(order(1));
    server.stop();
    let mut was_stored_unsaid = 0;
    for (at, room) in [grown / 3, grown - 250, grown - 1].into_iter().enumerate() {
        for (way, after) in ["goes on", "is killed", "is stopped"]
            .into_iter()
            .enumerate()
        {
            let number = 10 + u32::try_from(at * 3 + way).unwrap();
            // Of another person each, and never a gift: as long as the one that was measured.
            let order = order(number * 2 + 1);
            let mut server = start(&folder);
            let mut client = server.client(&key);
            let orders_before = check::stored(&folder).orders.len();
            limit(&server, Some(folder.log_bytes() + room));
            let first = deliver(&mut client, &order);
            assert_eq!(
                first.status, 503,
                "room for {room} of {grown} bytes: {first:?}"
            );
            let orders_now = folder
                .active()
                .query_row("SELECT count(*) FROM orders", [], |row| {
                    row.get::<_, i64>(0)
                })
                .unwrap();
            let is_stored = usize::try_from(orders_now).unwrap() > orders_before;
            was_stored_unsaid += u32::from(is_stored);
            // Either nothing is done, or recovery found room to say that the order is stored.
            let again = deliver(&mut client, &order);
            let is_true = again.status == 200 && is_stored;
            assert!(
                is_true || again.status == 503,
                "room for {room} of {grown}: {again:?}"
            );
            limit(&server, None);
            if after == "is killed" {
                server.kill();
                server = start(&folder);
            } else if after == "is stopped" {
                server.stop();
                server = start(&folder);
            }
            let mut client = server.client(&key);
            let last = deliver(&mut client, &order);
            assert_eq!(last.status, 200, "room for {room}, {after}: {last:?}");
            assert_revealed(&mut client, &order);
            stored.push(order);
            for order in &stored {
                assert_revealed(&mut client, order);
            }
            server.stop();
            check::nothing_open(&folder);
            assert_eq!(check::stored(&folder).orders.len(), stored.len());
        }
    }
    assert!(
        was_stored_unsaid > 0,
        "the limit never fell between the data and its outcome"
    );
    log::check(&folder, &[], 0);
}

#[test]
fn an_order_that_could_be_neither_stored_nor_taken_back_is_not_said_to_be_stored() {
    let folder = Folder::new();
    with_orders(&folder, 10);
    let key = folder.key("shop");
    let server = start(&folder);
    let mut client = server.client(&key);
    let before = folder.log_bytes();
    assert_eq!(deliver(&mut client, &order(1)).status, 200);
    let grown = folder.log_bytes() - before;
    // Long articles, so that the active store's log of changes is the longer of the two.
    let line = json!({ "title": "Cable ".repeat(20), "quantity": 1, "price": "0.10" });
    let mut body = order(3).body();
    body["line_items"] = vec![line; 4_000].into();
    assert_eq!(
        client
            .ask("POST", "/v1/orders", &body)
            .expect("an answer")
            .status,
        200
    );
    let changes = folder.data().join("active/active.db-wal");
    while folder.log_bytes() <= changes.metadata().unwrap().len() {
        client.find("order", "#1").expect("an answer");
    }
    // Room for the intent and for the keys; none for the data, nor for the news that it failed.
    limit(&server, Some(folder.log_bytes() + grown - 250));
    for _ in 0..3 {
        let refused = deliver(&mut client, &order(5));
        assert_eq!(refused.status, 503, "{refused:?}");
        let known = count(&folder.keyring(), "SELECT count(*) FROM known_orders");
        let stored = count(&folder.active(), "SELECT count(*) FROM orders");
        assert_eq!(
            known,
            stored + 1,
            "the limit did not fall between the keys and the data"
        );
    }
    limit(&server, None);
    let last = deliver(&mut client, &order(5));
    assert_eq!(last.body["orders"][0]["outcome"], "imported", "{last:?}");
    assert_revealed(&mut client, &order(5));
    server.stop();
    check::nothing_open(&folder);
    check::stored(&folder);
    log::check(&folder, &[], 0);
}
