//! `lethe key derive`: offline, narrower, and good for the commands that take a key.

use crate::shop::Shop;
use std::fs;
use std::process::Stdio;

const KEY: &str = "--recipient carrier --owner ada --fields delivery.city,delivery.street,contact.email \
     --purposes fulfilment --people-per-day 50 --expires P90D";

/// Derives from the key in `from`, keeps the secret in `to`, and returns what was said beside it.
fn derive(shop: &Shop, from: &str, to: &str, options: &str) -> String {
    let run = shop.run(&format!("key derive --key-file {from} {options}"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("lethe_dk_"));
    fs::write(shop.path(to), &run.stdout).unwrap();
    run.stderr
}

fn check(shop: &Shop, file: &str) -> String {
    let mut command = shop.command();
    command.args(["key", "check"]);
    command.stdin(Stdio::from(fs::File::open(shop.path(file)).unwrap()));
    let run = shop.finish(command.output().unwrap());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

#[test]
fn a_derived_key_is_made_without_a_folder_and_says_what_is_left() {
    let shop = Shop::made();
    shop.make_key(KEY);
    fs::rename(shop.data(), shop.path("elsewhere")).unwrap();
    let options = "--expires 2027-01-31T18:00:00Z --fields delivery.city --networks 10.1.0.0/16 \
         --people-per-day 5 --label parcel-desk";
    let said = derive(&shop, "key", "derived", options);
    for words in [
        "until 2027-01-31T18:00:00Z",
        "fields: delivery.city at most",
        "networks: 10.1.0.0/16 at most",
        "distinct people: at most 5 in 24 hours",
        "in the log as parcel-desk",
    ] {
        assert!(said.contains(words), "{said}");
        assert!(check(&shop, "derived").contains(words));
    }
    let nothing = shop.run("key derive --key-file key");
    assert_eq!(nothing.code, 2);
    assert!(nothing.stderr.contains("at least one restriction"));
    let broad = shop.run("key derive --key-file key --label Ana");
    assert_eq!(broad.code, 2, "{}", broad.stderr);
    fs::rename(shop.path("elsewhere"), shop.data()).unwrap();
}

#[test]
fn a_command_acts_with_a_derived_key_within_what_was_left_until_it_is_revoked() {
    let shop = Shop::filled();
    shop.make_key(KEY);
    let keys = shop.json("key list");
    let mut keys = keys["keys"].as_array().unwrap().iter();
    let key = keys.find(|key| key["recipient"] == "carrier").unwrap()["id"].clone();
    let orders = shop.json("orders --limit 2 --key-file key");
    let token = |n: usize| orders["items"][n]["token"].as_str().unwrap().to_owned();
    let (mine, other) = (token(0), token(1));
    derive(&shop, "key", "first", &format!("--orders {mine}"));
    derive(
        &shop,
        "first",
        "second",
        "--fields delivery.city --expires PT1H",
    );
    let reveal = |file: &str, token: &str, fields: &str| {
        shop.run(&format!(
            "reveal {token} --fields {fields} --purpose fulfilment --key-file {file}"
        ))
    };
    assert_eq!(reveal("second", &mine, "delivery.city").code, 0);
    assert_eq!(reveal("first", &mine, "delivery.street").code, 0);
    let street = reveal("second", &mine, "delivery.street");
    assert!(
        street.stderr.contains("field-not-granted"),
        "{}",
        street.stderr
    );
    let foreign = reveal("first", &other, "delivery.city");
    assert!(
        foreign.stderr.contains("order-not-granted"),
        "{}",
        foreign.stderr
    );
    let listed = check(&shop, "first");
    let at = listed.find("dk_").unwrap();
    let fingerprint = &listed[at..at + 19];
    let id = key.as_str().unwrap();
    let said = shop.ok(&format!("key revoke {id} --derived {fingerprint}"));
    assert!(said.contains(fingerprint), "{said}");
    for file in ["first", "second"] {
        let dead = reveal(file, &mine, "delivery.city");
        assert_eq!(dead.code, 3);
        assert!(dead.stderr.contains("key-invalid"), "{}", dead.stderr);
    }
    assert_eq!(reveal("key", &mine, "delivery.city").code, 0);
}
