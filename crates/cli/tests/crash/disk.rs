//! A disk that is full, in whole or in part: nothing is revealed that the log does not hold,
//! nothing is half written, and everything goes on once there is space.
//!
//! Mostly a limit on the size of files stands for the disk: it can be set to the byte, and lifted,
//! while the server runs.

use crate::check;
use crate::client::{Answer, Client};
use crate::folder::Folder;
use crate::log::{self, Acknowledged};
use crate::orders::{Order, csv};
use crate::serving::Server;
use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
use serde_json::json;

/// Ignores the signal that would otherwise end a process at the limit.
pub(crate) const UNSIGNALLED: &str = "trap '' XFSZ; exec \"$@\"";

pub(crate) fn order(number: u32) -> Order {
    Order {
        number,
        person: format!("p{number}"),
        version: 1,
        is_gift: number.is_multiple_of(2),
    }
}

pub(crate) fn with_orders(folder: &Folder, count: u32) -> Vec<Order> {
    let orders: Vec<Order> = (1000..1000 + count).map(order).collect();
    folder.import("orders.csv", &csv(&orders));
    orders
}

pub(crate) fn start(folder: &Folder) -> Server {
    let before = ["-c", UNSIGNALLED, "sh", folder.binary()];
    let command = folder.through("sh", &before, &["serve", "--listen", "127.0.0.1:0"]);
    Server::spawn(folder, command).unwrap_or_else(|told| panic!("the server stopped: {told}"))
}

/// Sets or lifts the longest file a server may write.
pub(crate) fn limit(server: &Server, bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    let new = Rlimit {
        current: bytes.or(maximum),
        maximum,
    };
    prlimit(Some(server.pid()), Resource::Fsize, new).expect("a limit for our own child");
}

pub(crate) fn deliver(client: &mut Client, order: &Order) -> Answer {
    let body = json!({ "order": order.body() });
    client.ask("POST", "/v1/orders", &body).expect("an answer")
}

pub(crate) fn assert_revealed(client: &mut Client, order: &Order) {
    let found = client.find("order", &order.reference()).expect("an answer");
    let (_, token) = found.found().expect("a stored order is found");
    let revealed = client.reveal(&token.unwrap()).expect("an answer");
    assert_eq!(
        revealed.body["fields"]["delivery.street"],
        order.street(),
        "{revealed:?}"
    );
}

#[test]
fn a_log_that_cannot_be_written_means_that_nothing_is_revealed_until_it_can() {
    let folder = Folder::new();
    let orders = with_orders(&folder, 40);
    let key = folder.key("reader");
    let server = start(&folder);
    let mut client = server.client(&key);
    let (_, token) = client.find("order", "#1001").unwrap().found().unwrap();
    let token = token.unwrap();
    let mut acknowledged = Vec::new();
    let mut reveal = |client: &mut Client| {
        let answer = client.reveal(&token).expect("an answer");
        if answer.status == 200 {
            acknowledged.push(Acknowledged {
                log_index: answer.log_index(),
                act: "reveal",
                credential: key.id.clone(),
                people: 1..=2,
            });
        }
        answer
    };
    // Every byte counts: wherever in an entry the disk ends, the entry is not there.
    for room in [0, 1, 17, 400, 1000, 3000] {
        let full = folder.log_bytes() + room;
        limit(&server, Some(full));
        let refused = (0..30)
            .map(|_| reveal(&mut client))
            .find(|answer| answer.status != 200);
        let refused = refused.expect("no entry fits any more");
        assert_eq!(refused.status, 503, "{refused:?}");
        assert_eq!(refused.body["code"], "log-unavailable");
        assert!(
            refused.body["fields"].is_null(),
            "revealed without an entry"
        );
        let len = folder.log_bytes();
        let found = client.find("order", "#1002").unwrap();
        assert_eq!(
            found.status, 503,
            "who is known was told without an entry: {found:?}"
        );
        assert_eq!(deliver(&mut client, &order(1)).status, 503);
        assert!(
            !reveal(&mut client)
                .body
                .to_string()
                .contains(&orders[1].email())
        );
        assert!(
            len <= full && folder.log_bytes() == len,
            "part of an entry was left"
        );
        limit(&server, None);
        assert_eq!(reveal(&mut client).status, 200, "it does not go on");
    }
    server.stop();
    log::check(&folder, &acknowledged, 0);
    check::stored(&folder);
}

#[test]
fn databases_that_cannot_grow_store_an_order_whole_or_not_at_all() {
    let folder = Folder::new();
    with_orders(&folder, 10);
    let key = folder.key("shop");
    let server = start(&folder);
    let mut client = server.client(&key);
    let wal = |name: &str| {
        let path = folder.data().join(name);
        path.metadata().map_or(0, |meta| meta.len())
    };
    let (mut refused, mut stored) = (0, 10);
    for number in 1..=40 {
        let longest = wal("keyring/keyring.db-wal").max(wal("active/active.db-wal"));
        limit(
            &server,
            Some(longest.max(folder.log_bytes() + 10_000) + u64::from(number) * 2_000),
        );
        let order = order(number);
        let first = deliver(&mut client, &order);
        if first.status != 200 {
            assert!([503, 507].contains(&first.status), "{first:?}");
            refused += 1;
        }
        limit(&server, None);
        let again = deliver(&mut client, &order);
        assert_eq!(again.status, 200, "{again:?}");
        stored += 1;
        assert_revealed(&mut client, &order);
        assert_eq!(
            check::stored(&folder).orders.len(),
            stored,
            "after order {number}"
        );
    }
    assert!(refused > 5, "the limit was met {refused} times only");
    server.stop();
    check::nothing_open(&folder);
    log::check(&folder, &[], 0);
}
