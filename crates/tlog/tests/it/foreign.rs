//! Logs that this crate writes, verified by a program that shares no code with it:
//! `tests/foreign/verify_log.go`, on the Go project's own `sumdb/note` and `sumdb/tlog`.
//!
//! Needs the Debian packages `golang-go` and `golang-golang-x-mod-dev`, and no network. Where they
//! are missing the tests print that they are skipped; with `CI=true` in the environment they fail.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use lethe_tlog::{NoteSigner, VerifierKey};
use tempfile::TempDir;

use crate::support::{PublishedLog, log_signer};

/// Where Debian puts the sources of Go libraries.
const GOPATH: &str = "/usr/share/gocode";

/// Returns the compiled verifier; `None` if there is no Go to compile it with.
fn verifier() -> Option<&'static Path> {
    static VERIFIER: OnceLock<Option<PathBuf>> = OnceLock::new();
    VERIFIER.get_or_init(build).as_deref()
}

fn build() -> Option<PathBuf> {
    let package = Path::new(GOPATH).join("src/golang.org/x/mod/sumdb/tlog");
    let go = Command::new("go")
        .arg("version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !go || !package.is_dir() {
        let missing = "golang-go and golang-golang-x-mod-dev are not installed";
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "required on CI: {missing}"
        );
        // Written past the test harness, which would swallow it.
        let notice = format!("SKIPPED foreign log verification: {missing}\n");
        std::io::stderr().write_all(notice.as_bytes()).unwrap();
        return None;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = folder.join("verify_log");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/verify_log.go");
    let built = Command::new("go")
        .args(["build", "-o"])
        .args([&program, &source])
        .env("GO111MODULE", "off")
        .env("GOPATH", GOPATH)
        .env("GOFLAGS", "")
        .env("GOCACHE", folder.join("go-cache"))
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    Some(program)
}

/// A log's folder, and beside it the verifier key: a key out of the log itself would prove nothing.
struct Published {
    folder: TempDir,
}

impl Published {
    fn of(log: &PublishedLog) -> Self {
        let published = Self {
            folder: TempDir::new().unwrap(),
        };
        log.write_to(&published.log());
        published.trust(log_signer().verifier_key());
        published
    }

    fn trust(&self, key: &VerifierKey) {
        std::fs::write(self.key(), format!("{key}\n")).unwrap();
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("log.vkey")
    }

    fn verify(&self, verifier: &Path) -> Output {
        Command::new(verifier)
            .arg(self.log())
            .arg(self.key())
            .output()
            .unwrap()
    }
}

fn assert_accepted(output: &Output, entries: u64) {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("OK {entries} entries\n")
    );
}

fn assert_refused(output: &Output, complaint: &str) {
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let found = String::from_utf8_lossy(&output.stderr);
    assert!(found.contains(complaint), "{found}");
}

#[test]
fn go_accepts_our_logs_of_every_kind_of_size() {
    let Some(verifier) = verifier() else { return };
    for size in [0, 1, 2, 255, 256, 257, 300, 65_536, 70_000] {
        let published = Published::of(&PublishedLog::of_size(size));
        assert_accepted(&published.verify(verifier), size);
    }
}

#[test]
fn go_refuses_our_log_after_one_flipped_bit() {
    let Some(verifier) = verifier() else { return };
    for size in [300, 70_000] {
        let log = PublishedLog::of_size(size);
        let damages = [
            // A letter of the second entry.
            (
                "tile/entries/000",
                12,
                "tile/0/000 does not hold the hashes of the entries",
            ),
            (
                "tile/0/000",
                33,
                "tile/0/000 does not hold the hashes of the entries",
            ),
            ("checkpoint", 0, "invalid signature"),
        ];
        for (path, byte, complaint) in damages {
            let mut damaged = log.clone();
            damaged.flip_bit(path, byte);
            assert_refused(&Published::of(&damaged).verify(verifier), complaint);
        }
    }
}

#[test]
fn go_refuses_our_log_under_another_key() {
    let Some(verifier) = verifier() else { return };
    let published = Published::of(&PublishedLog::of_size(300));
    published.trust(
        NoteSigner::new("example.com/other", &[8; 32])
            .unwrap()
            .verifier_key(),
    );
    assert_refused(&published.verify(verifier), "no verifiable signatures");
}
