//! Folders: what is read, what is not, and that both are told.

use crate::invented::{Chance, lethe_key};
use lethe_keyscan::{Options, Report, Scanner};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

fn scan(root: &Path, options: &Options) -> (Vec<String>, Report) {
    let mut found = Vec::new();
    let mut last = 0;
    let report = Scanner::new().scan_tree(
        root,
        options,
        &mut |path, key| {
            let name = path
                .strip_prefix(root)
                .unwrap_or(path)
                .display()
                .to_string();
            found.push(format!("{name}:{}:{}", key.line, key.rule));
        },
        &mut |progress| {
            assert!(progress.files >= last);
            last = progress.files;
        },
    );
    (found, report.unwrap())
}

#[test]
fn every_file_is_read_but_links_and_gits_objects() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("shop");
    let key = lethe_key(&Chance::new(21));
    let files = [
        "app.js",
        "dist/bundle.min.js",
        "node_modules/left/index.js",
        ".env",
        ".git/config",
        ".git/objects/ab/cdef",
        ".git/modules/theme/objects/12/34",
        ".git/lfs/objects/12/34/file",
        "src/objects/a.rs",
    ];
    for name in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("first\n\0\x07 '{key}'")).unwrap();
    }
    fs::write(dir.path().join("outside"), &key).unwrap();
    symlink(dir.path().join("outside"), root.join("link")).unwrap();
    symlink(dir.path(), root.join("loop")).unwrap();
    let (found, report) = scan(&root, &Options::default());
    let expected = [
        ".env",
        ".git/config",
        ".git/lfs/objects/12/34/file",
        "app.js",
        "dist/bundle.min.js",
        "node_modules/left/index.js",
        "src/objects/a.rs",
    ];
    assert_eq!(found, expected.map(|name| format!("{name}:2:lethe-key")));
    assert_eq!((report.links, report.git_objects), (2, 2));
    assert_eq!((report.progress.files, report.progress.found), (7, 7));
    assert!(report.unread.is_empty() && report.cut.is_empty());
}

#[test]
fn a_file_beyond_the_limit_is_read_up_to_it_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let chance = Chance::new(22);
    let text = format!(
        "{} {} {}",
        lethe_key(&chance),
        "-".repeat(500),
        lethe_key(&chance)
    );
    fs::write(dir.path().join("dump.sql"), text).unwrap();
    let options = Options {
        file_bytes_max: 300,
    };
    let (found, report) = scan(dir.path(), &options);
    assert_eq!(found, ["dump.sql:1:lethe-key"]);
    assert_eq!(report.cut, [dir.path().join("dump.sql")]);
    assert_eq!(report.progress.bytes, 300);
}

#[test]
fn what_cannot_be_read_is_told_and_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let key = lethe_key(&Chance::new(23));
    fs::write(dir.path().join("a"), &key).unwrap();
    fs::write(dir.path().join("b"), &key).unwrap();
    fs::set_permissions(dir.path().join("a"), fs::Permissions::from_mode(0o000)).unwrap();
    let (found, report) = scan(dir.path(), &Options::default());
    if fs::read(dir.path().join("a")).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    assert_eq!(found, ["b:1:lethe-key"]);
    assert_eq!(report.unread.len(), 1);
}

#[test]
fn a_single_file_can_be_named_and_a_missing_root_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a"), lethe_key(&Chance::new(24))).unwrap();
    let (found, _) = scan(&dir.path().join("a"), &Options::default());
    assert_eq!(found.len(), 1);
    let scanner = Scanner::new();
    let none = dir.path().join("none");
    let result = scanner.scan_tree(&none, &Options::default(), &mut |_, _| (), &mut |_| ());
    result.unwrap_err();
}
