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
use std::path::Path;
use std::process::Command;

/// Ignores the signal that would otherwise end a process at the limit.
const UNSIGNALLED: &str = "trap '' XFSZ; exec \"$@\"";

fn order(number: u32) -> Order {
    Order {
        number,
        person: format!("p{number}"),
        version: 1,
        is_gift: number.is_multiple_of(2),
    }
}

fn with_orders(folder: &Folder, count: u32) -> Vec<Order> {
    let orders: Vec<Order> = (1000..1000 + count).map(order).collect();
    folder.import("orders.csv", &csv(&orders));
    orders
}

fn start(folder: &Folder) -> Server {
    let before = ["-c", UNSIGNALLED, "sh", folder.binary()];
    let command = folder.through("sh", &before, &["serve", "--listen", "127.0.0.1:0"]);
    Server::spawn(folder, command).unwrap_or_else(|told| panic!("the server stopped: {told}"))
}

/// Sets or lifts the longest file a server may write.
fn limit(server: &Server, bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    let new = Rlimit {
        current: bytes.or(maximum),
        maximum,
    };
    prlimit(Some(server.pid()), Resource::Fsize, new).expect("a limit for our own child");
}

fn deliver(client: &mut Client, order: &Order) -> Answer {
    let body = json!({ "order": order.body() });
    client.ask("POST", "/v1/orders", &body).expect("an answer")
}

fn assert_revealed(client: &mut Client, order: &Order) {
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

#[test]
fn an_import_that_meets_its_limit_says_so_and_goes_on_later() {
    let folder = Folder::new();
    let orders: Vec<Order> = (1000..2600).map(order).collect();
    let path = folder.beside("orders.csv");
    std::fs::write(&path, csv(&orders)).unwrap();
    let import = [
        "import",
        "shopify-orders",
        path.to_str().unwrap(),
        "--batch",
        "500",
    ];
    // In blocks of 512 bytes, or of 1,024 where the shell counts so.
    for blocks in ["200", "700", "1500", "2600"] {
        let limited = format!("ulimit -f {blocks}; {UNSIGNALLED}");
        let before = ["-c", &limited, "sh", folder.binary()];
        let output = folder.through("sh", &before, &import).output().unwrap();
        stopped_for_space(&output, blocks);
        folder.done(&["status"]);
        check::nothing_open(&folder);
        check::stored(&folder);
    }
    let report = folder.done(&import)["files"][0].clone();
    let count = |name: &str| report[name].as_u64().unwrap();
    assert_eq!(count("imported") + count("unchanged"), 1600, "{report}");
    assert_eq!(check::stored(&folder).orders.len(), 1600);
    log::check(&folder, &[], 0);
}

/// Asserts that a command failed with a message that leads to the disk.
fn stopped_for_space(output: &std::process::Output, name: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{name}: {told}");
    let told = told.lines().last().expect("a message");
    let told: serde_json::Value = serde_json::from_str(told).expect("one JSON document");
    let message = told["error"]["message"].as_str().expect("a message");
    let words = ["disk", "space", "large"];
    assert!(
        words.iter().any(|word| message.contains(word)),
        "{name}: {message}"
    );
}

/// A file system of its own that is really full; `None` where mounting is not permitted.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(bytes: u64) -> Option<Self> {
        let place = tempfile::tempdir().expect("a temporary folder");
        let size = format!("size={bytes}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(place.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(place));
        }
        println!("SKIPPED: mounting a small file system is not permitted here");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).output());
    }
}

/// Takes all space that is left.
fn fill(place: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(place.join("ballast")).expect("the last file");
    for size in [1 << 16, 1 << 12, 1 << 9, 1] {
        while file.write(&vec![0; size]).is_ok_and(|written| written > 0) {}
    }
}

#[test]
fn a_full_disk_refuses_everything_and_loses_nothing() {
    let Some(disk) = SmallDisk::mount(24 << 20) else {
        return;
    };
    let folder = Folder::within(tempfile::tempdir_in(disk.0.path()).unwrap());
    let mut stored = with_orders(&folder, 20);
    let key = folder.key("shop");
    let server = start(&folder);
    let mut client = server.client(&key);
    for number in 1..=6 {
        fill(disk.0.path());
        let order = order(number);
        for _ in 0..3 {
            // A last page may have room for it, and then it is stored.
            let answer = deliver(&mut client, &order);
            assert!([200, 503, 507].contains(&answer.status), "{answer:?}");
        }
        while client.find("order", "#1003").unwrap().status == 200 {}
        let refused = client.find("order", "#1003").unwrap();
        assert_eq!(
            (refused.status, &refused.body["subjects"]),
            (503, &json!(null))
        );
        std::fs::remove_file(disk.0.path().join("ballast")).unwrap();
        assert_eq!(deliver(&mut client, &order).status, 200);
        stored.push(order);
        for order in &stored {
            assert_revealed(&mut client, order);
        }
    }
    fill(disk.0.path());
    drop(client);
    server.kill();
    let output = folder.run(&[
        "import",
        "shopify-orders",
        folder.beside("orders.csv").to_str().unwrap(),
    ]);
    if !output.status.success() {
        stopped_for_space(&output, "a full disk");
    }
    std::fs::remove_file(disk.0.path().join("ballast")).unwrap();
    folder.done(&["status"]);
    check::nothing_open(&folder);
    assert_eq!(check::stored(&folder).orders.len(), stored.len());
    log::check(&folder, &[], 0);
}
