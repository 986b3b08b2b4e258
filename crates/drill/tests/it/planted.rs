//! The drill can fail: whatever is planted in a copy, it finds.

use crate::harness::{PASSPHRASE, Theft, broken, finding};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lethe_crypto::SealedRoot;
use lethe_sample::{Shop, ShopSpec};
use rusqlite::{Connection, params};
use std::fs;

/// A customer of the sample shop whose name, street and e-mail address are long enough.
fn victim() -> lethe_sample::SamplePerson {
    let shop = Shop::new(ShopSpec {
        customers: 12,
        ..ShopSpec::new(3, jiff::civil::date(2026, 1, 10))
    });
    shop.people()
        .find(|one| one.email.is_some() && one.name.len() > 10 && one.company.is_none())
        .unwrap()
}

fn active(theft: &Theft) -> Connection {
    Connection::open(theft.copy().join("active/active.db")).unwrap()
}

#[test]
fn a_column_in_clear() {
    let theft = Theft::of_customers(12);
    let database = active(&theft);
    database
        .execute_batch("ALTER TABLE orders ADD COLUMN email TEXT")
        .unwrap();
    database
        .execute("UPDATE orders SET email = $1", [victim().email.unwrap()])
        .unwrap();
    drop(database);
    let report = theft.drill();
    let said = broken(&report, 1);
    assert!(said.contains("plain text"), "{said}");
    assert!(
        !said.contains(&victim().email.unwrap()),
        "the report quotes the value"
    );
    broken(&report, 2);
    broken(&report, 3);
    assert_eq!(finding(&report, 1).named, 1);
}

#[test]
fn a_value_in_a_free_page_and_one_in_the_write_ahead_log() {
    let theft = Theft::of_customers(12);
    let database = active(&theft);
    database
        .pragma_update(None, "secure_delete", false)
        .unwrap();
    database
        .execute_batch("CREATE TABLE scratchpad (t TEXT)")
        .unwrap();
    let text = format!("{} lives at {}", victim().name, victim().street);
    database
        .execute("INSERT INTO scratchpad VALUES ($1)", [text])
        .unwrap();
    database.execute_batch("DROP TABLE scratchpad").unwrap();
    drop(database);
    let report = theft.drill();
    assert!(broken(&report, 1).contains("active/active.db as plain text"));
    assert!(finding(&report, 1).fields.contains_key("street"));
    assert_eq!(finding(&report, 3).named, 0);
}

#[test]
fn a_number_stored_as_an_integer() {
    let theft = Theft::of_customers(12);
    let database = active(&theft);
    database
        .execute_batch("CREATE TABLE calls (number INTEGER) STRICT")
        .unwrap();
    let number: i64 = victim().phone_e164[1..].parse().unwrap();
    database
        .execute("INSERT INTO calls VALUES ($1)", [number])
        .unwrap();
    drop(database);
    let said = broken(&theft.drill(), 1);
    assert!(said.contains("table calls, column number"), "{said}");
}

#[test]
fn a_value_in_a_log_file_in_each_encoding() {
    let theft = Theft::of_customers(12);
    let email = victim().email.unwrap();
    let path = theft.copy().join("log/debug.txt");
    let percent = email.replace('@', "%40");
    let utf16: Vec<u8> = email.encode_utf16().flat_map(u16::to_le_bytes).collect();
    use sha2::{Digest, Sha256};
    let hashed = Sha256::digest(email.to_lowercase()).to_vec();
    let planted: [(&str, Vec<u8>); 6] = [
        (
            "plain text",
            format!("revealed {} to x", email.to_uppercase()).into_bytes(),
        ),
        (
            "base64",
            format!("auth={}", STANDARD.encode(format!("k:{email}:s"))).into_bytes(),
        ),
        (
            "percent-encoding",
            format!("GET /find?email={percent}").into_bytes(),
        ),
        ("UTF-16", utf16),
        ("unsalted SHA-256", hashed.clone()),
        ("hex", hex(email.as_bytes()).into_bytes()),
    ];
    for (encoding, bytes) in planted {
        fs::write(&path, bytes).unwrap();
        let report = theft.drill();
        let said = broken(&report, 2);
        assert!(
            said.contains(&format!("log/debug.txt as {encoding}")),
            "{said}"
        );
        assert_eq!(finding(&report, 1).named, 0);
    }
    fs::write(&path, hex(&hashed)).unwrap();
    assert!(broken(&theft.drill(), 2).contains("unsalted SHA-256"));
}

