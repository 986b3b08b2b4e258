//! Folders that are taken, read-only or in part read-only.

use crate::check;
use crate::folder::Folder;
use crate::orders::{Order, csv};
use crate::serving::Server;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Nobody: a user who owns nothing.
const NOBODY: u32 = 65_534;

fn error(output: &Output) -> (Option<i32>, String, String) {
    let told = String::from_utf8_lossy(&output.stderr);
    let told = told.lines().last().unwrap_or_default();
    let told: Value = serde_json::from_str(told).unwrap_or_else(|_| panic!("not JSON: {told}"));
    let text = |member: &str| told["error"][member].as_str().expect("a text").to_owned();
    (output.status.code(), text("code"), text("message"))
}

#[test]
fn a_second_process_is_turned_away_and_told_by_whom() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let pid = server.pid().as_raw_nonzero().to_string();
    let export = folder.beside("orders.csv");
    fs::write(&export, csv(&[])).unwrap();
    for command in [
        &["status"][..],
        &["serve", "--listen", "127.0.0.1:0"],
        &["rotate"],
        &["log", "verify"],
        &[
            "find",
            "--email",
            "somebody@example.com",
            "--purpose",
            "support",
        ],
    ] {
        let (exit, code, message) = error(&folder.run(command));
        assert_eq!(
            (exit, code.as_str()),
            (Some(7), "folder-locked"),
            "{command:?}: {message}"
        );
        assert!(message.contains(&pid), "{command:?}: {message}");
    }
    // The lock goes with its process, however that ends.
    server.kill();
    folder.done(&["status"]);
}

/// Prepares a command that runs without root's right to write everywhere; `None` if impossible.
fn as_nobody(folder: &Folder, args: &[&str]) -> Option<Command> {
    if !rustix::process::geteuid().is_root() {
        return Some(folder.command(args));
    }
    let nobody = [
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        folder.binary(),
    ];
    let version = Command::new("setpriv")
        .args(nobody)
        .arg("--version")
        .output();
    if version.is_ok_and(|output| output.status.success()) {
        return Some(folder.through("setpriv", &nobody, args));
    }
    println!("SKIPPED: no other user can run {} here", folder.binary());
    None
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn contents(folder: &Folder) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = files(&folder.data())
        .into_iter()
        .filter(|path| path.is_file());
    files
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Gives the folder to whoever `as_nobody` runs as.
fn give_away(folder: &Folder) {
    mode(folder.data().parent().unwrap(), 0o755);
    mode(&folder.beside("passphrase"), 0o644);
    if rustix::process::geteuid().is_root() {
        for path in files(&folder.data()) {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_left_as_it_is_with_a_reason() {
    let folder = Folder::new();
    let order = Order {
        number: 1001,
        person: "p1".to_owned(),
        version: 1,
        is_gift: false,
    };
    folder.import("orders.csv", &csv([&order]));
    give_away(&folder);
    let log = folder.data().join("log");
    for (what, closed, expected) in [
        ("everything", files(&folder.data()), "lock"),
        ("the log", files(&log), "access log cannot be written"),
        (
            "the keyring",
            files(&folder.data().join("keyring")),
            "database",
        ),
        (
            "the active store",
            files(&folder.data().join("active")),
            "database",
        ),
    ] {
        let before = contents(&folder);
        let Some(mut status) = as_nobody(&folder, &["status"]) else {
            return;
        };
        let modes: Vec<u32> = closed
            .iter()
            .map(|path| path.metadata().unwrap().permissions().mode())
            .collect();
        for path in &closed {
            mode(path, if path.is_dir() { 0o555 } else { 0o444 });
        }
        let output = status.output().unwrap();
        let (exit, code, message) = error(&output);
        assert_eq!(exit, Some(1), "{what}: {code}: {message}");
        assert!(message.contains(expected), "{what}: {code}: {message}");
        for (path, was) in closed.iter().zip(modes) {
            mode(path, was);
        }
        let mut after = contents(&folder);
        // Who worked on the folder last is all that may differ.
        after.insert(
            folder.data().join("lock"),
            before[&folder.data().join("lock")].clone(),
        );
        after.retain(|path, bytes| !bytes.is_empty() || before.contains_key(path));
        after.retain(|path, _| !path.to_string_lossy().ends_with("-shm"));
        assert!(before == after, "{what}: something was written");
        let opened = as_nobody(&folder, &["status"]).unwrap().output().unwrap();
        assert!(
            opened.status.success(),
            "{what}: {}",
            String::from_utf8_lossy(&opened.stderr)
        );
    }
    check::stored(&folder);
}
