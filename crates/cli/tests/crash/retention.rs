//! SIGKILL during retention runs: whatever the moment, each order lies in exactly one place.

use crate::chance::Chance;
use crate::check;
use crate::folder::Folder;
use crate::kill;
use crate::orders::{Order, csv_shipped};
use crate::shares;
use rusqlite::Connection;
use std::process::Command;
use std::time::Duration;

const ORDERS: u32 = 800;
const KILLS: usize = 8;

#[test]
fn a_killed_run_leaves_each_order_in_one_place_and_the_next_goes_on() {
    let mut chance = Chance::new(kill::seed());
    let folder = Folder::new();
    let orders: Vec<Order> = (1_000..1_000 + ORDERS)
        .map(|number| Order {
            number,
            person: format!("p{}", number / 2),
            version: 1,
            is_gift: false,
        })
        .collect();
    let export = csv_shipped(&orders);
    folder.import("orders.csv", &export);
    shares::set_up(&folder);
    let due = planned(&folder);
    assert!(due > u64::from(ORDERS), "{due} records are due");

    let mut killed = 0;
    for _ in 0..KILLS {
        let words = format!("retire {} records", planned(&folder));
        let apply = ["retention", "apply", "--confirm", &words];
        killed += usize::from(kill(&folder, folder.command(&apply), &mut chance));
        folder.done(&["status"]);
        one_place(&folder);
    }
    for _ in 0..2 {
        let words = format!("retire {} records", planned(&folder));
        folder.done(&["retention", "apply", "--confirm", &words]);
    }
    println!("{killed} of {KILLS} runs were killed");
    assert!(killed >= 2, "too few runs were killed: {killed}");
    assert_eq!(planned(&folder), 0);
    let (active, archive) = one_place(&folder);
    assert_eq!((active, archive), (0, i64::from(ORDERS)));
    let verified = folder.done(&["log", "verify"]);
    assert_eq!(verified["entries"], verified["bodies"]);
    // Sent again, nothing comes back.
    let report = folder.import("again.csv", &export);
    assert_eq!(report["rejected"], ORDERS, "{report}");
    assert_eq!(one_place(&folder), (active, archive));
}

/// Says how many records are due.
fn planned(folder: &Folder) -> u64 {
    let plan = folder.done(&["retention", "plan"]);
    let rules = plan["report"]["rules"].as_array().expect("rules");
    rules
        .iter()
        .filter_map(|rule| rule["records"].as_u64())
        .sum()
}

/// Kills a run at a random moment after it has announced itself. Says whether it was still alive.
fn kill(folder: &Folder, mut command: Command, chance: &mut Chance) -> bool {
    let before = folder.log_bytes();
    let mut child = command.spawn().expect("the binary starts");
    while folder.log_bytes() == before && child.try_wait().expect("a child").is_none() {
        std::thread::sleep(Duration::from_micros(200));
    }
    std::thread::sleep(chance.moment(200));
    let is_alive = child.try_wait().expect("a child").is_none();
    child.kill().expect("a child");
    let status = child.wait().expect("a child");
    assert!(
        is_alive || status.success(),
        "it failed by itself: {status}"
    );
    is_alive
}

/// Asserts that every order is active or archived and not both, and that exactly what is stored has
/// a key. Returns how many are where.
fn one_place(folder: &Folder) -> (i64, i64) {
    let active = folder.active();
    let archive = Connection::open(folder.data().join("archive/archive.db")).expect("the archive");
    let count = |database: &Connection, sql: &str| -> i64 {
        database
            .query_row(sql, [], |row| row.get(0))
            .expect("a count")
    };
    let in_active = count(&active, "SELECT count(*) FROM orders");
    let in_archive = count(
        &archive,
        "SELECT count(DISTINCT order_id) FROM archived_records",
    );
    assert_eq!(
        in_active + in_archive,
        i64::from(ORDERS),
        "{in_active} active and {in_archive} archived orders"
    );
    check::keys_fit(&folder.data());
    (in_active, in_archive)
}