#[test]
fn a_data_key_in_clear_beside_its_record() {
    let theft = Theft::of_customers(3).with_all_keys_tried();
    let key = theft.steal_a_data_key();
    let database = active(&theft);
    database
        .execute_batch("ALTER TABLE records ADD COLUMN debug BLOB")
        .unwrap();
    let planted = [b"key: ".as_slice(), &key.secret, b";"].concat();
    let sql = "UPDATE records SET debug = $1 WHERE subject_id = $2 AND order_id = $3";
    let rows = database
        .execute(sql, params![planted, key.subject, key.order])
        .unwrap();
    assert!(rows > 0);
    drop(database);
    let report = theft.drill();
    let said = broken(&report, 2);
    assert!(said.contains("table records, column debug"), "{said}");
    assert_eq!(finding(&report, 2).named, 1);
}

#[test]
fn a_data_key_in_clear_in_a_table_of_its_own() {
    let theft = Theft::of_customers(3).with_all_keys_tried();
    let key = theft.steal_a_data_key();
    let database = active(&theft);
    database
        .execute_batch("CREATE TABLE cache (k BLOB)")
        .unwrap();
    database
        .execute("INSERT INTO cache VALUES ($1)", [key.secret.to_vec()])
        .unwrap();
    drop(database);
    assert!(broken(&theft.drill(), 2).contains("table cache, column k"));
}

#[test]
fn the_root_key_in_clear_as_bytes_or_as_text() {
    let theft = Theft::of_customers(3).with_all_keys_tried();
    let text = fs::read_to_string(theft.copy().join("root.key")).unwrap();
    let root = SealedRoot::parse(&text).unwrap().open(PASSPHRASE).unwrap();
    let path = theft.copy().join("log/notes.txt");
    let planted = [
        root.expose().to_vec(),
        format!("root={}\n", hex(root.expose())).into_bytes(),
        format!("{{\"root\":\"{}\"}}", STANDARD.encode(root.expose())).into_bytes(),
    ];
    for bytes in planted {
        fs::write(&path, bytes).unwrap();
        let report = theft.drill();
        assert!(broken(&report, 2).contains("the file log/notes.txt"));
        assert_eq!(finding(&report, 2).named, report.people);
    }
}

#[test]
fn the_root_key_in_a_free_page() {
    let theft = Theft::of_customers(3).with_all_keys_tried();
    let text = fs::read_to_string(theft.copy().join("root.key")).unwrap();
    let root = SealedRoot::parse(&text).unwrap().open(PASSPHRASE).unwrap();
    let database = Connection::open(theft.copy().join("keyring/keyring.db")).unwrap();
    database
        .pragma_update(None, "secure_delete", false)
        .unwrap();
    database
        .execute_batch("CREATE TABLE cache (k BLOB)")
        .unwrap();
    let key = root.expose().to_vec();
    database
        .execute("INSERT INTO cache VALUES ($1)", [key])
        .unwrap();
    database.execute_batch("DROP TABLE cache").unwrap();
    drop(database);
    assert!(broken(&theft.drill(), 2).contains("free pages of keyring/keyring.db"));
}

#[test]
fn a_weak_passphrase() {
    let theft = Theft::sealed_with("password1234", 5);
    let report = theft.try_drill("password1234", None).unwrap();
    assert!(
        broken(&report, 2).contains("1 common passphrases")
            || broken(&report, 2).contains("one fits")
    );
    assert_eq!(finding(&report, 2).named, report.people);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct StolenKey {
    secret: [u8; 32],
    subject: Vec<u8>,
    order: Vec<u8>,
}

impl Theft {
    /// Unwraps one data key, as the defect would that the drill looks for.
    fn steal_a_data_key(&self) -> StolenKey {
        let text = fs::read_to_string(self.copy().join("root.key")).unwrap();
        let root = SealedRoot::parse(&text).unwrap().open(PASSPHRASE).unwrap();
        let keyring = Connection::open(self.copy().join("keyring/keyring.db")).unwrap();
        let wrapped: Vec<u8> = keyring
            .query_row(
                "SELECT wrapped FROM key_epochs WHERE epoch = 1",
                [],
                |row| row.get(0),
            )
            .unwrap();
        let context = [b"lethe-epoch-v1".as_slice(), &1_i64.to_be_bytes()].concat();
        let epoch = lethe_crypto::unwrap_key(&root, &context, &wrapped).unwrap();
        type Row = (Vec<u8>, Vec<u8>, u8, u32, Vec<u8>);
        let (subject, order, category, generation, wrapped): Row = keyring
            .query_row(
                "SELECT subject_id, order_id, category, generation, wrapped FROM data_keys \
                 LIMIT 1 OFFSET 7",
                [],
                |row| {
                    Ok((
                        row.get(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                    ))
                },
            )
            .unwrap();
        let mut context = b"lethe-data-key-v1".to_vec();
        context.extend_from_slice(&subject);
        context.extend_from_slice(&order);
        context.push(category);
        context.extend_from_slice(&generation.to_be_bytes());
        let key = lethe_crypto::unwrap_key(&epoch, &context, &wrapped).unwrap();
        StolenKey {
            secret: *key.expose(),
            subject,
            order,
        }
    }
}
