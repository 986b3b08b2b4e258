//! SIGKILL during a restore: whatever the moment, nothing opens the folder before it has caught up,
//! and going on ends where an undisturbed restore ends.

use crate::chance::Chance;
use crate::check;
use crate::folder::Folder;
use crate::kill::{self, kill_at};
use crate::orders::{Order, csv_shipped, email};
use crate::shares;
use rusqlite::{Connection, types::Value as Cell};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};

const ORDERS: u32 = 60;
/// Tries of each restore that are certainly killed, if they do not end by themselves.
const SHORT_TRIES: usize = 4;

#[test]
fn a_restore_killed_at_any_moment_goes_on_to_the_same_end_and_opens_to_nobody_before() {
    let mut chance = Chance::new(kill::seed());
    let restores = kill::rounds() / 4;
    let saved = Saved::make();
    let calm = saved.folder.beside("calm");
    let begun = Instant::now();
    let report = saved.folder.done_on(&calm, &saved.args(&calm));
    let whole = begun.elapsed();
    let wanted = facts(&calm);
    let (mut killed, mut locked) = (0, 0);
    for round in 0..restores {
        let data = saved.folder.beside(&format!("restored-{round}"));
        let done = saved.restore(&data, whole, &mut chance);
        killed += done.kills;
        for count in ["log_gap", "log_entries"] {
            let told = done.report.as_ref().unwrap_or(&report);
            assert_eq!(told[count], report[count], "{count}");
        }
        locked += done.refused;
        saved.assert_like(&data, &wanted);
    }
    println!("{killed} kills in {restores} restores of {whole:?}, {locked} commands met the lock");
    assert!(killed >= restores, "too few restores were killed: {killed}");
    assert!(locked > 0, "no kill left a locked folder");
    // What stayed can be read: it is opened and sealed anew when its term is over.
    let last = saved.folder.beside("restored-0");
    let plan = saved.folder.done_on(&last, &["retention", "plan"]);
    let rules = plan["report"]["rules"].as_array().expect("rules");
    let due: u64 = rules
        .iter()
        .filter_map(|rule| rule["records"].as_u64())
        .sum();
    let words = format!("retire {due} records");
    let apply = ["retention", "apply", "--confirm", &words];
    saved.folder.done_on(&last, &apply);
    let archived = "SELECT DISTINCT order_id FROM archived_records";
    let archived = rows(&last.join("archive/archive.db"), archived);
    assert_eq!(archived.len(), ORDERS as usize);
    let left = rows(
        &last.join("active/active.db"),
        "SELECT order_id FROM orders",
    );
    assert_eq!(left.len(), 0, "orders that are due were not opened");
}

/// Backups, and what happened after them.
struct Saved {
    folder: Folder,
    files: Vec<String>,
    checkpoint: PathBuf,
}

struct Restored {
    kills: usize,
    refused: usize,
    /// What the last try said, if it was not killed on its last step.
    report: Option<Value>,
}

impl Saved {
    fn make() -> Self {
        let folder = Folder::new();
        let orders: Vec<Order> = (1_000..1_000 + ORDERS)
            .map(|number| Order {
                number,
                person: format!("p{}", number / 2),
                version: 1,
                is_gift: number.is_multiple_of(7),
            })
            .collect();
        folder.import("orders.csv", &csv_shipped(&orders));
        shares::set_up(&folder);
        let key = folder.key("marketing");
        let to = folder.beside("backups");
        let (to, identity) = (to.display().to_string(), folder.beside("identity"));
        let made = ["backup", "identity", "--out", identity.to_str().unwrap()];
        let made = folder.done(&made);
        let recipient = made["recipient"].as_str().expect("a recipient").to_owned();
        let back_up = |class: &str| {
            let args = ["backup", class, "--to", &to, "--recipient", &recipient];
            folder.done(&args)["file"].as_str().unwrap().to_owned()
        };
        let files = ["data", "keyring"].map(back_up).to_vec();
        for person in ["p502", "p505", "p510", "p511"] {
            let found = ["find", "--email", &email(person), "--purpose", "support"];
            let found = folder.done(&found);
            let token = found["subjects"][0]["subject"].as_str().expect("a token");
            let receipt = folder.beside(&format!("{person}.receipt"));
            let receipt = receipt.to_str().unwrap();
            folder.done(&["erase", token, "--yes", "--receipt", receipt]);
        }
        folder.done(&["key", "revoke", &key.id]);
        let held = ["find", "--email", &email("p520"), "--purpose", "support"];
        let held = folder.done(&held);
        let held = held["subjects"][0]["subject"].as_str().expect("a token");
        let hold = ["legal-hold", "add", held, "--matter", "2026/114"];
        let hold = [
            &hold[..],
            &["--ground", "legal-claims", "--review-on", "2099-01-01"],
        ];
        let hold = folder.done(&hold.concat());
        let id = hold["id"].as_str().expect("an id");
        folder.done(&["legal-hold", "release", id]);
        let checkpoint = folder.beside("checkpoint");
        std::fs::copy(folder.data().join("log/tree/checkpoint"), &checkpoint).unwrap();
        Self {
            folder,
            files,
            checkpoint,
        }
    }

