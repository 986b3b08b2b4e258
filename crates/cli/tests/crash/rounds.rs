//! The crash loop: SIGKILL during import, under load, during rotation and erasure.

use crate::chance::Chance;
use crate::check;
use crate::era::Era;
use crate::load::load;
use crate::orders::{csv, email};
use crate::serving::Server;
use std::collections::HashSet;
use std::process::Command;
use std::time::{Duration, Instant};

/// Rounds on one folder; then a new one, so that a long run does not slow down.
const ERA: usize = 10;

#[test]
fn after_any_kill_every_acknowledged_thing_is_there_once_and_nothing_is_half_there() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let rounds = usize::try_from(number("LETHE_CRASH_ROUNDS").unwrap_or(20)).unwrap();
    let seed = number("LETHE_CRASH_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("LETHE_CRASH_SEED={seed} LETHE_CRASH_ROUNDS={rounds}");
    let mut chance = Chance::new(seed);
    let begun = Instant::now();
    let (mut done, mut killed, mut recoveries, mut acknowledged) = (0, 0, 0, 0);
    while done < rounds {
        let mut era = Era::begin(chance.split());
        let end = rounds.min(done + ERA);
        for round in done..end {
            let kind = ["import", "load", "load", "rotation", "erasure"][round % 5];
            let was_alive = match kind {
                "import" => import(&mut era),
                "load" => load(&mut era),
                "rotation" => rotation(&mut era),
                _ => erasure(&mut era),
            };
            println!(
                "round {round}: {kind}, killed: {was_alive}, {:?}",
                begun.elapsed()
            );
            killed += usize::from(was_alive);
        }
        done = end;
        era.import_all_again();
        recoveries += era.recoveries;
        acknowledged += era.acknowledged_count;
    }
    println!(
        "{done} rounds, {killed} kills, {acknowledged} acknowledged reveals and look-ups, \
         {recoveries} acts ended by recovery, {:?}",
        begun.elapsed()
    );
    assert!(
        killed * 3 > rounds,
        "too few kills met a living process: {killed}"
    );
}

/// Kills a command at a random moment. Says whether it was still alive.
fn kill_at_random(chance: &mut Chance, mut command: Command, max_ms: u64) -> bool {
    let mut child = command.spawn().expect("the binary starts");
    let moment = Instant::now() + chance.moment(max_ms);
    while Instant::now() < moment {
        if child.try_wait().expect("a child").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    let is_alive = child.try_wait().expect("a child").is_none();
    child.kill().expect("a child");
    let status = child.wait().expect("a child");
    assert!(
        is_alive || status.success(),
        "it failed by itself: {status}"
    );
    is_alive
}

/// Kills a command at a random moment after it has announced itself in the log.
fn kill_when_announced(era: &mut Era, mut command: Command, max_ms: u64) -> bool {
    let before = era.folder.log_bytes();
    let mut child = command.spawn().expect("the binary starts");
    while era.folder.log_bytes() == before && child.try_wait().expect("a child").is_none() {
        std::thread::sleep(Duration::from_micros(100));
    }
    std::thread::sleep(era.chance.moment(max_ms));
    let is_alive = child.try_wait().expect("a child").is_none();
    child.kill().expect("a child");
    let status = child.wait().expect("a child");
    assert!(
        is_alive || status.success(),
        "it failed by itself: {status}"
    );
    is_alive
}

/// Kills an import, once or twice, and lets the last one through.
fn import(era: &mut Era) -> bool {
    let mut export = era.new_orders(1_100);
    export.extend(era.new_versions(60));
    let path = era.folder.beside("export.csv");
    std::fs::write(&path, csv(&export)).expect("the export is written");
    let args = [
        "import",
        "shopify-orders",
        path.to_str().unwrap(),
        "--batch",
        "500",
    ];
    let mut was_alive = false;
    for _ in 0..1 + era.chance.below(3) {
        let command = era.folder.command(&args);
        was_alive |= kill_at_random(&mut era.chance, command, 1_400);
        era.folder.done(&["status"]);
        check::nothing_open(&era.folder);
        check::stored(&era.folder);
    }
    let report = era.folder.done(&args)["files"][0].clone();
    let sum: u64 = ["imported", "updated", "unchanged"]
        .iter()
        .map(|count| report[count].as_u64().expect("a count"))
        .sum();
    assert_eq!(sum, export.len() as u64, "{report}");
    era.expect(&export);
    era.exports.push(export);
    era.settle();
    was_alive
}

/// Kills a rotation; every second one is then finished.
fn rotation(era: &mut Era) -> bool {
    let before = check::stored(&era.folder);
    let command = era.folder.command(&["rotate"]);
    let was_alive = kill_when_announced(era, command, 120);
    let after = era.settle();
    assert!(
        after.wrapped.keys().eq(before.wrapped.keys()),
        "a rotation changed the keys' places"
    );
    if era.chance.below(2) == 0 {
        era.folder.done(&["rotate"]);
        let rotated = era.settle();
        assert_eq!(rotated.epochs.len(), 1, "earlier epochs are still in use");
        let now: HashSet<&Vec<u8>> = rotated.wrapped.values().collect();
        let old = before.wrapped.values().chain(after.wrapped.values());
        let old = old.filter(|key| !now.contains(key));
        let bytes = era.folder.keyring_bytes();
        assert_eq!(
            check::surviving(&bytes, old),
            0,
            "keys wrapped by a destroyed epoch survive"
        );
    }
    was_alive
}

/// Kills an erasure. Once its keys are gone they are gone from every byte, while the server runs.
fn erasure(era: &mut Era) -> bool {
    let person = era.draw_people(1).pop_first().expect("somebody");
    let (key, mail) = (era.folder.beside("key"), email(&person));
    let key = key.to_str().unwrap();
    let of_key = ["--key-file", key];
    let find = ["find", "--email", &mail, "--purpose", "support"];
    let found = era.folder.done(&[&of_key[..], &find].concat());
    let token = found["subjects"][0]["subject"].as_str().expect("a token");
    let ask = ["erase", token, "--yes"];
    let asked = era.folder.done(&[&of_key[..], &ask].concat());
    let id = asked["id"].as_str().expect("an id").to_owned();
    let before = check::stored(&era.folder);
    let receipt = era.folder.beside("killed.receipt");
    let receipt = receipt.to_str().unwrap();
    let command = era
        .folder
        .command(&["erasures", "confirm", &id, "--receipt", receipt]);
    let was_alive = kill_when_announced(era, command, 15);
    let server = Server::start(&era.folder);
    let after = check::stored(&era.folder);
    let gone = before
        .wrapped
        .iter()
        .filter(|(id, _)| !after.wrapped.contains_key(*id));
    let bytes = era.folder.keyring_bytes();
    assert_eq!(
        check::surviving(&bytes, gone.map(|(_, key)| key)),
        0,
        "destroyed keys survive"
    );
    server.stop();
    era.waiting.push((person, id));
    era.settle();
    was_alive
}
