//! Gathering what may hold a key: files, free pages, and every value of every table.

use super::candidates::{count_of, decoded_runs};
use super::free_pages::free_pages;
use super::locks::records_of;
use super::sweep::Trying;
use crate::DrillError;
use crate::stolen::{StolenFolder, open_file};
use rusqlite::{Connection, types::ValueRef};
use std::io::Read;

/// Larger files beside the databases are cut into keys up to here.
const FILE_BYTES_MAX: u64 = 256 << 10;

impl Trying<'_> {
    /// Feeds every file but the databases, and the databases' free pages.
    pub(super) fn files(&mut self, stolen: &StolenFolder) -> Result<(), DrillError> {
        for file in stolen.all_files()? {
            let name = stolen.name_of(&file);
            if file.extension().is_some_and(|end| end == "db") {
                let place = self.place(format!("free pages of {name}"));
                for page in free_pages(&file)? {
                    self.add(page, place, Vec::new());
                }
                continue;
            }
            // The public tree is hashes of what the segments hold.
            if name.starts_with("log/tree") {
                continue;
            }
            let mut bytes = Vec::new();
            if let Some(opened) = open_file(&file)? {
                let read = opened.take(FILE_BYTES_MAX).read_to_end(&mut bytes);
                read.map_err(DrillError::file(&file))?;
            }
            let place = self.place(format!("the file {name}"));
            for run in decoded_runs(&bytes) {
                self.add(run, place, Vec::new());
            }
            self.add(bytes, place, Vec::new());
        }
        Ok(())
    }

    /// Feeds every value of every table, with the records it lies beside.
    pub(super) fn database(
        &mut self,
        what: &str,
        database: &Connection,
        active: &Connection,
    ) -> rusqlite::Result<()> {
        let mut tables = crate::search::table_names(database)?;
        // The big tables last, so that a limit leaves out the least likely places.
        tables.sort_by_key(|table| matches!(table.as_str(), "data_keys" | "lookups" | "records"));
        for table in tables {
            let sql = format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""));
            let mut statement = database.prepare(&sql)?;
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let at = |name| columns.iter().position(|column| column == name);
            let owner = at("subject_id").zip(at("order_id"));
            let places: Vec<usize> = columns
                .iter()
                .map(|column| self.place(format!("the {what}, table {table}, column {column}")))
                .collect();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let mut values = Vec::new();
                for (column, place) in places.iter().enumerate() {
                    match row.get_ref(column)? {
                        ValueRef::Blob(bytes) => values.push((bytes.to_vec(), *place)),
                        ValueRef::Text(text) => {
                            let runs = decoded_runs(text).into_iter();
                            values.extend(runs.map(|run| (run, *place)));
                        }
                        _ => {}
                    }
                }
                values.retain(|(bytes, _)| count_of(bytes.len()) > 0);
                if self.is_over() {
                    let counts = values.iter().map(|(bytes, _)| count_of(bytes.len()));
                    self.sweep.keys_in_all += counts.sum::<u64>();
                    continue;
                }
                for (bytes, place) in values {
                    let beside = match owner {
                        Some((subject, order)) => {
                            let ids: (Option<Vec<u8>>, Option<Vec<u8>>) =
                                (row.get(subject)?, row.get(order)?);
                            records_of(active, ids.0.as_deref(), ids.1.as_deref())?
                        }
                        None => Vec::new(),
                    };
                    self.add(bytes, place, beside);
                }
            }
        }
        Ok(())
    }
}
