//! `lethe receipt verify`: offline, without a data folder.

use crate::shop::Shop;
use serde_json::{Value, json};
use std::fs;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../docs/vectors/receipt-v1.json")).unwrap()
}

/// Writes the signed texts and the list of the vectors; returns the rest of the command line.
fn handed_out(shop: &Shop) -> String {
    let vectors = vectors();
    for kind in ["receipt", "record"] {
        fs::write(shop.path(kind), vectors[kind]["signed"].as_str().unwrap()).unwrap();
    }
    fs::write(shop.path("list"), vectors["scope"].to_string()).unwrap();
    format!("--vkey {}", vectors["signer"]["vkey"].as_str().unwrap())
}

#[test]
fn a_receipt_is_verified_without_an_installation() {
    let shop = Shop::empty();
    let key = handed_out(&shop);
    let told = shop.ok(&format!("receipt verify receipt {key}"));
    assert!(told.contains("era_0123456789abcdef"), "{told}");
    let told = shop.json(&format!("receipt verify record {key}"));
    assert_eq!(told["run_id"], "run_00112233");
    assert!(!shop.data().exists());
}

#[test]
fn a_person_finds_themselves_in_a_published_list() {
    let shop = Shop::empty();
    let key = handed_out(&shop);
    let told = shop.json(&format!("receipt verify receipt {key} --scope list"));
    assert_eq!(told["hits"], vectors()["hits"]);
}

#[test]
fn a_list_of_another_log_is_refused_and_not_taken_for_a_miss() {
    let shop = Shop::empty();
    let key = handed_out(&shop);
    let mut list = vectors()["scope"].clone();
    list["origin"] = json!("lethe.invalid/log/ffeeddccbbaa9988");
    fs::write(shop.path("list"), list.to_string()).unwrap();
    let run = shop.run(&format!("receipt verify receipt {key} --scope list"));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
}

#[test]
fn a_changed_receipt_is_told_from_a_damaged_one() {
    let shop = Shop::empty();
    let key = handed_out(&shop);
    let signed = fs::read_to_string(shop.path("receipt")).unwrap();
    let changed = signed.replace("\"records\":7", "\"records\":8");
    fs::write(shop.path("receipt"), changed).unwrap();
    assert_eq!(shop.run(&format!("receipt verify receipt {key}")).code, 6);
    fs::write(shop.path("receipt"), &signed[..signed.len() / 2]).unwrap();
    assert_eq!(shop.run(&format!("receipt verify receipt {key}")).code, 2);
}
