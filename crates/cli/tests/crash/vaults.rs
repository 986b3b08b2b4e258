//! Several vaults on PostgreSQL: vaults killed, connections ended, the server crashed, a replica
//! promoted. Nothing that was acknowledged is lost, nothing that was revealed is unlogged, and no
//! quota is passed.

use crate::chance::Chance;
use crate::client::Client;
use crate::folder::{Folder, Key};
use crate::orders::{Order, csv};
use crate::serving::Server;
use lethe_pgtest::{Options, Server as Postgres, Stop};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const PEOPLE: u32 = 200;
const QUOTA: u32 = 60;

/// What a vault acknowledged: where its log holds it, and about whom.
type Acknowledged = BTreeMap<u64, u32>;

fn orders() -> Vec<Order> {
    let order = |number| Order {
        number,
        person: format!("p{number}"),
        version: 1,
        is_gift: false,
    };
    (1001..1001 + PEOPLE).map(order).collect()
}

/// Looks people up until told to stop, connecting again when the vault is back. Returns what was
/// acknowledged.
fn read(socket: &Path, key: &Key, mut chance: Chance, is_over: &AtomicBool) -> Acknowledged {
    let mut acknowledged = Acknowledged::new();
    let mut client = None;
    while !is_over.load(Ordering::Relaxed) {
        let Some(connected) = &mut client else {
            client = Client::connect(socket, key).ok();
            std::thread::sleep(Duration::from_millis(2));
            continue;
        };
        let number = 1001 + u32::try_from(chance.below(PEOPLE as usize)).unwrap();
        let Ok(found) = connected.find("order", &format!("#{number}")) else {
            client = None;
            continue;
        };
        match found.status {
            200 => {
                assert!(found.found().is_some(), "{found:?}");
                let before = acknowledged.insert(found.log_index(), number);
                assert_eq!(before, None, "two answers name one entry");
            }
            // The quota is used up; the log or the databases cannot be reached.
            429 | 503 => {}
            _ => panic!("{found:?}"),
        }
    }
    acknowledged
}

/// Checks that a vault's log verifies and holds everything that it acknowledged, and returns how
/// many entries it has.
fn check(folder: &Folder, data: &Path, key: &Key, acknowledged: &Acknowledged) -> usize {
    folder.done_on(data, &["log", "verify"]);
    let mut logged = BTreeSet::new();
    let mut before = None;
    loop {
        let mut args = vec![
            "log".to_owned(),
            "show".to_owned(),
            "--limit".to_owned(),
            "1000".to_owned(),
        ];
        if let Some(before) = before {
            args.extend(["--before".to_owned(), u64::to_string(&before)]);
        }
        let shown = folder.done_on(data, &args);
        let entries = shown["entries"]
            .as_array()
            .or(shown.as_array())
            .expect("entries")
            .clone();
        let index = |entry: &Value| entry["index"].as_u64().expect("an index");
        let is_ours = |entry: &&Value| {
            entry["act"] == "find"
                && entry["credential"] == key.id.as_str()
                && entry["denied"].is_null()
        };
        logged.extend(entries.iter().filter(is_ours).map(index));
        match entries.iter().map(index).min() {
            Some(first) if first > 0 && entries.len() == 1000 => before = Some(first),
            _ => break,
        }
    }
    let missing: Vec<&u64> = acknowledged
        .keys()
        .filter(|index| !logged.contains(index))
        .collect();
    assert!(
        missing.is_empty(),
        "acknowledged and not logged: {missing:?}"
    );
    logged.len()
}

