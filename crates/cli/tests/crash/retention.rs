//! SIGKILL during retention runs: whatever the moment, each order lies in exactly one place.

use crate::chance::Chance;
use crate::folder::Folder;
use crate::orders::{Order, csv};
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

const ORDERS: u32 = 800;
const KILLS: usize = 8;

type Record = (Vec<u8>, Vec<u8>, i64);

#[test]
fn a_killed_run_leaves_each_order_in_one_place_and_the_next_goes_on() {
    let seed = std::env::var("LETHE_CRASH_SEED").ok();
    let seed = seed.and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("LETHE_CRASH_SEED={seed}");
    let mut chance = Chance::new(seed);
    let folder = Folder::new();
    let orders: Vec<Order> = (1_000..1_000 + ORDERS)
        .map(|number| Order {
            number,
            person: format!("p{}", number / 2),
            version: 1,
            is_gift: false,
        })
        .collect();
    // Paid for and shipped in January: the law wants the invoices, nobody else wants anything.
    let export = csv(&orders).replace("EUR,0.00", "EUR,79.00");
    let shipped = |(at, line): (usize, &str)| match at {
        0 => format!("{line},Fulfilled at\n"),
        _ => format!("{line},2026-01-07 10:00:00 +0100\n"),
    };
    let export: String = export.lines().enumerate().map(shipped).collect();
    folder.import("orders.csv", &export);
    set_up_archive(&folder);
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

fn set_up_archive(folder: &Folder) {
    let mut args = ["archive", "setup", "--years", "2020-2040", "--out"]
        .map(str::to_owned)
        .to_vec();
    args.push(folder.beside("shares").display().to_string());
    for name in ["ada", "ben", "cleo"] {
        let file = folder.beside(name);
        std::fs::write(&file, format!("the passphrase of {name}")).expect("a passphrase file");
        args.extend(["--custodian", name, "--share-passphrase-file"].map(str::to_owned));
        args.push(file.display().to_string());
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    folder.done(&args);
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
    let (active, keyring) = (folder.active(), folder.keyring());
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
    let stored: BTreeSet<Record> = [(&active, "records"), (&archive, "archived_records")]
        .into_iter()
        .flat_map(|(database, table)| records(database, table))
        .collect();
    let keyed: BTreeSet<Record> = records(&keyring, "data_keys").into_iter().collect();
    assert_eq!(
        stored.difference(&keyed).count(),
        0,
        "records without a key"
    );
    assert_eq!(keyed.difference(&stored).count(), 0, "keys of nothing");
    (in_active, in_archive)
}

fn records(database: &Connection, table: &str) -> Vec<Record> {
    let sql = format!("SELECT subject_id, order_id, category FROM {table}");
    let mut statement = database.prepare(&sql).expect("a statement");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    rows.expect("a query")
        .collect::<Result<_, _>>()
        .expect("rows")
}
