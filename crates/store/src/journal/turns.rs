//! The turn: a number that whoever appends raises first, and holds until its transaction ends.

use crate::{StoreError, Tx, args};

const TAKE: &str = "UPDATE turns SET turn = turn + 1 WHERE id = 1 RETURNING turn";
const LAST: &str = "SELECT turn FROM turns WHERE id = 1";

pub(crate) const STATEMENTS: &[&str] = &[TAKE, LAST];

/// Takes the turn and returns its number. Others wait until the transaction ends, and see then
/// what it appended.
pub fn take(tx: &Tx<'_>) -> Result<i64, StoreError> {
    tx.query_first(TAKE, args![], |row| row.int(0))?
        .ok_or(StoreError::Inconsistent { table: "turns" })
}

/// Returns the number of the last turn.
pub fn last(tx: &Tx<'_>) -> Result<i64, StoreError> {
    tx.query_first(LAST, args![], |row| row.int(0))?
        .ok_or(StoreError::Inconsistent { table: "turns" })
}