    /// The arguments of a restore: from the beginning, or of one that goes on.
    fn args(&self, data: &Path) -> Vec<String> {
        let text = |path: &Path| path.display().to_string();
        let mut args = vec!["restore".to_owned()];
        if data.join("restoring.json").exists() {
            args.push("--continue".to_owned());
        } else {
            args.extend(self.files.iter().cloned());
            let (identity, root) = (
                self.folder.beside("identity"),
                self.folder.data().join("root.key"),
            );
            args.extend(["--identity".to_owned(), text(&identity)]);
            args.extend(["--root-key".to_owned(), text(&root)]);
        }
        let ledger = self.folder.data().join("ledger/ledger.jsonl");
        args.extend(["--ledger".to_owned(), text(&ledger)]);
        args.extend(["--checkpoint".to_owned(), text(&self.checkpoint)]);
        // The log went on after the backup: that is what is lost.
        args.extend(["--accept-gap", "drill"].map(str::to_owned));
        args
    }

    /// Restores into a folder, killed again and again until it comes to its end.
    fn restore(&self, data: &Path, whole: Duration, chance: &mut Chance) -> Restored {
        let (mut kills, mut refused, mut report) = (0, 0, None);
        let whole_ms = u64::try_from(whole.as_millis()).unwrap().max(10);
        for attempt in 0.. {
            let command = self.folder.command_on(data, &self.args(data));
            let longest = if attempt == 0 {
                // While it unpacks.
                whole_ms / 6
            } else if attempt < SHORT_TRIES {
                whole_ms / 2
            } else {
                whole_ms * 2
            };
            let moment = chance.moment(longest);
            let run = kill_at(command, moment);
            if !run.was_alive {
                report = serde_json::from_slice(&run.output.stdout).ok();
                break;
            }
            kills += 1;
            if data.join("root.key").exists() && !data.join("restoring.json").exists() {
                break;
            }
            refused += self.assert_closed(data, chance);
        }
        Restored {
            kills,
            refused,
            report,
        }
    }

    /// Asserts that other commands are told to wait. Says how many met the lock.
    fn assert_closed(&self, data: &Path, chance: &mut Chance) -> usize {
        let is_locked = data.join("restoring.json").exists();
        let (to, receipt) = (self.folder.beside("stolen"), self.folder.beside("none"));
        let (to, receipt) = (to.to_str().unwrap(), receipt.to_str().unwrap());
        let recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
        let commands: [&[&str]; 9] = [
            &["status"],
            &["find", "--order", "#1004", "--purpose", "support"],
            &["retention", "plan"],
            &["retention", "apply", "--confirm", "retire 1 records"],
            &["serve", "--listen", "127.0.0.1:0"],
            &["rotate"],
            &["erase", "sub_none", "--yes", "--receipt", receipt],
            &["backup", "keyring", "--to", to, "--recipient", recipient],
            &["backup", "data", "--to", to, "--recipient", recipient],
        ];
        let args = *chance.one(&commands);
        let output = self.folder.command_on(data, args).output().unwrap();
        let code = failed(&output);
        let wanted = if is_locked {
            "restoring"
        } else {
            "not-initialised"
        };
        assert_eq!(code, wanted, "{args:?}");
        usize::from(is_locked)
    }

