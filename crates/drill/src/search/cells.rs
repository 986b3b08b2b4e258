//! Searching a database cell by cell: SQLite cuts long values into pages, and writes numbers in
//! binary, so that a search of its files alone would miss both.

use super::needles::Needles;
use super::scan::search_bytes;
use super::sightings::Sightings;
use crate::DrillError;
use rusqlite::{Connection, types::ValueRef};

const BATCH_BYTES: usize = 1 << 20;
/// No part of any text: zeros between the numbers of a column would read as UTF-16.
const SEPARATOR: &[u8] = &[0xff, 0xff, 0xff];

/// Searches every cell of every table. `what` names the database in the report.
pub(crate) fn search_cells(
    needles: &Needles,
    database: &Connection,
    what: &'static str,
    sightings: &mut Sightings,
) -> Result<(), DrillError> {
    for table in table_names(database).map_err(DrillError::database(what))? {
        search_table(needles, database, (what, &table), sightings)
            .map_err(DrillError::database(what))?;
    }
    Ok(())
}

pub(crate) fn table_names(database: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

fn search_table(
    needles: &Needles,
    database: &Connection,
    (what, table): (&str, &str),
    sightings: &mut Sightings,
) -> rusqlite::Result<()> {
    let sql = format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""));
    let mut statement = database.prepare(&sql)?;
    let places: Vec<String> = statement
        .column_names()
        .map(|column| format!("{what}, table {table}, column {column}"))
        .collect();
    let mut batches = vec![Vec::new(); places.len()];
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for (column, batch) in batches.iter_mut().enumerate() {
            match row.get_ref(column)? {
                ValueRef::Null => continue,
                ValueRef::Integer(number) => batch.extend_from_slice(number.to_string().as_bytes()),
                ValueRef::Real(number) => batch.extend_from_slice(number.to_string().as_bytes()),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => batch.extend_from_slice(bytes),
            }
            batch.extend_from_slice(SEPARATOR);
            if batch.len() > BATCH_BYTES {
                search_bytes(needles, batch, &places[column], sightings);
                batch.clear();
            }
        }
    }
    for (place, batch) in places.iter().zip(&batches) {
        search_bytes(needles, batch, place, sightings);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowed::Allowed;
    use crate::people::{ClearRecord, Person};
    use lethe_model::{Category, FieldKind};

    fn hits(sql: &str) -> u64 {
        let person = Person {
            subject: [1; 16],
            records: vec![ClearRecord {
                order: [1; 16],
                category: Category::Invoice,
                fields: vec![(FieldKind::ExternalId, "4000000000".to_owned())],
            }],
        };
        let needles = Needles::of_people(&[person], &Allowed::default());
        let database = Connection::open_in_memory().unwrap();
        database.execute_batch(sql).unwrap();
        let mut sightings = Sightings::of(&needles);
        search_cells(&needles, &database, "a database", &mut sightings).unwrap();
        sightings.hits()
    }

    #[test]
    fn a_number_is_found_in_a_cell_but_not_put_together_from_several() {
        let one = "CREATE TABLE t (n); INSERT INTO t VALUES (14000000000)";
        assert_eq!(hits(one), 1);
        let several = "CREATE TABLE t (n); \
             INSERT INTO t VALUES (4), (0), (0), (0), (0), (0), (0), (0), (0), (0), (0), (0)";
        assert_eq!(hits(several), 0);
    }
}
