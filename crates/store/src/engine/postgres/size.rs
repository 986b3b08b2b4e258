//! How large tables are, as the server's own books say.

use super::Postgres;
use crate::StoreError;

/// Of the tables of the search path's first schema.
const SIZES: &str = "SELECT c.relname::text, pg_total_relation_size(c.oid), \
     GREATEST(c.reltuples, 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') ORDER BY 1";

/// One table's size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSize {
    /// Its name.
    pub name: String,
    /// Bytes with indexes and large values.
    pub bytes: u64,
    /// Rows, as the engine last estimated or counted them.
    pub rows: u64,
}

impl Postgres {
    pub(crate) fn table_sizes(&mut self) -> Result<Vec<TableSize>, StoreError> {
        let ours = self.kind().tables();
        self.read(|tx| {
            let tables = tx.query(SIZES, &[], |row| {
                Ok(TableSize {
                    name: row.text(0)?,
                    bytes: u64::try_from(row.int(1)?).unwrap_or(0),
                    rows: u64::try_from(row.int(2)?).unwrap_or(0),
                })
            })?;
            let is_ours = |table: &TableSize| ours.contains(&table.name.as_str());
            Ok(tables.into_iter().filter(is_ours).collect())
        })
    }
}
