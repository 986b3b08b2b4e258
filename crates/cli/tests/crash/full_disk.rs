//! A disk that is full while the server works, and an import that does not find room.

use crate::check;
use crate::disk::{UNSIGNALLED, assert_revealed, deliver, order, start, with_orders};
use crate::folder::Folder;
use crate::log;
use crate::orders::{Order, csv};
use serde_json::json;
use std::path::Path;
use std::process::Command;

#[test]
fn an_import_that_meets_its_limit_says_so_and_goes_on_later() {
    let folder = Folder::new();
    let orders: Vec<Order> = (1000..2600).map(order).collect();
    let path = folder.beside("orders.csv");
    std::fs::write(&path, csv(&orders)).unwrap();
    let import = [
        "import",
        "shopify-orders",
        path.to_str().unwrap(),
        "--batch",
        "500",
    ];
    // In blocks of 512 bytes, or of 1,024 where the shell counts so.
    for blocks in ["200", "700", "1500", "2600"] {
        let limited = format!("ulimit -f {blocks}; {UNSIGNALLED}");
        let before = ["-c", &limited, "sh", folder.binary()];
        let output = folder.through("sh", &before, &import).output().unwrap();
        stopped_for_space(&output, blocks);
        folder.done(&["status"]);
        check::nothing_open(&folder);
        check::stored(&folder);
    }
    let report = folder.done(&import)["files"][0].clone();
    let count = |name: &str| report[name].as_u64().unwrap();
    assert_eq!(count("imported") + count("unchanged"), 1600, "{report}");
    assert_eq!(check::stored(&folder).orders.len(), 1600);
    log::check(&folder, &[], 0);
}

/// Asserts that a command failed with a message that leads to the disk.
fn stopped_for_space(output: &std::process::Output, name: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{name}: {told}");
    let told = told.lines().last().expect("a message");
    let told: serde_json::Value = serde_json::from_str(told).expect("one JSON document");
    let message = told["error"]["message"].as_str().expect("a message");
    let words = ["disk", "space", "large"];
    assert!(
        words.iter().any(|word| message.contains(word)),
        "{name}: {message}"
    );
}

/// A file system of its own that is really full; `None` where mounting is not permitted.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(bytes: u64) -> Option<Self> {
        let place = tempfile::tempdir().expect("a temporary folder");
        let size = format!("size={bytes}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(place.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(place));
        }
        println!("SKIPPED: mounting a small file system is not permitted here");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0.path()).output());
    }
}

/// Takes all space that is left.
fn fill(place: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(place.join("ballast")).expect("the last file");
    for size in [1 << 16, 1 << 12, 1 << 9, 1] {
        while file.write(&vec![0; size]).is_ok_and(|written| written > 0) {}
    }
}

#[test]
fn a_full_disk_refuses_everything_and_loses_nothing() {
    let Some(disk) = SmallDisk::mount(24 << 20) else {
        return;
    };
    let folder = Folder::within(tempfile::tempdir_in(disk.0.path()).unwrap());
    let mut stored = with_orders(&folder, 20);
    let key = folder.key("shop");
    let server = start(&folder);
    let mut client = server.client(&key);
    for number in 1..=6 {
        fill(disk.0.path());
        let order = order(number);
        for _ in 0..3 {
            // A last page may have room for it, and then it is stored.
            let answer = deliver(&mut client, &order);
            assert!([200, 503, 507].contains(&answer.status), "{answer:?}");
        }
        while client.find("order", "#1003").unwrap().status == 200 {}
        let refused = client.find("order", "#1003").unwrap();
        assert_eq!(
            (refused.status, &refused.body["subjects"]),
            (503, &json!(null))
        );
        std::fs::remove_file(disk.0.path().join("ballast")).unwrap();
        assert_eq!(deliver(&mut client, &order).status, 200);
        stored.push(order);
        for order in &stored {
            assert_revealed(&mut client, order);
        }
    }
    fill(disk.0.path());
    drop(client);
    server.kill();
    let output = folder.run(&[
        "import",
        "shopify-orders",
        folder.beside("orders.csv").to_str().unwrap(),
    ]);
    if !output.status.success() {
        stopped_for_space(&output, "a full disk");
    }
    std::fs::remove_file(disk.0.path().join("ballast")).unwrap();
    folder.done(&["status"]);
    check::nothing_open(&folder);
    assert_eq!(check::stored(&folder).orders.len(), stored.len());
    log::check(&folder, &[], 0);
}
