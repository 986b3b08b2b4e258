//! Whether both databases tell the same story, read behind the program's back.

use crate::folder::Folder;
use rusqlite::{Connection, Row};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

type Id = [u8; 16];
type RecordKey = (Id, Id, i64, i64);

/// What lies in the two databases.
pub(crate) struct Stored {
    /// Orders by owner and id.
    pub(crate) orders: BTreeSet<(Id, Id)>,
    /// Wrapped data keys.
    pub(crate) wrapped: BTreeMap<RecordKey, Vec<u8>>,
    /// Epochs that keys are wrapped under.
    pub(crate) epochs: BTreeSet<i64>,
    /// Order numbers that were erased.
    pub(crate) tombstones: usize,
}

/// Reads both databases of a closed or idle folder and says what does not fit together.
pub(crate) fn stored(folder: &Folder) -> Stored {
    let (active, keyring) = (folder.active(), folder.keyring());
    for (name, database) in [("active", &active), ("keyring", &keyring)] {
        let told: String = rows(database, "PRAGMA integrity_check", |row| row.get(0)).remove(0);
        assert_eq!(told, "ok", "{name}");
    }
    let orders: BTreeMap<(Id, Id), Option<Id>> = rows(
        &active,
        "SELECT subject_id, order_id, recipient_id FROM orders",
        |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)),
    )
    .into_iter()
    .collect();
    let records: BTreeSet<RecordKey> = rows(
        &active,
        "SELECT subject_id, order_id, category, generation FROM records",
        record_key,
    )
    .into_iter()
    .collect();
    let wrapped: BTreeMap<RecordKey, (i64, Vec<u8>)> = rows(
        &keyring,
        "SELECT subject_id, order_id, category, generation, epoch, wrapped FROM data_keys",
        |row| Ok((record_key(row)?, (row.get(4)?, row.get(5)?))),
    )
    .into_iter()
    .collect();
    let subjects: BTreeSet<Id> = ids(&keyring, "SELECT subject_id FROM subject_keys");

    let keyed: BTreeSet<RecordKey> = wrapped.keys().copied().collect();
    same(&records, &keyed, "records and their data keys");
    let owners: BTreeSet<Id> = records.iter().map(|record| record.0).collect();
    let buyers: BTreeSet<Id> = orders.keys().map(|order| order.0).collect();
    same(
        &(&owners | &buyers),
        &subjects,
        "owners of data and subjects with a log key",
    );
    let found = ids(&keyring, "SELECT subject_id FROM lookups");
    assert!(found.is_subset(&subjects), "a look-up row leads to nobody");
    let receivers: BTreeSet<Id> = orders.values().flatten().copied().collect();
    assert!(receivers.is_subset(&subjects), "a gift goes to nobody");
    let with_records: BTreeSet<Id> = records.iter().map(|record| record.1).collect();
    let placed: BTreeSet<Id> = orders.keys().map(|order| order.1).collect();
    same(
        &placed,
        &with_records,
        "orders and orders with sealed records",
    );

    let known: Vec<(Id, Id)> = rows(
        &keyring,
        "SELECT subject_id, order_id FROM known_orders WHERE erased_at IS NULL",
        |row| Ok((row.get(0)?, row.get(1)?)),
    );
    let distinct: BTreeSet<(Id, Id)> = known.iter().copied().collect();
    assert_eq!(
        known.len(),
        distinct.len(),
        "an order is known by two numbers"
    );
    let stored: BTreeSet<(Id, Id)> = orders.keys().copied().collect();
    same(&stored, &distinct, "stored orders and known orders");

    let epochs: BTreeSet<i64> = wrapped.values().map(|(epoch, _)| *epoch).collect();
    let alive: BTreeSet<i64> = rows(&keyring, "SELECT epoch FROM key_epochs", |row| row.get(0))
        .into_iter()
        .collect();
    assert!(epochs.is_subset(&alive), "a data key's epoch was destroyed");
    let of_logs: Vec<i64> = rows(&keyring, "SELECT DISTINCT epoch FROM subject_keys", |row| {
        row.get(0)
    });
    assert!(
        of_logs.iter().all(|epoch| alive.contains(epoch)),
        "a log key's epoch was destroyed"
    );
    let tombstones: i64 = count(
        &keyring,
        "SELECT count(*) FROM known_orders WHERE erased_at IS NOT NULL",
    );
    let named = "SELECT count(*) FROM known_orders WHERE erased_at IS NOT NULL \
                 AND (subject_id IS NOT NULL OR order_id IS NOT NULL OR digest IS NOT NULL)";
    assert_eq!(count(&keyring, named), 0, "a tombstone says whose it was");
    Stored {
        orders: stored,
        wrapped: wrapped
            .into_iter()
            .map(|(id, (_, key))| (id, key))
            .collect(),
        epochs,
        tombstones: usize::try_from(tombstones).expect("a count"),
    }
}

