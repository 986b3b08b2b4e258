//! House rules of the SQL, checked on every statement.

use lethe_store::{Database, Kind, Speed, statements};

/// SQLite numbers `$n` by first appearance, PostgreSQL by `n`: they agree only in this order.
#[test]
fn placeholders_first_appear_in_ascending_order() {
    for (_, sql) in statements() {
        let mut highest = 0;
        for part in sql.split('$').skip(1) {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            let number: usize = digits.parse().expect("a number follows every $");
            assert!(
                number <= highest + 1,
                "${number} appears too early in: {sql}"
            );
            highest = highest.max(number);
        }
    }
}

#[test]
fn no_statement_uses_what_only_one_engine_has() {
    let banned = [
        "LIKE",
        "LOWER(",
        "NOW(",
        "RANDOM(",
        "JSON_",
        "->",
        "REPLACE INTO",
        "AUTOINCREMENT",
        "?",
    ];
    for (_, sql) in statements() {
        for word in banned {
            assert!(!sql.to_uppercase().contains(word), "{word} in: {sql}");
        }
    }
}

#[test]
fn every_statement_is_accepted_by_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    for kind in [Kind::Active, Kind::Keyring] {
        let path = folder.path().join(kind.name());
        drop(Database::open(&path, kind, Speed::Serving).unwrap());
        let connection = rusqlite::Connection::open(path).unwrap();
        for (_, sql) in statements().filter(|(of, _)| *of == kind) {
            connection
                .prepare(sql)
                .unwrap_or_else(|error| panic!("{error} in: {sql}"));
        }
    }
}

#[test]
fn one_database_cannot_stand_in_for_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("active.db");
    drop(Database::open(&path, Kind::Active, Speed::Serving).unwrap());
    let error = Database::open(&path, Kind::Keyring, Speed::Serving)
        .err()
        .unwrap();
    assert!(error.to_string().contains("another database"), "{error}");
}

#[test]
fn a_schema_of_a_newer_release_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("active.db");
    drop(Database::open(&path, Kind::Active, Speed::Serving).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    let error = Database::open(&path, Kind::Active, Speed::Serving)
        .err()
        .unwrap();
    assert!(error.to_string().contains("schema 99"), "{error}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("active.db");
    std::fs::write(&path, vec![7; 8192]).unwrap();
    assert!(Database::open(&path, Kind::Active, Speed::Serving).is_err());
}
