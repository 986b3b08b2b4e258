//! The demo and the drill, end to end.

use crate::shop::{ORDERS, Shop, copy};
use std::fs;

#[test]
fn the_demo_tells_its_story_twice() {
    let shop = Shop::empty();
    let first = shop.run("demo --exit --quick --customers 60");
    assert_eq!(first.code, 0, "{}{}", first.stdout, first.stderr);
    for told in [
        "sealed, each order's fields",
        "invoices kept beside them as PDF",
        "refused: this key may not read",
        "No promise was broken",
        "to the archive",
        "The signed receipt, for the customer alone",
    ] {
        assert!(first.stdout.contains(told), "{told}: {}", first.stdout);
    }
    let again = shop.run("demo --exit --quick --customers 60");
    assert!(
        again
            .stdout
            .contains("the same file twice is the same shop"),
        "{}",
        again.stdout
    );
    assert_eq!(again.code, 0);
    let fresh = shop.run("demo --exit --quick --customers 60 --fresh --json");
    let fresh: serde_json::Value = serde_json::from_str(&fresh.stdout).unwrap();
    assert_eq!(fresh["drill"]["promise_broken"], false);
    assert_eq!(fresh["erasure"]["state"], "complete");
    assert!(fresh["retention_runs"][0]["report"]["rules"][0]["records"].as_u64() > Some(0));
    assert!(fresh["import"]["imported"].as_u64().unwrap() > 60);
}

#[test]
fn the_demo_does_not_touch_real_data() {
    let shop = Shop::filled();
    let run = shop.run("demo --exit --fresh --data lethe-data");
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("[not-a-demo]"));
    // A variable set for other commands is not an invitation either.
    let mut command = shop.command();
    command.env("LETHE_DATA", "lethe-data").args([
        "demo",
        "--exit",
        "--fresh",
        "--quick",
        "--customers",
        "20",
    ]);
    assert_eq!(shop.finish(command.output().unwrap()).code, 0);
    assert!(shop.path("lethe-demo").exists());
    assert_eq!(shop.counts().1, ORDERS);
}

#[test]
fn a_drill_leaves_the_folder_and_no_copy_behind() {
    let shop = Shop::filled();
    let before = shop.path("before");
    copy(&shop.data(), &before);
    fs::create_dir(shop.path("scratch")).unwrap();
    let report = shop.json("drill --quick --scratch scratch");
    assert_eq!(report["promise_broken"], false, "{report:#}");
    assert_eq!(fs::read_dir(shop.path("scratch")).unwrap().count(), 0);
    for file in ["active/active.db", "keyring/keyring.db", "root.key"] {
        assert_eq!(
            fs::read(before.join(file)).unwrap(),
            fs::read(shop.data().join(file)).unwrap(),
            "{file}"
        );
    }
}