/// Asserts that exactly what is stored has a key, in the active store and in the archive.
pub(crate) fn keys_fit(data: &Path) {
    let records = |file: &str, table: &str| -> BTreeSet<(Id, Id, i64)> {
        let database = Connection::open(data.join(file)).expect("the database opens");
        let sql = format!("SELECT subject_id, order_id, category FROM {table}");
        let found = rows(&database, &sql, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        });
        found.into_iter().collect()
    };
    let stored = &records("active/active.db", "records")
        | &records("archive/archive.db", "archived_records");
    let keyed = records("keyring/keyring.db", "data_keys");
    same(&stored, &keyed, "records and their data keys");
}

/// Asserts that nothing is left open in a folder that was closed in good order.
pub(crate) fn nothing_open(folder: &Folder) {
    let open = count(&folder.keyring(), "SELECT count(*) FROM intents");
    assert_eq!(open, 0, "intents are left open");
    let marks = count(&folder.active(), "SELECT count(*) FROM batches");
    assert_eq!(marks, 0, "marks of finished batches are left");
    for wal in ["active/active.db-wal", "keyring/keyring.db-wal"] {
        let len = folder
            .data()
            .join(wal)
            .metadata()
            .map_or(0, |meta| meta.len());
        assert_eq!(len, 0, "{wal} was not emptied");
    }
}

/// Says how many of these wrapped keys still lie somewhere in the bytes.
pub(crate) fn surviving<'k>(bytes: &[u8], keys: impl IntoIterator<Item = &'k Vec<u8>>) -> usize {
    let start = |bytes: &[u8]| {
        usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2])
    };
    let keys: HashSet<&[u8]> = keys.into_iter().map(Vec::as_slice).collect();
    let Some(len) = keys.iter().map(|key| key.len()).min() else {
        return 0;
    };
    // Most places are passed over by their first three bytes alone.
    let mut starts = vec![false; 1 << 24];
    for key in &keys {
        starts[start(key)] = true;
    }
    let mut found = 0;
    for at in 0..bytes.len().saturating_sub(len - 1) {
        found += usize::from(starts[start(&bytes[at..])] && keys.contains(&bytes[at..at + len]));
    }
    found
}

fn same<T: Ord + std::fmt::Debug>(left: &BTreeSet<T>, right: &BTreeSet<T>, what: &str) {
    let (more, less) = (
        left.difference(right).count(),
        right.difference(left).count(),
    );
    assert!(
        more == 0 && less == 0,
        "{what}: {more} only among the former, {less} only among the latter, {} in both",
        left.intersection(right).count()
    );
}

fn record_key(row: &Row<'_>) -> rusqlite::Result<RecordKey> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn ids(database: &Connection, sql: &str) -> BTreeSet<Id> {
    rows(database, sql, |row| row.get(0)).into_iter().collect()
}

fn count(database: &Connection, sql: &str) -> i64 {
    rows(database, sql, |row| row.get(0)).remove(0)
}

fn rows<T>(
    database: &Connection,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    let mut statement = database.prepare(sql).expect("a statement");
    let rows = statement.query_map([], read).expect("a query");
    rows.collect::<Result<_, _>>()
        .expect("rows of the expected form")
}
