//! The rules in `contrib`, tried with the scanners they are for. Where a scanner is missing the test
//! says that it is skipped; with `CI=true` it is required.
//!
//! Scanners: `LETHE_KINGFISHER` or `kingfisher` on the path, `LETHE_GITLEAKS` or `gitleaks`.

use crate::invented::{Chance, derived_key, lethe_key, session_key};
use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Returns the program that a variable names, or that is on the path.
fn program(variable: &str, name: &str) -> Option<PathBuf> {
    let on_path = || {
        let path = env::var_os("PATH")?;
        let mut folders = env::split_paths(&path);
        folders.find_map(|folder| Some(folder.join(name)).filter(|file| file.is_file()))
    };
    let found = env::var_os(variable).map(PathBuf::from).or_else(on_path);
    if found.is_none() {
        let is_required = env::var("CI").is_ok_and(|value| value == "true");
        assert!(
            !is_required,
            "CI=true demands {name}: see .ci/run, or set {variable}"
        );
        eprintln!("skipped: there is no {name}; install it or set {variable}");
    }
    found
}

fn contrib(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../contrib")
        .join(name)
}

/// Writes good and broken keys, a file each: `sk-good-3`, `dk-broken-3`, and a page with both kinds.
fn planted() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let chance = Chance::new(31);
    let write = |name: &str, key: &str| {
        std::fs::write(dir.path().join(name), format!("let key = \"{key}\";\n")).unwrap();
    };
    for number in 0..20 {
        for (kind, key) in [
            ("sk", lethe_key(&chance)),
            ("dk", derived_key(&chance, 80 + number)),
            ("ss", session_key(&chance)),
        ] {
            write(&format!("{kind}-good-{number}"), &key);
            let last = if key.ends_with('x') { "y" } else { "x" };
            let broken = format!("{}{last}", &key[..key.len() - 1]);
            write(&format!("{kind}-broken-{number}"), &broken);
        }
    }
    let (root, derived) = (lethe_key(&chance), derived_key(&chance, 70));
    let page = format!("<script>let a='{root}',b='{derived}'</script>");
    std::fs::write(dir.path().join("page.html"), page).unwrap();
    dir
}

/// Returns which of the planted files a report names.
fn named(report: &str, dir: &TempDir) -> BTreeSet<String> {
    let files = std::fs::read_dir(dir.path()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| report.contains(&format!("/{name}\"")))
        .collect()
}

fn of_kind(kinds: &[&str]) -> BTreeSet<String> {
    let numbered = kinds
        .iter()
        .flat_map(|kind| (0..20).map(move |at| format!("{kind}-{at}")));
    numbered.chain(["page.html".to_owned()]).collect()
}

#[test]
fn kingfisher_finds_the_good_keys_and_no_broken_one() {
    let Some(kingfisher) = program("LETHE_KINGFISHER", "kingfisher") else {
        return;
    };
    let dir = planted();
    let output = Command::new(kingfisher)
        .arg("scan")
        .arg(dir.path())
        .arg("--rules-path")
        .arg(contrib("kingfisher.yml"))
        .args([
            "--load-builtins=false",
            "--no-validate",
            "--no-update-check",
        ])
        .args(["--format", "jsonl"])
        .output()
        .unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        named(&report, &dir),
        of_kind(&["sk-good", "dk-good", "ss-good"]),
        "{errors}"
    );
    // Those two are in the page too.
    for rule in ["lethe.1", "lethe.2"] {
        assert_eq!(
            report.matches(&format!("\"id\":\"{rule}\"")).count(),
            21,
            "{rule}"
        );
    }
}

#[test]
fn gitleaks_finds_everything_that_looks_like_a_key() {
    let Some(gitleaks) = program("LETHE_GITLEAKS", "gitleaks") else {
        return;
    };
    let dir = planted();
    let report = tempfile::tempdir().unwrap();
    let report = report.path().join("report.json");
    // Gitleaks 8 wants `dir`; betterleaks, which calls itself gitleaks too, takes it for a folder.
    let config = contrib("gitleaks.toml");
    let help = Command::new(&gitleaks).arg("--help").output().unwrap();
    let says = String::from_utf8_lossy(&help.stdout).to_lowercase();
    let mut command = Command::new(gitleaks);
    if says.contains("betterleaks") {
        command.arg("fs").arg(dir.path()).arg("-o").arg(&report);
    } else {
        command
            .arg("dir")
            .arg(dir.path())
            .args(["-f", "json", "-r"])
            .arg(&report);
    }
    let output = command.arg("-c").arg(config).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let report = std::fs::read_to_string(&report).expect(&errors);
    let all = of_kind(&[
        "sk-good",
        "sk-broken",
        "dk-good",
        "dk-broken",
        "ss-good",
        "ss-broken",
    ]);
    assert_eq!(named(&report, &dir), all, "{errors}");
    for rule in ["lethe-api-key", "lethe-derived-key"] {
        assert_eq!(report.matches(&format!("\"{rule}\"")).count(), 41, "{rule}");
    }
}
