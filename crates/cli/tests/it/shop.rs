//! A data folder in a temporary place, with invented people whose values nothing else contains.

use lethe_sample::{SamplePerson, probe_people, write_probe_orders_csv};
use lethe_testkit::{find_leaks, find_leaks_in};
use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The passphrase of every shop here.
pub(crate) const PASSPHRASE: &str = "correct horse battery staple";
/// How many people the shop has.
pub(crate) const PEOPLE: u32 = 12;

/// How many orders they have.
pub(crate) const ORDERS: u64 = 24;

const SHOP_KEY: [u8; 32] = *b"lethe command line tests, shop 1";

/// A folder to run commands in. Searched for leaks when the test ends.
pub(crate) struct Shop {
    dir: TempDir,
    told: RefCell<Vec<u8>>,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Shop {
    /// A folder without an installation, but with a passphrase file and an export.
    pub(crate) fn empty() -> Self {
        let shop = Self {
            dir: tempfile::tempdir().unwrap(),
            told: RefCell::default(),
        };
        fs::write(shop.path("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        let private = fs::Permissions::from_mode(0o600);
        fs::set_permissions(shop.path("passphrase"), private).unwrap();
        // Beside the data folder: the export is clear, as a shop's is.
        fs::create_dir(shop.path("in")).unwrap();
        let export = fs::File::create(shop.path("in/orders.csv")).unwrap();
        let end = jiff::civil::date(2026, 3, 31);
        write_probe_orders_csv(&SHOP_KEY, PEOPLE, end, export).unwrap();
        shop
    }

    /// An installation without data.
    pub(crate) fn made() -> Self {
        let shop = Self::empty();
        shop.ok("init --store-name acme --controller Acme");
        shop
    }

    /// An installation with the export in it.
    pub(crate) fn filled() -> Self {
        let shop = Self::made();
        shop.ok("import shopify-orders in/orders.csv");
        shop
    }

    /// Sets the archive up; the share files and the custodians' passphrases lie in `shares`.
    pub(crate) fn archive(&self) {
        fs::create_dir(self.path("shares")).unwrap();
        let mut line = "archive setup --years 2010-2040 --out shares".to_owned();
        for name in ["ada", "ben", "cleo"] {
            let file = format!("shares/{name}.passphrase");
            fs::write(
                self.path(&file),
                format!("the passphrase of {name}, long\n"),
            )
            .unwrap();
            let private = fs::Permissions::from_mode(0o600);
            fs::set_permissions(self.path(&file), private).unwrap();
            line += &format!(" --custodian {name} --share-passphrase-file {file}");
        }
        self.ok(&line);
    }

    /// Names something in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Names the data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("lethe-data")
    }

    /// Returns the people of the export.
    pub(crate) fn people(&self) -> Vec<SamplePerson> {
        probe_people(&SHOP_KEY, PEOPLE)
    }

    /// Prepares a command with the passphrase, cheap key derivation, and nothing else of the
    /// environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lethe"));
        command
            .current_dir(self.dir.path())
            .env_clear()
            .env("LETHE_TEST_KDF", "cheap")
            .env("LETHE_PASSPHRASE_FILE", "passphrase")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command line; words are separated by spaces.
    pub(crate) fn run(&self, line: &str) -> Run {
        self.run_args(&line.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn run_args(&self, args: &[&str]) -> Run {
        self.finish(self.command().args(args).output().unwrap())
    }

    /// Runs a command that must succeed, and returns its standard output without the line's end.
    pub(crate) fn ok(&self, line: &str) -> String {
        let run = self.run(line);
        assert_eq!(run.code, 0, "{line}: {}{}", run.stdout, run.stderr);
        run.stdout.trim_end().to_owned()
    }

    /// Runs a command that must succeed with `--json`, and returns its document.
    pub(crate) fn json(&self, line: &str) -> serde_json::Value {
        serde_json::from_str(&self.ok(&format!("{line} --json"))).unwrap()
    }

    /// Makes a run of a command's output, and keeps what it told.
    pub(crate) fn finish(&self, output: Output) -> Run {
        self.told.borrow_mut().extend_from_slice(&output.stderr);
        Run {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// Returns the tokens of a person's first order, by e-mail address.
    pub(crate) fn tokens(&self, person: &SamplePerson) -> (String, String) {
        let email = person.email.as_deref().unwrap();
        let found = self.json(&format!("find --email {email} --purpose support"));
        let subject = found["subjects"][0]["subject"].as_str().unwrap().to_owned();
        let orders = self.json(&format!("subject {subject}"));
        let order = orders["orders"][0]["token"].as_str().unwrap().to_owned();
        (subject, order)
    }

    /// Makes a key and keeps its secret in the file `key`. Without an owner in the options it is Ada's.
    pub(crate) fn make_key(&self, options: &str) -> PathBuf {
        let owner = match options.contains("--owner") {
            true => "",
            false => "--owner ada ",
        };
        let secret = self.ok(&format!("key create {owner}{options}"));
        let path = self.path("key");
        fs::write(&path, secret).unwrap();
        path
    }

    /// Counts what is stored.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let status = self.json("status");
        let store = &status["stores"][0];
        (
            store["people"].as_u64().unwrap(),
            store["orders"].as_u64().unwrap(),
        )
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let people = self.people();
        let values: Vec<String> = people
            .into_iter()
            .flat_map(|one| [one.name, one.first_name, one.last_name, one.street])
            .chain(
                probe_people(&SHOP_KEY, PEOPLE)
                    .into_iter()
                    .filter_map(|one| one.email),
            )
            .collect();
        let mut hits = find_leaks_in(&self.told.borrow(), &values);
        for entry in fs::read_dir(self.dir.path()).unwrap() {
            let path = entry.unwrap().path();
            if path != self.path("in") && path.is_dir() {
                hits.extend(find_leaks(&path, &values));
            }
        }
        assert!(hits.is_empty(), "personal values leaked: {hits:?}");
    }
}

impl Run {
    /// Writes the run as one text, with what differs from run to run taken out.
    pub(crate) fn text(&self) -> String {
        let mut text = self.stdout.trim_end().to_owned();
        for (name, part) in [("stderr", self.stderr.trim_end())] {
            if !part.is_empty() {
                text += &format!("\n[{name}]\n{part}");
            }
        }
        format!("{}\n[exit {}]", text.trim_start(), self.code)
    }
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Compares a run with an inline snapshot, with what differs from run to run taken out.
macro_rules! assert_run {
    ($run:expr, @$snapshot:literal) => {
        insta::with_settings!({ filters => $crate::shop::FILTERS.to_vec() }, {
            insta::assert_snapshot!($run.text(), @$snapshot);
        });
    };
}
pub(crate) use assert_run;

/// What differs from run to run.
pub(crate) const FILTERS: [(&str, &str); 15] = [
    (r"entry [0-9A-Za-z+/]{60,}=*", "entry (base64)"),
    (r"sub_[0-9A-Za-z]+", "sub_…"),
    (r"ord_[0-9A-Za-z]+", "ord_…"),
    (r"key_[0-9a-f]{12}", "key_…"),
    (
        r"log/[0-9a-f]{16}(\+[0-9a-f]{8}\+[0-9A-Za-z+/=]+)?",
        "log/…",
    ),
    (r"era_[0-9a-f]{16}", "era_…"),
    (r"doc_[0-9a-f]{16}", "doc_…"),
    (r"year/\d{4}", "year/…"),
    (r"\d{4}-\d\d-\d\dT[0-9:]+\.\d+Z", "(when)"),
    (r"on \d{4}-\d\d-\d\d", "on (day)"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "(when)"),
    (r"in \d+\.\d s \([\d,]+/s\)", "in (a while)"),
    (r"root [0-9A-Za-z+/]{43}=", "root (hash)"),
    (r"\(pid \d+\)", "(pid N)"),
    (r"[\d.]+ [KM]iB", "N KiB"),
];
