//! SIGKILL during the ceremony in which archived records are read: no file is half written, no share
//! is harmed, and no request is used up before its records were shown.

use crate::chance::Chance;
use crate::folder::Folder;
use crate::kill::{self, kill_at, kill_when};
use crate::orders::{Order, csv_shipped};
use crate::shares;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const ORDERS: u32 = 40;
const KILLS: usize = 6;

#[test]
fn a_ceremony_killed_at_any_step_is_done_again_with_the_same_answer() {
    let mut chance = Chance::new(kill::seed());
    let ceremony = Ceremony::begin();
    let folder = &ceremony.folder;

    let asked = ceremony.ask(&mut chance);
    let approvals = ["first", "second"].map(|name| ceremony.approver(name));
    let (id, sha256) = (text(&asked["id"]), text(&asked["sha256"]));
    for key in &approvals {
        let key = key.to_str().unwrap();
        folder.done(&["--key-file", key, "approve", id, "--sha256", sha256]);
    }

    let request = folder.beside("request");
    let wanted = folder.beside("request-undisturbed");
    let file = |out: &Path| ceremony.args(&["archive", "file", id, "--out"], out);
    ceremony.until_whole(&file(&wanted), &wanted, 0, &mut chance);
    let wanted = std::fs::read(&wanted).unwrap();
    let files = ceremony.until_whole(&file(&request), &request, KILLS, &mut chance);
    for file in &files {
        assert!(*file == wanted, "two files of one request differ");
    }

    let shares = ceremony.shares();
    let reply = folder.beside("reply");
    let mut open = vec!["archive".to_owned(), "open".to_owned(), "--yes".to_owned()];
    open.push(request.display().to_string());
    for name in ["ada", "cleo"] {
        let share = folder.beside("shares").join(format!("{name}.lethe-share"));
        open.extend(["--share".to_owned(), share.display().to_string()]);
        open.push("--share-passphrase-file".to_owned());
        open.push(folder.beside(name).display().to_string());
    }
    open.extend(["--out".to_owned(), reply.display().to_string()]);
    ceremony.cut_in_the_middle(&open, &reply);
    let replies = ceremony.until_whole(&open, &reply, KILLS, &mut chance);
    for reply in &replies {
        let reply: Value = serde_json::from_slice(reply).expect("a whole reply");
        let items = reply["items"].as_array().expect("items");
        assert_eq!(items.len() as u64, asked["records"].as_u64().unwrap());
    }
    assert_eq!(ceremony.shares(), shares, "a share was changed");

    ceremony.read(&reply, &mut chance);
    let verified = folder.done(&["log", "verify"]);
    assert_eq!(verified["entries"], verified["bodies"]);
}

struct Ceremony {
    folder: Folder,
}

impl Ceremony {
    /// Archives orders.
    fn begin() -> Self {
        let folder = Folder::new();
        let orders: Vec<Order> = (1_000..1_000 + ORDERS)
            .map(|number| Order {
                number,
                person: format!("p{number}"),
                version: 1,
                is_gift: false,
            })
            .collect();
        folder.import("orders.csv", &csv_shipped(&orders));
        shares::set_up(&folder);
        let plan = folder.done(&["retention", "plan"]);
        let rules = plan["report"]["rules"].as_array().expect("rules");
        let due = rules.iter().filter_map(|rule| rule["records"].as_u64());
        let words = format!("retire {} records", due.sum::<u64>());
        folder.done(&["retention", "apply", "--confirm", &words]);
        Self { folder }
    }

    /// Asks for records, killed some times first: each proposal is whole or not there.
    fn ask(&self, chance: &mut Chance) -> Value {
        let mut args = ["archive", "request", "--purpose", "legal"].to_vec();
        args.extend(["--reason", "audit 2026/7"]);
        for number in ["#1001", "#1007", "#1030"] {
            args.extend(["--order", number]);
        }
        let begun = Instant::now();
        let asked = self.folder.done(&args);
        let whole = begun.elapsed();
        let mut killed = 0;
        for _ in 0..KILLS {
            let run = kill_at(self.folder.command(&args), moment(chance, whole));
            killed += usize::from(run.was_alive);
            let all = self.folder.done(&["approvals"]);
            for one in all["proposals"].as_array().expect("proposals") {
                assert_eq!(one["records"], asked["records"], "{one}");
                assert_eq!(one["is_approved"], false);
            }
        }
        assert!(killed > 0, "no request was killed");
        self.folder.done(&args)
    }

