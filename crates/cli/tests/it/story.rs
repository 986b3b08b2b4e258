//! The way of a shop: made, filled, used, looked after.

use crate::shop::{ORDERS, PEOPLE, Shop, assert_run};
use std::fs;

#[test]
fn a_folder_is_made_and_says_what_to_keep() {
    let shop = Shop::empty();
    assert_run!(shop.run("init --store-name acme --controller Acme"), @r"
    Made lethe-data for the shop `acme`.

    Keep apart from the data, now:
      lethe-data/root.key and the passphrase  without both, nothing opens
      lethe.invalid/log/…
                                       the log's verifier key: with it anybody can check the log

    Next:
      lethe import shopify-orders orders_export.csv
      lethe status
      lethe key create --recipient warehouse --owner you --fields delivery.name,delivery.street --purposes fulfilment --people-per-day 200 --expires P90D
      lethe serve
    [exit 0]
    ");
    assert_run!(shop.run("status"), @r"
    data folder  lethe-data
    shop         acme (controller: Acme)
                 0 people, 0 orders, 0 sealed records; 0 orders in the archive
    access log   2 entries
    log key      lethe.invalid/log/…
    on disk      active N KiB, archive N KiB, keyring N KiB, log N KiB
    [exit 0]
    ");
}

#[test]
fn a_person_is_found_and_revealed_and_the_log_had_it_first() {
    let shop = Shop::filled();
    let people = shop.people();
    let ana = &people[0];
    let email = ana.email.as_deref().unwrap();
    assert_run!(shop.run(&format!("find --email {} --purpose support", email.to_uppercase())), @r"
    sub_…
    [stderr]
    1 person; logged as entry 4
    [exit 0]
    ");
    let (subject, order) = shop.tokens(ana);
    let fields = "delivery.name,delivery.street,delivery.company";
    let run = shop.run(&format!(
        "reveal {order} --fields {fields} --purpose fulfilment"
    ));
    assert_eq!(
        run.stdout,
        format!(
            "delivery.name     {}\ndelivery.street   {}\n",
            ana.name, ana.street
        )
    );
    assert_run!(shop.run("log show --limit 3"), @r"
    ENTRY  WHEN (UTC)           ACT     BY        PURPOSE     PEOPLE  FIELDS                    OUTCOME
        6  (when)  reveal  operator  fulfilment       1  delivery.name and 2 more  done
        5  (when)  find    operator  support          1  contact.email             done
        4  (when)  find    operator  support          1  contact.email             done
    [exit 0]
    ");
    assert_run!(shop.run(&format!("log show --subject {subject} --limit 1")), @r"
    ENTRY  WHEN (UTC)           ACT     BY        PURPOSE     PEOPLE  FIELDS                    OUTCOME
        6  (when)  reveal  operator  fulfilment       1  delivery.name and 2 more  done
    [exit 0]
    ");
    assert_run!(shop.run("log verify"), @r"
    The log verifies: 9 entries, signed by lethe.invalid/log/…; every body fits its entry.
    root (hash)
    [exit 0]
    ");
}

#[test]
fn a_value_can_come_from_standard_input() {
    let shop = Shop::filled();
    let people = shop.people();
    let number = fs::File::create(shop.path("in/phone")).unwrap();
    drop(number);
    fs::write(shop.path("in/phone"), &people[0].phone_e164).unwrap();
    let mut command = shop.command();
    command.args(["find", "--phone", "-", "--purpose", "support"]);
    command.stdin(fs::File::open(shop.path("in/phone")).unwrap());
    let run = shop.finish(command.output().unwrap());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("sub_"));
}

#[test]
fn nobody_found_is_said_and_logged() {
    let shop = Shop::filled();
    assert_run!(shop.run("find --email nobody@example.com --purpose support"), @r"
    [stderr]
    nobody; logged as entry 4
    [exit 4]
    ");
    assert_run!(shop.run("log show --limit 1"), @r"
    ENTRY  WHEN (UTC)           ACT   BY        PURPOSE  PEOPLE  FIELDS         OUTCOME
        4  (when)  find  operator  support       0  contact.email  nobody
    [exit 0]
    ");
}

#[test]
fn orders_are_listed_without_a_field_of_anybody() {
    let shop = Shop::filled();
    let people = shop.people();
    let (subject, order) = shop.tokens(&people[0]);
    let page = shop.json("orders --limit 5");
    assert_eq!(page["items"].as_array().unwrap().len(), 5);
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(
        shop.json(&format!("orders --cursor {cursor}"))["items"]
            .as_array()
            .unwrap()
            .len(),
        ORDERS as usize - 5
    );
    for text in [
        shop.ok("orders --limit 200"),
        shop.ok(&format!("subject {subject}")),
        shop.ok(&format!("order {order}")),
    ] {
        for person in &people {
            assert!(!text.contains(&person.last_name) && !text.contains(&person.street));
        }
    }
}

#[test]
fn a_key_does_what_it_was_granted_and_no_more() {
    let shop = Shop::filled();
    let people = shop.people();
    let (_, order) = shop.tokens(&people[0]);
    shop.make_key(
        "--recipient warehouse --fields delivery.name,invoice.reference --purposes fulfilment \
         --people-per-day 2 --expires P90D",
    );
    assert_run!(shop.run("key list"), @r"
    ID                RECIPIENT  OWNER   STATE   LAST USED         EXPIRES           USED  PER DAY  IN 24 H  IN 90 D  TO EXPIRY  FIELDS                           PURPOSES    POWERS
    operator          operator   nobody  active  (when)  never                1       50       12       12         12  all                              all         all
    key_…  warehouse  ada     active  never             (when)     0        2        2       12         12  delivery.name invoice.reference  fulfilment  reveal list
    [exit 0]
    ");
    // A token is its recipient's alone.
    let stolen =
        format!("--key-file key reveal {order} --fields delivery.name --purpose fulfilment");
    assert_run!(shop.run(&stolen), @r"
    [stderr]
    lethe: nothing is stored under this token or number, or it was erased [not-found]
    [exit 4]
    ");
    assert_run!(shop.run("--key-file key find --order #9000001 --purpose support"), @r"
    [stderr]
    lethe: this key may not be used for the purpose `support` [purpose-not-granted]
    [exit 3]
    ");
    let find = |number| format!("--key-file key find --order #{number} --purpose fulfilment");
    let own = shop.ok(&find(9_000_001));
    let own = own.split_whitespace().nth(1).unwrap();
    assert_run!(
        shop.run(&format!("--key-file key reveal {own} --fields delivery.street --purpose fulfilment")),
        @r"
    [stderr]
    lethe: this key may not read `delivery.street` [field-not-granted]
    [exit 3]
    "
    );
    // The second guess fills the day's two; the third person is one too many.
    shop.run(&find(1));
    let refused: Vec<i32> = (9_000_001..9_000_012)
        .map(|number| shop.run(&find(number)).code)
        .collect();
    assert!(refused.contains(&0) && refused.contains(&3), "{refused:?}");
    let id = shop.json("key list")["keys"][1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let rotated = shop.json(&format!("key rotate {id}"));
    assert_eq!(rotated["key"]["recipient"], "warehouse");
    assert_run!(shop.run(&find(9_000_001)), @r"
    [stderr]
    lethe: this key is not valid: it is unknown, revoked or expired; ask its owner for a new one [key-invalid]
    [exit 3]
    ");
    fs::write(shop.path("key"), rotated["secret"].as_str().unwrap()).unwrap();
    let new_id = rotated["key"]["id"].as_str().unwrap();
    assert_run!(shop.run(&format!("key revoke {new_id}")), @r"
    revoked key_… of warehouse
    [exit 0]
    ");
    assert_eq!(shop.run(&find(9_000_001)).code, 3);
}

#[test]
fn a_keys_checksum_is_checked_offline() {
    let shop = Shop::made();
    shop.make_key("--recipient tax --fields invoice.name --purposes invoicing --people-per-day 1 --expires P1D");
    let secret = fs::read_to_string(shop.path("key")).unwrap();
    let mut mistyped = secret.clone();
    mistyped.replace_range(20..21, if &secret[20..21] == "x" { "y" } else { "x" });
    let check = |secret: &str| {
        fs::write(shop.path("key"), secret).unwrap();
        let mut command = shop.command();
        command
            .env_remove("LETHE_PASSPHRASE_FILE")
            .args(["key", "check"]);
        command.stdin(fs::File::open(shop.path("key")).unwrap());
        shop.finish(command.output().unwrap())
    };
    assert_run!(check(&secret), @r"
    this has the form and the checksum of a key of Lethe
    [exit 0]
    ");
    assert_run!(check(&mistyped), @r"
    [stderr]
    lethe: the API key's checksum is wrong: it was mistyped or altered [key-malformed]
    [exit 2]
    ");
    assert_run!(check("sk_live_123"), @r"
    [stderr]
    lethe: not an API key: one begins with `lethe_sk_` and has 58 characters [key-malformed]
    [exit 2]
    ");
}

#[test]
fn what_the_law_keeps_is_not_erased_before_there_is_an_archive() {
    let shop = Shop::filled();
    let (subject, order) = shop.tokens(&shop.people()[2]);
    assert_run!(shop.run(&format!("erase {subject} --yes")), @r"
    [stderr]
    lethe: the law keeps a part of it, and it cannot move to the archive: there is no archive key year/… yet: lethe archive setup [archive-key-missing]
    [exit 3]
    ");
    // Nothing of it happened.
    shop.ok(&format!(
        "reveal {order} --fields delivery.name --purpose legal"
    ));
    assert_eq!(shop.counts().1, ORDERS);
}

#[test]
fn an_erased_person_is_gone_and_stays_so() {
    let shop = Shop::filled();
    shop.archive();
    let people = shop.people();
    let (subject, order) = shop.tokens(&people[2]);
    assert_run!(shop.run(&format!("erase {subject}")), @r"
    [stderr]
    The law keeps:
      kept: 1 record of invoice until 2031-12-31: accounting (C. com. L123-22)
      kept: 2 records of invoice until 2032-12-31: accounting (C. com. L123-22)
    lethe: Erasing sub_… cannot be undone: confirm it on a terminal, or give --yes [not-confirmed]
    [exit 2]
    ");
    let receipt = "--receipt erased.receipt";
    assert_run!(shop.run(&format!("erase {subject} --yes {receipt}")), @r"
    Erased a person: 9 records of 3 orders. Logged as entry 7.
      kept: 1 record of invoice until 2031-12-31: accounting (C. com. L123-22)
      kept: 2 records of invoice until 2032-12-31: accounting (C. com. L123-22)
    Gone from the live system today, from the last keyring backup on (day).
    The receipt, for the person alone: erased.receipt
    [exit 0]
    ");
    let key = shop.json("status")["log_key"].as_str().unwrap().to_owned();
    let verify = format!("receipt verify erased.receipt --vkey {key}");
    assert_run!(shop.run(&verify), @r"
    The signature fits: era_… of Acme.
    Erased on (day): 9 records.
    Last keyring backup gone on (day).
    [exit 0]
    ");
    let email = people[2].email.as_deref().unwrap();
    assert_eq!(
        shop.run(&format!("find --email {email} --purpose support"))
            .code,
        4
    );
    assert_eq!(
        shop.run(&format!(
            "reveal {order} --fields delivery.name --purpose legal"
        ))
        .code,
        4
    );
    assert_eq!(shop.run(&format!("erase {subject} --yes")).code, 4);
    // Sent again, the three orders stay where the law put them.
    shop.run("import shopify-orders in/orders.csv --rejects rejects.csv");
    let rejects = fs::read_to_string(shop.path("rejects.csv")).unwrap();
    assert_eq!(rejects.matches(",archived,").count(), 3, "{rejects}");
    assert_eq!(shop.counts().0, u64::from(PEOPLE) - 1);
    shop.ok("log verify");
}

#[test]
fn an_erasure_is_shown_with_what_it_did_and_what_the_law_keeps() {
    let shop = Shop::filled();
    shop.archive();
    let (subject, _) = shop.tokens(&shop.people()[2]);
    shop.ok(&format!("erase {subject} --yes --receipt erased.receipt"));
    let id = shop.json("erasures --all")["erasures"][0]["id"].clone();
    assert_run!(shop.run(&format!("erasures show {}", id.as_str().unwrap())), @r"
    era_…
      state       complete
      asked by    operator at (when)
      not before  (when)
      erased      (when)
      done        9 records of 3 orders
      kept        1 record of invoice until 2031-12-31: accounting (C. com. L123-22)
      kept        2 records of invoice until 2032-12-31: accounting (C. com. L123-22)
    [exit 0]
    ");
    assert_eq!(shop.run("erasures show era_none").code, 4);
}

#[test]
fn keys_are_rotated_and_everything_still_opens() {
    let shop = Shop::filled();
    let people = shop.people();
    let (_, order) = shop.tokens(&people[0]);
    assert_run!(shop.run("rotate"), @r"
    Epoch 2: 90 keys wrapped anew, 1 earlier epoch destroyed.
    [exit 0]
    ");
    let name = shop.ok(&format!(
        "reveal {order} --fields delivery.name --purpose support"
    ));
    assert!(name.ends_with(&people[0].name));
}

#[test]
fn the_log_is_proved_to_outsiders() {
    let shop = Shop::filled();
    assert_run!(shop.run("log proof 1"), @r"
    wrote entry-1.tlog-proof
    entry (base64)
    [exit 0]
    ");
    let proof = fs::read_to_string(shop.path("entry-1.tlog-proof")).unwrap();
    assert!(proof.starts_with("c2sp.org/tlog-proof@v1\nindex 1\n"));
    assert_eq!(shop.run("log proof 999").code, 4);
    let checkpoint = shop.json("log checkpoint");
    assert!(checkpoint["checkpoint"].as_str().unwrap().contains("\n4\n"));
    let key = shop.json("status")["log_key"].as_str().unwrap().to_owned();
    // Without the passphrase, and on a copy.
    crate::shop::copy(&shop.data().join("log/tree"), &shop.path("elsewhere/tree"));
    let mut command = shop.command();
    command.env_remove("LETHE_PASSPHRASE_FILE");
    command.args(["log", "verify", "--tree", "elsewhere", "--key", &key]);
    assert_run!(shop.finish(command.output().unwrap()), @r"
    The log verifies: 4 entries, signed by lethe.invalid/log/…; the bodies were not opened: that needs the folder and its passphrase.
    root (hash)
    [exit 0]
    ");
}

#[test]
fn the_sample_is_the_same_every_time() {
    let shop = Shop::empty();
    let line = "sample --customers 5 --seed 7 --end 2026-01-31";
    assert_eq!(shop.ok(line), shop.ok(line));
    let customers = shop.ok(&format!("{line} --format shopify-customers"));
    assert_eq!(customers.lines().count(), 6);
    shop.ok(&format!("{line} --out in/sample.csv"));
    assert_eq!(
        fs::read_to_string(shop.path("in/sample.csv"))
            .unwrap()
            .trim_end(),
        shop.ok(line)
    );
}
