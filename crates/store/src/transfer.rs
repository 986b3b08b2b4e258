//! Tables from a file to a server: copied in the order of their keys, so that a copy that was cut off
//! goes on behind the last row that arrived, and compared row by row at the end.

use crate::engine::Engine;
use crate::{Database, Kind, ServerUrl, Speed, StoreError, Value};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use std::path::Path;

/// Rows in a transaction, and of a comparison's page.
const PAGE: usize = 1_000;

/// How far a transfer has come.
#[derive(Debug, Clone, Copy)]
pub struct TransferProgress {
    /// The table that is being copied or compared.
    pub table: &'static str,
    /// Whether rows are compared; else they are copied.
    pub is_comparing: bool,
    /// Rows of this database that are done.
    pub done: u64,
    /// Rows of this database to be done: each is copied and compared.
    pub total: u64,
}

/// A table, and the statements for it.
struct Table {
    name: &'static str,
    columns: usize,
    /// Places of the key's columns among all.
    key: Vec<usize>,
    select: String,
    insert: &'static str,
    page: &'static str,
    last: &'static str,
}

/// Copies all tables of a database file to a server and compares them. Returns how many rows there
/// are.
///
/// The file must not be written to meanwhile. Harmless to repeat: what has arrived is not sent again.
///
/// # Errors
///
/// [`StoreError::Differs`] names the table in which a row on the server is another than in the file:
/// then the server's schema held something before. Otherwise what either engine says.
pub fn transfer(
    from: &Path,
    to: &ServerUrl,
    kind: Kind,
    progress: &mut dyn FnMut(TransferProgress),
) -> Result<u64, StoreError> {
    drop(Database::open(from, kind, Speed::Serving)?);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags)?;
    source.pragma_update(None, "query_only", true)?;
    let mut target = Database::open(to, kind, Speed::Bulk)?;
    let tables = kind.tables().iter().map(|name| Table::of(&source, name));
    let tables = tables.collect::<Result<Vec<Table>, StoreError>>()?;
    let mut total = 0;
    for table in &tables {
        total += count(&source, table.name)?;
    }
    let mut done = 0;
    for is_comparing in [false, true] {
        for table in &tables {
            let mut tell = |rows: usize| {
                done += rows as u64;
                progress(TransferProgress {
                    table: table.name,
                    is_comparing,
                    done,
                    total: total * 2,
                });
            };
            match is_comparing {
                false => table.copy(&source, &mut target, &mut tell)?,
                true => table.compare(&source, &mut target, &mut tell)?,
            }
        }
    }
    Ok(total)
}

impl Table {
    fn of(source: &Connection, name: &'static str) -> Result<Self, StoreError> {
        let mut statement = source.prepare("SELECT name, pk FROM pragma_table_info(?1)")?;
        let columns = statement.query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let columns = columns.collect::<Result<Vec<(String, i64)>, _>>()?;
        let mut key: Vec<usize> = (0..columns.len()).filter(|at| columns[*at].1 > 0).collect();
        key.sort_by_key(|at| columns[*at].1);
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let keys: Vec<&str> = key.iter().map(|at| names[*at]).collect();
        let (all, by) = (names.join(", "), keys.join(", "));
        let places = |count: usize| {
            let places: Vec<String> = (1..=count).map(|place| format!("${place}")).collect();
            places.join(", ")
        };
        let after = places(keys.len());
        let descending: Vec<String> = keys.iter().map(|key| format!("{key} DESC")).collect();
        let page =
            format!("SELECT {all} FROM {name} WHERE ({by}) > ({after}) ORDER BY {by} LIMIT {PAGE}");
        let insert = format!(
            "INSERT INTO {name} ({all}) VALUES ({}) ON CONFLICT DO NOTHING",
            places(names.len())
        );
        let last = format!(
            "SELECT {by} FROM {name} ORDER BY {} LIMIT 1",
            descending.join(", ")
        );
        // The engine keeps prepared statements by text for ever: a few dozen, once in a move.
        let kept = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        Ok(Self {
            name,
            columns: names.len(),
            key,
            select: page.clone(),
            insert: kept(insert),
            page: kept(page),
            last: kept(last),
        })
    }

