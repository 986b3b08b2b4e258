//! `lethe bench`: what is printed was measured, and what could not be measured is said.

use crate::shop::Shop;
use serde_json::Value;

#[test]
fn every_act_succeeds_on_every_arm_and_what_is_left_out_is_named() {
    let said = Shop::empty().ok(
        "--json bench --customers 30 --seconds 1 --clients 2 --arms lethe-unix,pgcrypto,pgcrypto-s2k1,pgcrypto-aes,plain,databunker",
    );
    let figures: Value = serde_json::from_str(&said).unwrap();
    let runs = figures["runs"].as_array().unwrap();
    let of = |arm: &str| runs.iter().filter(|run| run["arm"] == arm).count();
    assert_eq!(of("lethe-unix"), 3);
    assert_eq!(of("databunker"), 0);
    let skipped = figures["skipped"].as_array().unwrap();
    assert!(
        skipped
            .iter()
            .any(|line| line.as_str().unwrap().starts_with("databunker"))
    );
    let is_left_out = skipped
        .iter()
        .any(|line| line.as_str().unwrap().contains("PostgreSQL"));
    for arm in ["pgcrypto", "pgcrypto-s2k1", "pgcrypto-aes", "plain"] {
        assert_eq!(of(arm), if is_left_out { 0 } else { 3 }, "{arm}");
    }
    for run in runs {
        assert_eq!(run["failed"], 0, "{run}");
        assert!(run["per_second"].as_f64().unwrap() > 0.0, "{run}");
    }
    for disk in figures["disk"].as_array().unwrap() {
        assert!(
            disk["bytes_per_customer"].as_f64().unwrap() > 100.0,
            "{disk}"
        );
    }
}

#[test]
fn growth_is_measured_again_on_shops_that_were_kept() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!(
        "--json bench growth --sizes 20,40 --seconds 1 --clients 1 --keep {}",
        folder.path().display()
    );
    let first: Value = serde_json::from_str(&Shop::empty().ok(&line)).unwrap();
    let again: Value = serde_json::from_str(&Shop::empty().ok(&line)).unwrap();
    for at in [0, 1] {
        // The import's own figures are those of the first time: it was not done again.
        assert_eq!(first["sizes"][at]["import"], again["sizes"][at]["import"]);
        assert!(again["sizes"][at]["reveal_p50_us"].as_u64().unwrap() > 0);
    }
}
