//! Backups through the real binary: made while a server runs, listed, verified, destroyed.

use crate::shop::{Run, Shop, assert_run};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Makes an identity in the file `identity`, and returns its recipient.
fn recipient(shop: &Shop) -> String {
    shop.ok("backup identity --out identity")
}

/// Runs a command without the passphrase: no backup needs it.
fn run(shop: &Shop, line: &str) -> Run {
    let mut command = shop.command();
    command.env_remove("LETHE_PASSPHRASE_FILE");
    shop.finish(command.args(line.split_whitespace()).output().unwrap())
}

fn ok(shop: &Shop, line: &str) -> serde_json::Value {
    let run = run(shop, &format!("{line} --json"));
    assert_eq!(run.code, 0, "{line}: {}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Gives a backup an earlier life, as its name tells it.
fn aged(file: &str) -> PathBuf {
    let (head, tail) = file.split_once("-until-").unwrap();
    let aged = format!("{head}-until-20200101T000000Z{}", &tail[16..]);
    fs::rename(file, &aged).unwrap();
    aged.into()
}

#[test]
fn backups_are_made_while_the_server_works_and_verified_elsewhere() {
    let shop = Shop::filled();
    let to = recipient(&shop);
    let mut command = shop.command();
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let out = server.stdout.as_mut().unwrap();
    BufReader::new(out).read_line(&mut line).unwrap();
    let first = ok(&shop, &format!("backup data --to copies --recipient {to}"));
    assert_eq!(first["chain_length"], 1);
    let second = ok(&shop, &format!("backup data --to copies --recipient {to}"));
    assert_eq!(second["chain_length"], 2);
    assert_eq!(second["base"], first["id"]);
    fs::write(shop.path("recipients"), format!("# the safe\n{to}\n")).unwrap();
    let keyring = ok(
        &shop,
        "backup keyring --to copies --recipients-file recipients",
    );
    let life =
        keyring["destroy_after_ms"].as_i64().unwrap() - keyring["created_at_ms"].as_i64().unwrap();
    assert!((35 * 86_400_000 - 1000..=35 * 86_400_000).contains(&life));
    server.kill().unwrap();
    server.wait().unwrap();
    for file in names(&shop.path("copies")) {
        let mode = fs::metadata(shop.path("copies").join(&file))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    // Where the backups lie, there is no data folder.
    fs::rename(shop.data(), shop.path("elsewhere")).unwrap();
    let verified = ok(&shop, "backup verify copies --identity identity");
    let verified = verified["verified"].as_array().unwrap();
    assert_eq!(verified.len(), 2);
    assert_eq!(verified[0]["chain_length"], 2);
    let listed = ok(&shop, "backup list copies");
    assert_eq!(listed["backups"].as_array().unwrap().len(), 3);
    fs::rename(shop.path("elsewhere"), shop.data()).unwrap();
    shop.ok("log verify");
}

#[test]
fn what_the_commands_say() {
    let shop = Shop::filled();
    let to = recipient(&shop);
    let said = run(
        &shop,
        &format!("backup keyring --to copies --recipient {to}"),
    )
    .stdout;
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with("copies/lethe-keyring-2"), "{said}");
    assert!(lines[1].starts_with("keyring backup: "), "{said}");
    assert!(lines[2].ends_with("`root.key` is not in it"), "{said}");
    let said = run(&shop, "backup verify copies --identity identity").stdout;
    assert!(said.contains(".age: can be restored (keyring, "), "{said}");
    let said = run(&shop, "backup list copies").stdout;
    assert!(
        said.starts_with("CLASS    ID                MADE (UTC)"),
        "{said}"
    );
    assert_run!(run(&shop, "backup prune copies"), @r"
    Nothing to destroy.
    [exit 0]
    ");
    assert_run!(run(&shop, "backup identity --out identity"), @r"
    [stderr]
    lethe: cannot write identity: File exists (os error 17) [file-system]
    [exit 1]
    ");
    assert_run!(run(&shop, "backup keyring --to copies"), @r"
    [stderr]
    lethe: name at least one recipient with --recipient or --recipients-file [usage]
    [exit 2]
    ");
    assert_run!(run(&shop, "backup keyring --to copies --recipient nobody"), @r"
    [stderr]
    lethe: this is no age recipient: a recipient looks like `age1…`; `lethe backup identity` makes one [backup-key]
    [exit 2]
    ");
    assert_run!(run(&shop, &format!("backup keyring --to copies --recipient {to} --keep P36D")), @r"
    [stderr]
    lethe: a keyring backup lives 35 days at most: an erasure is complete when the last one is gone [usage]
    [exit 2]
    ");
    assert_run!(run(&shop, &format!("backup data --to copies --recipient {to} --keep soon")), @r"
    [stderr]
    lethe: --keep takes a period such as P90D or P6M, a day such as 2027-01-31, or an instant such as 2027-01-31T18:00:00Z [usage]
    [exit 2]
    ");
    assert_run!(run(&shop, &format!("backup data --to copies --recipient {to} --data nowhere")), @r"
    [stderr]
    lethe: nowhere is no Lethe data folder: name the right one with --data [not-initialised]
    [exit 4]
    ");
    assert_run!(run(&shop, "backup verify in --identity identity"), @r"
    [stderr]
    lethe: there is no backup in in [usage]
    [exit 2]
    ");
    assert_run!(run(&shop, "backup verify copies --identity passphrase"), @r"
    [stderr]
    lethe: passphrase is no age identity file: it should hold a line `AGE-SECRET-KEY-1…`; a file encrypted with a passphrase has to be decrypted first [backup-key]
    [exit 2]
    ");
}

#[test]
fn a_damaged_backup_and_another_identity_fail_with_a_plain_sentence() {
    let shop = Shop::filled();
    let to = recipient(&shop);
    let made = ok(&shop, &format!("backup data --to copies --recipient {to}"));
    let file = shop.path(made["file"].as_str().unwrap());
    shop.ok("backup identity --out other");
    let refused = run(&shop, "backup verify copies --identity other");
    assert_eq!(refused.code, 3);
    assert!(
        refused.stderr.contains("is not encrypted to this identity"),
        "{}",
        refused.stderr
    );
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    fs::create_dir(shop.path("scratch")).unwrap();
    let refused = run(
        &shop,
        "backup verify copies --identity identity --scratch scratch",
    );
    assert_eq!(refused.code, 6);
    assert!(
        refused.stderr.contains("it was cut short or altered"),
        "{}",
        refused.stderr
    );
    assert!(names(&shop.path("scratch")).is_empty());
}

#[test]
fn overdue_backups_are_destroyed_when_confirmed_and_the_record_tells_it() {
    let shop = Shop::filled();
    let to = recipient(&shop);
    let made = ok(
        &shop,
        &format!("backup keyring --to copies --recipient {to}"),
    );
    let file = aged(shop.path(made["file"].as_str().unwrap()).to_str().unwrap());
    let said = run(&shop, "backup list copies").stdout;
    assert!(said.contains("overdue"), "{said}");
    assert_run!(run(&shop, "backup prune copies"), @r"
    [stderr]
    lethe: 1 backup would be destroyed: confirm it on a terminal, or give --yes [not-confirmed]
    [exit 2]
    ");
    assert!(file.exists());
    let pruned = ok(&shop, "backup prune copies --yes");
    assert_eq!(pruned["destroyed"][0]["id"], made["id"]);
    assert!(pruned["is_recorded"].as_bool().unwrap());
    assert!(!file.exists());
    let record = fs::read_to_string(shop.data().join("backups/catalog.jsonl")).unwrap();
    let last: serde_json::Value = serde_json::from_str(record.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"], "destroyed");
    assert_eq!(last["id"], made["id"]);
    assert_eq!(last["at_ms"], pruned["destroyed"][0]["destroyed_at_ms"]);
}

#[test]
fn a_full_disk_is_a_clean_error_and_leaves_nothing() {
    let shop = Shop::filled();
    let to = recipient(&shop);
    for (class, blocks) in [
        ("data", "8"),
        ("data", "90"),
        ("keyring", "8"),
        ("keyring", "120"),
    ] {
        let mut command = std::process::Command::new("sh");
        // In blocks of 512 bytes, or of 1,024 where the shell counts so.
        let limited = format!("ulimit -f {blocks}; trap '' XFSZ; exec \"$@\"");
        let binary = env!("CARGO_BIN_EXE_lethe");
        command
            .current_dir(shop.path(""))
            .env_clear()
            .args([
                "-c", &limited, "sh", binary, "backup", class, "--to", "copies",
            ])
            .args(["--recipient", &to]);
        let run = shop.finish(command.output().unwrap());
        assert_eq!(run.code, 1, "{class} {blocks}: {}", run.stdout);
        let words = ["disk", "limit"];
        assert!(
            words.iter().any(|word| run.stderr.contains(word)),
            "{}",
            run.stderr
        );
        assert!(names(&shop.path("copies")).is_empty());
        let beside = names(&shop.data().join("backups"));
        assert!(
            beside.iter().all(|name| !name.starts_with('.')),
            "{beside:?}"
        );
    }
    ok(&shop, &format!("backup data --to copies --recipient {to}"));
}

#[test]
fn a_killed_backup_leaves_no_backup_and_the_next_one_clears_up() {
    let shop = Shop::filled();
    let to = recipient(&shop);
    let mut whole = 0;
    let delays = [0, 2, 5, 10, 20, 40].into_iter();
    for (delay, class) in delays.flat_map(|delay| [(delay, "data"), (delay, "keyring")]) {
        let mut command = shop.command();
        command.args(["backup", class, "--to", "copies", "--recipient", &to]);
        if class == "data" {
            command.arg("--full");
        }
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        whole = names(&shop.path("copies"))
            .iter()
            .filter(|name| name.ends_with(".age"))
            .count();
    }
    ok(
        &shop,
        &format!("backup keyring --to copies --recipient {to}"),
    );
    let left = names(&shop.path("copies"));
    assert!(left.iter().all(|name| !name.starts_with('.')), "{left:?}");
    assert_eq!(left.len(), whole + 1);
    let beside = names(&shop.data().join("backups"));
    assert!(
        beside.iter().all(|name| !name.starts_with('.')),
        "copies of the keyring are left: {beside:?}"
    );
    // Whatever has a backup's name is one.
    let verified = ok(&shop, "backup verify copies --identity identity");
    assert_eq!(verified["verified"].as_array().unwrap().len(), whole + 1);
}