    fn assert_like(&self, data: &Path, wanted: &Facts) {
        let found = facts(data);
        assert!(
            found.tables == wanted.tables,
            "{:#?}",
            found.differs(wanted)
        );
        check::keys_fit(data);
        let origin = origin(&data.join("log"));
        let before: Vec<String> = names(&data.join("logs-before"));
        assert_eq!(before.len(), 1, "logs were set aside: {before:?}");
        assert_ne!(origin, self::origin(&self.folder.data().join("log")));
        assert_eq!(
            self::origin(&data.join("logs-before").join(&before[0])),
            self::origin(&self.folder.data().join("log"))
        );
        let find = ["find", "--order", "#1050", "--purpose", "support"];
        let refused = self.folder.command_on(data, &find).output().unwrap();
        assert_eq!(failed(&refused), "quota-exhausted");
        let verified = self.folder.done_on(data, &["log", "verify"]);
        assert_eq!(verified["entries"], verified["bodies"]);
        self.folder.done_on(data, &["status"]);
        let open = rows(&data.join("keyring/keyring.db"), "SELECT * FROM intents");
        assert!(open.is_empty(), "intents are left open");
        let left = names(data.parent().unwrap());
        let stem = data.file_name().unwrap().to_str().unwrap();
        let left = left
            .iter()
            .filter(|name| name.starts_with(stem) && *name != stem);
        assert_eq!(left.count(), 0, "unfinished files are left");
    }
}

/// What must not depend on how often a restore was interrupted.
struct Facts {
    tables: Vec<(&'static str, BTreeSet<String>)>,
}

impl Facts {
    fn differs(&self, other: &Self) -> Vec<(&'static str, Vec<String>)> {
        let pairs = self.tables.iter().zip(&other.tables);
        pairs
            .map(|((name, ours), (_, theirs))| {
                (*name, ours.symmetric_difference(theirs).cloned().collect())
            })
            .filter(|(_, differ): &(_, Vec<String>)| !differ.is_empty())
            .collect()
    }
}

fn facts(data: &Path) -> Facts {
    let of = |name: &'static str, file: &str, sql: &str| {
        let rows = rows(&data.join(file), sql);
        (name, rows.into_iter().collect())
    };
    let (active, keyring) = ("active/active.db", "keyring/keyring.db");
    // What was archived again has ids of its own: it is compared by what is there of it.
    let tables = vec![
        of(
            "orders",
            active,
            "SELECT hex(subject_id), hex(order_id) FROM orders",
        ),
        of(
            "records",
            active,
            "SELECT hex(subject_id), hex(order_id), category, generation FROM records",
        ),
        of(
            "holds",
            active,
            "SELECT hold_id, released_at IS NULL FROM legal_holds",
        ),
        of(
            "held",
            active,
            "SELECT hex(subject_id), hex(order_id), category FROM held_records",
        ),
        of(
            "archive",
            "archive/archive.db",
            "SELECT category, key_id, clock, count(*) FROM archived_records GROUP BY 1, 2, 3",
        ),
        of(
            "numbers",
            keyring,
            "SELECT hex(hash), subject_id IS NULL, archived_at IS NULL, erased_at IS NULL FROM known_orders",
        ),
        of(
            "look-ups",
            keyring,
            "SELECT hex(hash), hex(subject_id) FROM lookups",
        ),
        of(
            "credentials",
            keyring,
            "SELECT credential_id, revoked_at IS NULL FROM credentials",
        ),
        of("policies", keyring, "SELECT policy_id, text FROM policies"),
        of("people", keyring, "SELECT count(*) FROM subject_keys"),
        of(
            "archived people",
            keyring,
            "SELECT count(*) FROM archive_subjects",
        ),
        of("keys", keyring, "SELECT count(*) FROM data_keys"),
        of(
            "logs",
            keyring,
            "SELECT kind, count(*) FROM service_keys GROUP BY kind",
        ),
    ];
    Facts { tables }
}

/// Reads rows as text.
fn rows(file: &Path, sql: &str) -> Vec<String> {
    let database = Connection::open(file).expect("the database opens");
    let mut statement = database.prepare(sql).expect("a statement");
    let columns = statement.column_count();
    let read = |row: &rusqlite::Row<'_>| {
        let cells = (0..columns).map(|at| row.get::<_, Cell>(at));
        cells.collect::<Result<Vec<_>, _>>()
    };
    let rows = statement.query_map([], read).expect("a query");
    rows.map(|row| format!("{:?}", row.expect("a row")))
        .collect()
}

fn origin(log: &Path) -> String {
    std::fs::read_to_string(log.join("vkey")).expect("a verifier key")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// Returns the code of a failure.
fn failed(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "it did not fail: {told}");
    let told: Value =
        serde_json::from_str(told.trim()).unwrap_or_else(|_| panic!("no problem: {told}"));
    told["error"]["code"].as_str().expect("a code").to_owned()
}
