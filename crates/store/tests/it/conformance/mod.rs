//! What every function of the store does, on both engines: the same sentences, the same answers.

mod active;
mod archive;
mod journal;
mod keyring;

use lethe_model::{Category, OrderId, RecordId, StoreId, SubjectId};
use lethe_store::{Database, Kind, ServerUrl, Speed, StoreError, Tx, statements};
use std::collections::BTreeSet;

const SHOP: StoreId = StoreId(1);
const OTHER_SHOP: StoreId = StoreId(2);

/// Statements that a session has planned and run, as PostgreSQL counts them.
const RUN: &str =
    "SELECT statement FROM pg_prepared_statements WHERE generic_plans + custom_plans > 0";

/// Runs sentences in their order, on one connection to an empty database.
fn run(database: &mut Database, sentences: &[fn(&mut Database)]) {
    for sentence in sentences {
        sentence(database);
    }
}

fn on_sqlite(kind: Kind, sentences: &[fn(&mut Database)]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("database");
    run(
        &mut Database::open(path, kind, Speed::Serving).unwrap(),
        sentences,
    );
}

/// Runs the sentences and finds out which statements they ran. SQLite runs the same statements in the
/// same functions, so that one that is missing here is missing there.
fn on_postgresql(kind: Kind, sentences: &[fn(&mut Database)]) {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let url: ServerUrl = url.parse().unwrap();
    let mut database = Database::open(url, kind, Speed::Serving).unwrap();
    run(&mut database, sentences);
    let run = get(&mut database, |tx| tx.query(RUN, &[], |row| row.text(0)));
    let run: BTreeSet<&str> = run.iter().map(String::as_str).collect();
    let missing: Vec<_> = statements()
        .filter(|(of, sql)| *of == kind && !run.contains(sql))
        .collect();
    assert!(missing.is_empty(), "no sentence runs {missing:#?}");
}

#[test]
fn the_active_store_keeps_its_word_on_sqlite() {
    on_sqlite(Kind::Active, active::SENTENCES);
}

#[test]
fn the_active_store_keeps_its_word_on_postgresql() {
    on_postgresql(Kind::Active, active::SENTENCES);
}

#[test]
fn the_keyring_keeps_its_word_on_sqlite() {
    on_sqlite(Kind::Keyring, keyring::SENTENCES);
}

#[test]
fn the_keyring_keeps_its_word_on_postgresql() {
    on_postgresql(Kind::Keyring, keyring::SENTENCES);
}

#[test]
fn the_archive_keeps_its_word_on_sqlite() {
    on_sqlite(Kind::Archive, archive::SENTENCES);
}

#[test]
fn the_archive_keeps_its_word_on_postgresql() {
    on_postgresql(Kind::Archive, archive::SENTENCES);
}

#[test]
fn the_journal_keeps_its_word_on_sqlite() {
    on_sqlite(Kind::Journal, journal::SENTENCES);
}

#[test]
fn the_journal_keeps_its_word_on_postgresql() {
    on_postgresql(Kind::Journal, journal::SENTENCES);
}

fn put<T>(database: &mut Database, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> T {
    database.write(work).unwrap()
}

fn get<T>(database: &mut Database, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> T {
    database.read(work).unwrap()
}

fn subject(number: u8) -> SubjectId {
    SubjectId::from_bytes([number; 16])
}

fn order(number: u8) -> OrderId {
    OrderId::from_bytes([number; 16])
}

fn record(whose: u8, of: u8, category: Category) -> RecordId {
    RecordId {
        subject: subject(whose),
        order: order(of),
        category,
    }
}