#[test]
fn two_vaults_under_fire_pass_no_quota_and_lose_nothing() {
    let Some(postgres) = Postgres::start(&Options::default()) else {
        return;
    };
    postgres.sql("CREATE DATABASE lethe");
    let url = postgres.url("lethe");
    let folder = Folder::on_server(&url);
    let second = folder.join("second", &url);
    folder.import("orders.csv", &csv(&orders()));
    let key = folder.key_for("support", QUOTA);
    let datas: [PathBuf; 2] = [folder.data(), second];
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let seed = number("LETHE_CRASH_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    let rounds = number("LETHE_CRASH_ROUNDS").unwrap_or(20) / 5;
    println!("LETHE_CRASH_SEED={seed}, {rounds} rounds");
    let mut chance = Chance::new(seed);
    let mut acknowledged = [Acknowledged::new(), Acknowledged::new()];
    for round in 0..rounds {
        let mut servers: Vec<Option<Server>> = datas
            .iter()
            .map(|data| Some(Server::start_on(&folder, data)))
            .collect();
        let is_over = AtomicBool::new(false);
        let sockets: Vec<PathBuf> = datas.iter().map(|data| data.join("lethe.sock")).collect();
        let found = std::thread::scope(|scope| {
            let readers: Vec<_> = sockets
                .iter()
                .flat_map(|socket| [socket, socket])
                .map(|socket| {
                    let (chance, key, is_over) = (chance.split(), &key, &is_over);
                    scope.spawn(move || read(socket, key, chance, is_over))
                })
                .collect();
            std::thread::sleep(Duration::from_millis(100) + chance.moment(400));
            match round % 4 {
                0 | 2 => servers[(round % 4 / 2) as usize]
                    .take()
                    .expect("it runs")
                    .kill(),
                1 => drop(postgres.terminate_sessions("lethe")),
                _ => {
                    postgres.stop(Stop::Immediate);
                    std::thread::sleep(Duration::from_millis(200));
                    postgres.resume();
                }
            }
            std::thread::sleep(Duration::from_millis(700));
            is_over.store(true, Ordering::Relaxed);
            readers
                .into_iter()
                .map(|reader| reader.join().expect("a reader"))
                .collect::<Vec<_>>()
        });
        for (at, found) in found.into_iter().enumerate() {
            acknowledged[at / 2].extend(found);
        }
        servers
            .into_iter()
            .flatten()
            .for_each(|server| drop(server.stop()));
        for (data, acknowledged) in datas.iter().zip(&acknowledged) {
            check(&folder, data, &key, acknowledged);
        }
        let met: BTreeSet<&u32> = acknowledged.iter().flat_map(BTreeMap::values).collect();
        println!(
            "round {round}: {:?} acknowledged, {} people met",
            acknowledged.each_ref().map(BTreeMap::len),
            met.len()
        );
        assert!(met.len() <= QUOTA as usize, "{} people met", met.len());
    }
    let all: usize = acknowledged.iter().map(BTreeMap::len).sum();
    assert!(all > 100, "the rounds are to be under load: {all}");
    let status = folder.done(&["status"]);
    assert_eq!(
        status["vaults"].as_array().map(Vec::len),
        Some(2),
        "{status}"
    );
}

#[test]
fn a_move_to_postgresql_that_is_killed_goes_on_and_loses_nothing() {
    let Some(postgres) = Postgres::start(&Options::default()) else {
        return;
    };
    postgres.sql("CREATE DATABASE lethe");
    let url = postgres.url("lethe");
    let folder = Folder::new();
    folder.import("orders.csv", &csv(&orders()));
    let key = folder.key("support");
    let server = Server::start(&folder);
    let mut client = server.client(&key);
    let found = client.find("order", "#1007").unwrap();
    let token = found.found().unwrap().1.unwrap();
    server.stop();
    let before = folder.done(&["status"]);
    let mut chance = Chance::new(5);
    let mut killed = 0;
    for _ in 0..6 {
        let mut command = folder.command(&["move"]);
        let mut child = command.env("LETHE_STORE_URL", &url).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(150) + chance.moment(500));
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        if folder.data().join("databases.toml").exists() {
            break;
        }
    }
    assert!(killed > 0);
    if !folder.data().join("databases.toml").exists() {
        let mut command = folder.command(&["move"]);
        let output = command.env("LETHE_STORE_URL", &url).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
    }
    let after = folder.done(&["status"]);
    assert_eq!(after["stores"], before["stores"]);
    folder.done(&["log", "verify"]);
    assert!(!folder.data().join("active").exists());
    let server = Server::start(&folder);
    let mut client = server.client(&key);
    let revealed = client.reveal(&token).unwrap();
    assert_eq!(
        revealed.status, 200,
        "a token of before opens: {revealed:?}"
    );
    server.stop();
    // Somebody else's databases are not written over.
    let other = Folder::new();
    let mut command = other.command(&["move"]);
    let refused = command.env("LETHE_STORE_URL", &url).output().unwrap();
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stdout).into_owned()
        + &String::from_utf8_lossy(&refused.stderr);
    assert!(told.contains("uses already"), "{told}");
    assert!(other.data().join("active").exists());
}

#[test]
fn after_a_fail_over_to_a_replica_everything_acknowledged_is_there() {
    let Some(primary) = Postgres::start(&Options::default()) else {
        return;
    };
    primary.sql("CREATE DATABASE lethe");
    let replica = primary.standby();
    // Durable means: on both.
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
    primary.sql("SELECT pg_reload_conf()");
    let url = format!(
        "postgres://postgres@{},{}/lethe",
        primary.socket_address(),
        replica.socket_address()
    );
    let folder = Folder::on_server(&url);
    folder.import("orders.csv", &csv(&orders()));
    let key = folder.key("support");
    let server = Server::start(&folder);
    let socket = server.socket();
    let is_over = AtomicBool::new(false);
    let mut chance = Chance::new(11);
    let mut acknowledged = Acknowledged::new();
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let (chance, key, is_over, socket) = (chance.split(), &key, &is_over, &socket);
                scope.spawn(move || read(socket, key, chance, is_over))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(500));
        primary.stop(Stop::Immediate);
        replica.promote();
        let begun = Instant::now();
        let mut client = server.client(&key);
        while client
            .find("order", "#1001")
            .is_ok_and(|found| found.status != 200)
        {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "it does not come back"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        println!("answers again after {:?}", begun.elapsed());
        std::thread::sleep(Duration::from_millis(300));
        is_over.store(true, Ordering::Relaxed);
        for reader in readers {
            acknowledged.extend(reader.join().expect("a reader"));
        }
    });
    server.stop();
    let logged = check(&folder, &folder.data(), &key, &acknowledged);
    println!("{} acknowledged, {logged} logged", acknowledged.len());
    assert!(acknowledged.len() > 50, "{}", acknowledged.len());
}
