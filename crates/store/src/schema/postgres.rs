//! The version in a table of its own, and migrations that two starting processes do not race for.

use super::{Kind, another};
use crate::engine::{Postgres, Session};
use crate::{StoreError, Tx, args};

/// Which database a schema holds, and its version: one row.
const MAKE_VERSION: &str = "CREATE TABLE IF NOT EXISTS lethe_schema \
     (kind TEXT COLLATE \"C\" NOT NULL PRIMARY KEY, version BIGINT NOT NULL)";
const HAS_SCHEMA: &str = "SELECT 1 FROM pg_namespace WHERE nspname = $1";
const HAS_VERSION: &str =
    "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'lethe_schema'";
const HAS_TABLE: &str = "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = $2";
const VERSION: &str = "SELECT kind, version FROM lethe_schema ORDER BY kind";
const SET_VERSION: &str = "INSERT INTO lethe_schema (kind, version) VALUES ($1, $2) \
     ON CONFLICT (kind) DO UPDATE SET version = excluded.version";

/// "Lethe" in ASCII: held while a schema is made or brought up, until the transaction ends.
const LOCK: &str = "SET LOCAL lock_timeout TO '5min'; SELECT pg_advisory_xact_lock(327912483941)";

/// What another process committed while this one waited for the lock must be seen.
const BEGIN_MIGRATION: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// Texts are compared byte by byte, as SQLite does, whatever the database's own language is: lists
/// come in one order on both engines, and a newer system library does not break an index.
const COLLATE: &str = r#"
DO $$ DECLARE found record; BEGIN
    FOR found IN
        SELECT c.table_name, c.column_name
        FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = current_schema() AND c.data_type = 'text'
          AND c.collation_name IS DISTINCT FROM 'C' AND t.table_type = 'BASE TABLE'
    LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE text COLLATE "C"',
            found.table_name, found.column_name);
    END LOOP;
END $$"#;

/// Makes what is missing; a schema that is up to date is not touched, so that a role without the
/// right to make tables can open it.
pub(super) fn bring_up(server: &mut Postgres, kind: Kind) -> Result<(), StoreError> {
    let is_behind = |found: Option<i64>| found.is_none_or(|found| found < kind.supported_schema());
    if !is_behind(found(server, kind)?) {
        return Ok(());
    }
    let schema = server.url().schema(kind);
    server.run(BEGIN_MIGRATION, |session| {
        session.batch(LOCK)?;
        let tx = Tx::postgres(session);
        // Somebody else may have done it while this process waited.
        let done = version(&tx, kind, &schema)?;
        if !is_behind(done) {
            return Ok(());
        }
        if done.is_none() {
            make(session, &tx, kind, &schema)?;
        }
        let done = usize::try_from(done.unwrap_or(0)).unwrap_or(usize::MAX);
        for migration in kind.postgres_migrations().iter().skip(done) {
            session.batch(migration)?;
        }
        session.batch(COLLATE)?;
        tx.execute(SET_VERSION, args![kind.name(), kind.supported_schema()])?;
        Ok::<_, StoreError>(())
    })?;
    // What this connection has prepared was for the tables as they were.
    server.hang_up();
    Ok(())
}

/// Returns the version of a kind's schema; `None` when there is no such schema yet.
pub(crate) fn found(server: &mut Postgres, kind: Kind) -> Result<Option<i64>, StoreError> {
    let schema = server.url().schema(kind);
    server.read(|tx| version(tx, kind, &schema))
}

fn version(tx: &Tx<'_>, kind: Kind, schema: &str) -> Result<Option<i64>, StoreError> {
    if tx
        .query_first(HAS_VERSION, args![schema], |_| Ok(()))?
        .is_none()
    {
        return Ok(None);
    }
    let rows = tx.query(VERSION, &[], |row| Ok((row.text(0)?, row.int(1)?)))?;
    match rows.as_slice() {
        [] => Ok(None),
        [(name, version)] if name == kind.name() => Ok(Some(*version)),
        _ => Err(another(kind)),
    }
}

/// Makes the schema and its table of versions, unless tables of other programs would be in the way.
fn make(session: &Session, tx: &Tx<'_>, kind: Kind, schema: &str) -> Result<(), StoreError> {
    if tx
        .query_first(HAS_SCHEMA, args![schema], |_| Ok(()))?
        .is_none()
    {
        session.batch(&format!("CREATE SCHEMA \"{schema}\""))?;
    }
    for table in kind.tables() {
        let found = tx.query_first(HAS_TABLE, args![schema, *table], |_| Ok(()))?;
        if found.is_some() {
            return Err(StoreError::Damaged {
                database: kind.name(),
                detail: "its schema holds tables of another program: name an empty one",
            });
        }
    }
    session.batch(MAKE_VERSION)
}
