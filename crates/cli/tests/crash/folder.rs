//! A data folder and the commands on it.

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use std::ffi::OsStr;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const PASSPHRASE: &str = "correct horse battery";

/// An installation in a temporary folder.
pub(crate) struct Folder {
    home: TempDir,
    binary: String,
}

/// A key for the API.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Folder {
    /// Makes an installation.
    pub(crate) fn new() -> Self {
        Self::within(tempfile::tempdir().expect("a temporary folder"))
    }

    /// Makes an installation in this folder.
    pub(crate) fn within(home: TempDir) -> Self {
        Self::begin(home, None)
    }

    /// Makes an installation whose databases are on a server.
    pub(crate) fn on_server(url: &str) -> Self {
        Self::begin(tempfile::tempdir().expect("a temporary folder"), Some(url))
    }

    /// Makes a folder beside it for one more vault.
    pub(crate) fn join(&self, name: &str, url: &str) -> PathBuf {
        let data = self.beside(name);
        let root_key = self.data().join("root.key").display().to_string();
        let mut command = self.command_on(&data, &["join", "--root-key", &root_key]);
        let output = command.env("LETHE_STORE_URL", url).output();
        let output = output.expect("the binary starts");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "join: {told}");
        data
    }

    fn begin(home: TempDir, store_url: Option<&str>) -> Self {
        // A link of its own, so that a build meanwhile does not change the binary under test.
        let built = env!("CARGO_BIN_EXE_lethe");
        let link = home.path().join("lethe");
        let binary = match std::fs::hard_link(built, &link) {
            Ok(()) => link.display().to_string(),
            Err(_) => built.to_owned(),
        };
        let folder = Self { home, binary };
        std::fs::write(folder.passphrase(), PASSPHRASE).expect("the passphrase is written");
        let mut init = folder.command(&["init"]);
        init.envs(store_url.map(|url| ("LETHE_STORE_URL", url)));
        let output = init.output().expect("the binary starts");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "init: {told}");
        // The load is nothing that anybody does usually: the brake would stop it.
        folder.done(&[
            "access",
            "set",
            "--anomalies",
            "alert",
            "--people-per-day",
            "none",
        ]);
        folder
    }

    /// Returns the binary under test.
    pub(crate) fn binary(&self) -> &str {
        &self.binary
    }

    /// Returns the data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Returns a place beside the data folder.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn passphrase(&self) -> PathBuf {
        self.beside("passphrase")
    }

    /// Prepares a command of the binary on this folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        self.through(&self.binary, &[], args)
    }

    /// Prepares a command of the binary on another data folder with the same passphrase.
    pub(crate) fn command_on(&self, data: &Path, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = self.prepare(data, &self.binary, &[], &[]);
        command.args(args);
        command
    }

    /// Prepares the binary behind another program.
    pub(crate) fn through(&self, program: &str, before: &[&str], args: &[&str]) -> Command {
        self.prepare(&self.data(), program, before, args)
    }

    fn prepare(&self, data: &Path, program: &str, before: &[&str], args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(before)
            .args(["--json", "--data"])
            .arg(data)
            .arg("--passphrase-file")
            .arg(self.passphrase())
            .args(args)
            .env("LETHE_TEST_KDF", "cheap")
            .env_remove("LETHE_KEY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the binary starts")
    }

    /// Runs a command that must succeed and returns what it printed.
    pub(crate) fn done(&self, args: &[&str]) -> Value {
        self.done_on(&self.data(), args)
    }

    /// Runs a command on another data folder that must succeed and returns what it printed.
    pub(crate) fn done_on(&self, data: &Path, args: &[impl AsRef<OsStr> + Debug]) -> Value {
        let output = self.command_on(data, args).output();
        let output = output.expect("the binary starts");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {told}");
        serde_json::from_slice(&output.stdout).expect("one JSON document")
    }

    /// Makes a key that may do everything, to as many people as a test has.
    pub(crate) fn key(&self, recipient: &str) -> Key {
        self.key_for(recipient, 1_000_000)
    }

    /// Makes a key that may do everything, to this many people a day.
    pub(crate) fn key_for(&self, recipient: &str, people_per_day: u32) -> Key {
        let fields = "contact.email,delivery.name,delivery.street";
        let made = self.done(&[
            "key",
            "create",
            "--recipient",
            recipient,
            "--owner",
            recipient,
            "--fields",
            &format!("{fields},invoice.reference"),
            "--purposes",
            "support",
            "--powers",
            "reveal,list,intake,keys,audit,erase",
            "--people-per-day",
            &people_per_day.to_string(),
            "--expires",
            "P30D",
        ]);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Key {
            id: text(&made["key"]["id"]),
            secret: text(&made["secret"]),
        }
    }

    /// Writes a file beside the data folder and imports it.
    pub(crate) fn import(&self, name: &str, csv: &str) -> Value {
        let path = self.beside(name);
        std::fs::write(&path, csv).expect("the export is written");
        let path = path.to_str().expect("a plain path");
        self.done(&["import", "shopify-orders", path])["files"][0].clone()
    }

    /// Opens the active store for reading.
    pub(crate) fn active(&self) -> Connection {
        reader(&self.data().join("active/active.db"))
    }

    /// Opens the keyring for reading.
    pub(crate) fn keyring(&self) -> Connection {
        reader(&self.data().join("keyring/keyring.db"))
    }

    /// Returns everything the keyring's folder holds, write-ahead log included.
    pub(crate) fn keyring_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.data().join("keyring")).expect("the keyring's folder");
        let read = |file: std::io::Result<std::fs::DirEntry>| {
            // A file may go while the server works.
            std::fs::read(file.ok()?.path()).ok()
        };
        files.filter_map(read).flatten().collect()
    }

    /// Returns how long the log's last segment is.
    pub(crate) fn log_bytes(&self) -> u64 {
        let files = std::fs::read_dir(self.data().join("log/segments")).expect("segments");
        let longest = files
            .map(|file| file.unwrap().metadata().unwrap().len())
            .max();
        longest.expect("at least one segment")
    }
}

fn reader(path: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).expect("the database opens");
    let timeout = std::time::Duration::from_secs(10);
    connection.busy_timeout(timeout).expect("a timeout");
    connection
}
