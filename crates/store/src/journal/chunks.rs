//! Chunks: bytes that were appended in one turn to one segment of one log.

use crate::{Row, StoreError, Tx, args};

// Nothing is written for a holder that somebody else has replaced.
const APPEND: &str = "INSERT INTO chunks (origin, segment, at, turn, bytes) \
     SELECT $1, $2, $3, $4, $5 WHERE EXISTS \
     (SELECT 1 FROM origins WHERE origin = $1 AND holder = $6 AND lease = $7)";
const APPEND_SHARED: &str =
    "INSERT INTO chunks (origin, segment, at, turn, bytes) VALUES ($1, $2, $3, $4, $5)";
const SINCE: &str = "SELECT origin, segment, at, turn, bytes FROM chunks \
     WHERE turn > $1 ORDER BY turn, origin, segment, at LIMIT $2";
const OF_SEGMENT: &str = "SELECT origin, segment, at, turn, bytes FROM chunks \
     WHERE origin = $1 AND segment = $2 AND at >= $3 ORDER BY at LIMIT $4";
const SEGMENTS: &str = "SELECT DISTINCT segment FROM chunks WHERE origin = $1 ORDER BY segment";

pub(crate) const STATEMENTS: &[&str] = &[APPEND, APPEND_SHARED, SINCE, OF_SEGMENT, SEGMENTS];

pub(super) const HOT: &[&str] = &[APPEND];

/// Bytes of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The log, or [`super::origins::LEDGER`].
    pub origin: String,
    /// The index of the segment's first entry.
    pub segment: i64,
    /// Where in the segment they begin.
    pub at: i64,
    /// The turn in which they were appended.
    pub turn: i64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Appends a chunk to a log; `false` when `holder` does not hold it under that lease any more.
pub fn append(tx: &Tx<'_>, chunk: &Chunk, holder: &str, lease: i64) -> Result<bool, StoreError> {
    let written = tx.execute(
        APPEND,
        args![
            &chunk.origin,
            chunk.segment,
            chunk.at,
            chunk.turn,
            &chunk.bytes,
            holder,
            lease
        ],
    )?;
    Ok(written == 1)
}

/// Appends a chunk to what all vaults write.
pub fn append_shared(tx: &Tx<'_>, chunk: &Chunk) -> Result<(), StoreError> {
    tx.execute(
        APPEND_SHARED,
        args![
            &chunk.origin,
            chunk.segment,
            chunk.at,
            chunk.turn,
            &chunk.bytes
        ],
    )?;
    Ok(())
}

/// Returns up to `limit` chunks of later turns, in order.
pub fn since(tx: &Tx<'_>, turn: i64, limit: i64) -> Result<Vec<Chunk>, StoreError> {
    tx.query(SINCE, args![turn, limit], from_row)
}

/// Returns up to `limit` chunks of a segment from byte `at` on.
pub fn of_segment(
    tx: &Tx<'_>,
    origin: &str,
    segment: i64,
    at: i64,
    limit: i64,
) -> Result<Vec<Chunk>, StoreError> {
    tx.query(OF_SEGMENT, args![origin, segment, at, limit], from_row)
}

/// Lists the segments of a log, oldest first.
pub fn segments(tx: &Tx<'_>, origin: &str) -> Result<Vec<i64>, StoreError> {
    tx.query(SEGMENTS, args![origin], |row| row.int(0))
}

fn from_row(row: &Row<'_>) -> Result<Chunk, StoreError> {
    Ok(Chunk {
        origin: row.text(0)?,
        segment: row.int(1)?,
        at: row.int(2)?,
        turn: row.int(3)?,
        bytes: row.blob(4)?,
    })
}