    fn approver(&self, name: &str) -> PathBuf {
        let made = self.folder.done(&[
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
        let path = self.folder.beside(&format!("{name}.key"));
        std::fs::write(&path, text(&made["secret"])).expect("the key is written");
        path
    }

    fn args(&self, args: &[&str], out: &Path) -> Vec<String> {
        let mut args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        args.push(out.display().to_string());
        args
    }

    /// Runs a command that writes a file until it ends, killed some times first. Returns what was
    /// there after each run.
    fn until_whole(
        &self,
        args: &[String],
        file: &Path,
        kills: usize,
        chance: &mut Chance,
    ) -> Vec<Vec<u8>> {
        let data = self.folder.data();
        let begun = Instant::now();
        self.folder.done_on(&data, args);
        let whole = begun.elapsed();
        let mut seen = vec![std::fs::read(file).expect("the file")];
        let partial = file.with_file_name(format!(
            "{}.partial",
            file.file_name().unwrap().to_str().unwrap()
        ));
        for kill in 0..kills {
            std::fs::remove_file(file).expect("the file is there");
            let mut command = self.folder.command_on(&data, args);
            if kill % 2 == 0 {
                kill_at(command, moment(chance, whole));
            } else {
                // While it writes.
                let has_begun = || partial.exists() || file.exists();
                kill_when(&mut command, has_begun, chance.moment(2));
            }
            if !file.exists() {
                self.folder.done_on(&data, args);
            }
            seen.push(std::fs::read(file).expect("the file"));
        }
        let dir = std::fs::read_dir(file.parent().unwrap()).unwrap().flatten();
        let left = dir.filter(|one| one.path().extension().is_some_and(|end| end == "partial"));
        assert_eq!(left.count(), 0, "unfinished files are left");
        seen
    }

    /// Has the system kill the command within its first write to a file, at the 512th byte.
    fn cut_in_the_middle(&self, args: &[String], file: &Path) {
        let before = ["-c", "ulimit -f 1; exec \"$@\"", "sh", self.folder.binary()];
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let cut = self.folder.through("sh", &before, &args).output().unwrap();
        assert_eq!(cut.status.code(), None, "it was not killed");
        assert!(!file.exists(), "a file is half written");
    }

    fn shares(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let dir = std::fs::read_dir(self.folder.beside("shares")).expect("the shares");
        let mut shares: Vec<_> = dir
            .map(|file| file.unwrap().path())
            .map(|path| (path.clone(), std::fs::read(path).unwrap()))
            .collect();
        shares.sort();
        shares
    }

    /// Reads the records, killed until it ends: they are shown before the request is used up.
    fn read(&self, reply: &Path, chance: &mut Chance) {
        let args = self.args(&["archive", "read"], reply);
        let data = self.folder.data();
        let mut shown: Vec<Value> = Vec::new();
        let mut longest = 1;
        loop {
            let mut command = self.folder.command_on(&data, &args);
            let before = self.folder.log_bytes();
            // Its first entry is the opening; then the records are shown and the request is used up.
            let has_begun = || self.folder.log_bytes() != before;
            let run = kill_when(&mut command, has_begun, chance.moment(longest));
            longest += 2;
            if let Ok(records) = serde_json::from_slice(&run.output.stdout) {
                shown.push(records);
            }
            if !run.was_alive {
                break;
            }
            let all = self.folder.done(&["approvals"]);
            let used = all["proposals"].as_array().expect("proposals").iter();
            if used.filter(|one| !one["used_at"].is_null()).count() > 0 {
                break;
            }
        }
        println!("{} tries showed the records", shown.len());
        let first = shown.first().expect("used up, and nobody saw the records");
        let count = first["records"].as_array().expect("records").len();
        assert!(count >= 3, "{count} records");
        assert!(shown.iter().all(|one| one == first));
        let again = self.folder.command_on(&data, &args).output().unwrap();
        assert!(!again.status.success(), "a request is read once");
    }
}

fn moment(chance: &mut Chance, whole: Duration) -> Duration {
    chance.moment(u64::try_from(whole.as_millis()).unwrap().max(1) * 11 / 10)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
