//! Origins: which vault writes which log.
//!
//! No clock is compared between machines: a holder raises its `beat`, and whoever sees it stand
//! still for long enough may take over, under a higher `lease`. What the earlier holder still tries
//! to append is refused in the same transaction.

use crate::{Row, StoreError, Tx, args};

const INSERT: &str = "INSERT INTO origins (origin, holder, lease, beat, checkpoint) \
     VALUES ($1, '', 0, 0, '') ON CONFLICT (origin) DO NOTHING";
const LIST: &str = "SELECT origin, holder, lease, beat, checkpoint FROM origins ORDER BY origin";
const CLAIM: &str = "UPDATE origins SET holder = $1, lease = lease + 1, beat = beat + 1 \
     WHERE origin = $2 AND lease = $3";
const BEAT: &str = "UPDATE origins SET beat = beat + 1, checkpoint = $1 \
     WHERE origin = $2 AND holder = $3 AND lease = $4";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, LIST, CLAIM, BEAT];

/// The name under which all vaults append to one ledger.
pub const LEDGER: &str = "ledger";

/// A log and who writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The log's name.
    pub name: String,
    /// The vault that writes it; empty when none does.
    pub holder: String,
    /// Grows with each holder.
    pub lease: i64,
    /// Grows while the holder lives.
    pub beat: i64,
    /// The last checkpoint its holder signed, or nothing.
    pub checkpoint: String,
}

/// Makes a log known; nobody holds it yet.
pub fn insert(tx: &Tx<'_>, name: &str) -> Result<(), StoreError> {
    tx.execute(INSERT, args![name])?;
    Ok(())
}

/// Lists all logs.
pub fn list(tx: &Tx<'_>) -> Result<Vec<Origin>, StoreError> {
    tx.query(LIST, args![], |row: &Row<'_>| {
        Ok(Origin {
            name: row.text(0)?,
            holder: row.text(1)?,
            lease: row.int(2)?,
            beat: row.int(3)?,
            checkpoint: row.text(4)?,
        })
    })
}

/// Gives a log to `holder`, or to nobody (`""`); `false` when somebody else was given it meanwhile.
///
/// To be called with the turn taken, so that no append of the earlier holder is under way.
pub fn claim(tx: &Tx<'_>, name: &str, lease: i64, holder: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(CLAIM, args![holder, name, lease])? == 1)
}

/// Says that the holder lives, and what it last signed; `false` when it is the holder no more.
pub fn beat(
    tx: &Tx<'_>,
    name: &str,
    holder: &str,
    lease: i64,
    checkpoint: &str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(BEAT, args![checkpoint, name, holder, lease])? == 1)
}
