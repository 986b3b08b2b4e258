//! Searching a database cell by cell: SQLite cuts long values into pages, and writes numbers in
//! binary, so that a search of its files alone would miss both.

use super::needles::Needles;
use super::scan::search_bytes;
use super::sightings::Sightings;
use crate::DrillError;
use rusqlite::{Connection, types::ValueRef};

const BATCH_BYTES: usize = 1 << 20;

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
            batch.push(0);
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