    fn copy(
        &self,
        source: &Connection,
        target: &mut Database,
        tell: &mut dyn FnMut(usize),
    ) -> Result<(), StoreError> {
        let mut after = self.last_key(target)?;
        if let Some(after) = &after {
            tell(self.rows_up_to(source, after)?);
        }
        loop {
            let rows = self.page_of_file(source, after.as_deref())?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = Some(self.key.iter().map(|at| last[*at].clone()).collect());
            target.write_in_turn(|tx| {
                let bound: Vec<Vec<Value<'_>>> = rows.iter().map(|row| bind(row)).collect();
                tx.execute_each(self.insert, &bound)
            })?;
            tell(rows.len());
        }
    }

    fn compare(
        &self,
        source: &Connection,
        target: &mut Database,
        tell: &mut dyn FnMut(usize),
    ) -> Result<(), StoreError> {
        let mut after: Option<Vec<Cell>> = None;
        loop {
            let here = self.page_of_file(source, after.as_deref())?;
            let there = self.page_of_server(target, after.as_deref())?;
            if here != there {
                return Err(StoreError::Differs { table: self.name });
            }
            let Some(last) = here.last() else {
                return Ok(());
            };
            after = Some(self.key.iter().map(|at| last[*at].clone()).collect());
            tell(here.len());
        }
    }

    fn page_of_file(
        &self,
        source: &Connection,
        after: Option<&[Cell]>,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        let first;
        let (sql, args) = match after {
            Some(after) => (&self.select, after),
            None => {
                first = self.without_start(&self.select);
                (&first, [].as_slice())
            }
        };
        let mut statement = source.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(args))?;
        let mut page = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..self.columns).map(|column| row.get(column));
            page.push(cells.collect::<Result<Vec<Cell>, _>>()?);
        }
        Ok(page)
    }

    fn page_of_server(
        &self,
        target: &mut Database,
        after: Option<&[Cell]>,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        let sql: &'static str = match after {
            Some(_) => self.page,
            None => Box::leak(self.without_start(self.page).into_boxed_str()),
        };
        let args = after.unwrap_or_default();
        target.read(|tx| tx.query(sql, &bind(args), |row| row.cells(self.columns)))
    }

    fn without_start(&self, page: &str) -> String {
        let (before, rest) = page.split_once(" WHERE ").unwrap_or((page, ""));
        let order = rest.split_once(" ORDER BY ").map_or("", |(_, order)| order);
        format!("{before} ORDER BY {order}")
    }

    fn last_key(&self, target: &mut Database) -> Result<Option<Vec<Cell>>, StoreError> {
        target.read(|tx| tx.query_first(self.last, &[], |row| row.cells(self.key.len())))
    }

    fn rows_up_to(&self, source: &Connection, last: &[Cell]) -> Result<usize, StoreError> {
        let condition = self
            .select
            .split_once(" WHERE ")
            .map_or("", |(_, rest)| rest);
        let condition = condition
            .split_once(" ORDER BY ")
            .map_or("", |(one, _)| one);
        let sql = format!(
            "SELECT COUNT(*) FROM {} WHERE {}",
            self.name,
            condition.replacen(") > (", ") <= (", 1)
        );
        let rows: i64 = source.query_row(&sql, params_from_iter(last), |row| row.get(0))?;
        Ok(usize::try_from(rows).unwrap_or(0))
    }
}

fn count(source: &Connection, table: &str) -> Result<u64, StoreError> {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let rows: i64 = source.query_row(&sql, [], |row| row.get(0))?;
    Ok(u64::try_from(rows).unwrap_or(0))
}

fn bind(cells: &[Cell]) -> Vec<Value<'_>> {
    let value = |cell| match cell {
        &Cell::Integer(number) => Value::Int(number),
        Cell::Text(text) => Value::Text(text),
        Cell::Blob(bytes) => Value::Blob(bytes),
        Cell::Null | Cell::Real(_) => Value::Null,
    };
    cells.iter().map(value).collect()
}

/// Says whether nothing was written to a server's schema yet but by an earlier transfer: no vault has
/// taken a turn there.
///
/// # Errors
///
/// What the server says.
pub fn is_unused(to: &ServerUrl) -> Result<bool, StoreError> {
    let mut journal = Database::open(to, Kind::Journal, Speed::Serving)?;
    if !matches!(journal.engine(), Engine::Postgres(_)) {
        return Ok(false);
    }
    Ok(journal.read(crate::journal::origins::list)?.is_empty())
}
