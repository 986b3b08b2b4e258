//! SIGKILL while an approved export is filed: the file is whole or not there, nothing of anybody lies
//! beside it, and the approval is used up only once there is a file.

use crate::chance::Chance;
use crate::folder::Folder;
use crate::kill::{self, kill_at, kill_when};
use crate::orders::{Order, csv};
use age::x25519;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

const ORDERS: u32 = 60;
const KILLS: usize = 6;

#[test]
fn an_export_killed_at_any_moment_is_whole_or_can_be_filed_again() {
    let mut chance = Chance::new(kill::seed());
    let folder = Folder::new();
    let orders: Vec<Order> = (1_000..1_000 + ORDERS)
        .map(|number| Order {
            number,
            person: format!("p{number}"),
            version: 1,
            is_gift: number % 7 == 0,
        })
        .collect();
    folder.import("orders.csv", &csv(&orders));
    let identity = x25519::Identity::generate();
    let keys = ["first", "second"].map(|name| approver(&folder, name));
    let undisturbed = folder.beside("undisturbed.age");
    let id = approved(&folder, &identity, &keys);
    let begun = Instant::now();
    file(&folder, &id, &undisturbed);
    let whole = begun.elapsed().as_millis();
    let whole_ms = u64::try_from(whole).unwrap().max(1);
    for kill in 0..KILLS {
        let id = approved(&folder, &identity, &keys);
        let out = folder.beside(&format!("export-{kill}.age"));
        let partial = out.with_extension("age.partial");
        let path = out.to_str().unwrap();
        let mut command = folder.command(&["export", "file", &id, "--output", path]);
        if kill % 2 == 0 {
            kill_at(command, chance.moment(whole_ms));
        } else {
            let has_begun = || partial.exists() || out.exists();
            kill_when(&mut command, has_begun, chance.moment(2));
        }
        if partial.exists() {
            let bytes = std::fs::read(&partial).unwrap();
            let clear = b"Street of";
            assert!(!bytes.windows(clear.len()).any(|part| part == clear));
        }
        if !out.exists() {
            file(&folder, &id, &out);
        }
        assert_eq!(rows(&out, &identity), 1 + ORDERS as usize + 2);
        assert!(!partial.exists(), "an unfinished file is left");
        // Either the kill fell between file and keyring, or it is used up.
        let again = folder.beside(&format!("again-{kill}.age"));
        let path = again.to_str().unwrap();
        folder.run(&["export", "file", &id, "--output", path]);
        let third = folder.run(&["export", "file", &id, "--output", &format!("{path}.third")]);
        assert!(!third.status.success(), "it was filed twice in good order");
    }
    let verified = folder.done(&["log", "verify"]);
    assert_eq!(verified["entries"], verified["bodies"]);
}

fn approver(folder: &Folder, name: &str) -> PathBuf {
    let made = folder.done(&[
        "key",
        "create",
        "--recipient",
        name,
        "--owner",
        name,
        "--powers",
        "approve",
        "--expires",
        "P30D",
    ]);
    let path = folder.beside(&format!("{name}.key"));
    std::fs::write(&path, text(&made["secret"])).expect("the key is written");
    path
}

fn approved(folder: &Folder, identity: &x25519::Identity, keys: &[PathBuf; 2]) -> String {
    let to = identity.to_public().to_string();
    let asked = folder.done(&[
        "export",
        "request",
        "--fields",
        "delivery.name,delivery.street",
        "--purpose",
        "legal",
        "--to",
        &to,
        "--reason",
        "recall 2026/7",
        "--from",
        "2026-01-01",
    ]);
    let (id, sha256) = (text(&asked["id"]), text(&asked["sha256"]));
    for key in keys {
        let key = key.to_str().unwrap();
        folder.done(&["--key-file", key, "approve", id, "--sha256", sha256]);
    }
    id.to_owned()
}

fn file(folder: &Folder, id: &str, out: &Path) {
    folder.done(&["export", "file", id, "--output", out.to_str().unwrap()]);
}

fn rows(path: &Path, identity: &x25519::Identity) -> usize {
    let sealed = std::fs::read(path).expect("the file");
    let decryptor = age::Decryptor::new(&sealed[..]).expect("an age file");
    let mut clear = String::new();
    decryptor
        .decrypt(std::iter::once(identity as &dyn age::Identity))
        .expect("it is sealed to this key")
        .read_to_string(&mut clear)
        .expect("a whole file");
    clear.lines().count()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
