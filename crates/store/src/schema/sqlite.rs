//! The version in a file's header.

use super::{Kind, another};
use crate::StoreError;
use rusqlite::Connection;

pub(super) fn bring_up(connection: &mut Connection, kind: Kind) -> Result<(), StoreError> {
    let (version, application) = header(connection)?;
    let is_new = version == 0 && application == 0;
    let is_ours = application == kind.application_id() && version > 0;
    let missing = usize::try_from(version)
        .ok()
        .and_then(|done| kind.migrations().get(done..));
    let Some(missing) = missing.filter(|missing| !missing.is_empty() && (is_new || is_ours)) else {
        return Ok(());
    };
    let tx = connection.transaction()?;
    for migration in missing {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "application_id", kind.application_id())?;
    tx.pragma_update(None, "user_version", kind.supported_schema())?;
    Ok(tx.commit()?)
}

pub(super) fn found(connection: &Connection, kind: Kind) -> Result<i64, StoreError> {
    let (version, application) = header(connection)?;
    if application != kind.application_id() {
        return Err(another(kind));
    }
    Ok(version)
}

fn header(connection: &Connection) -> Result<(i64, i64), StoreError> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    Ok((number("user_version")?, number("application_id")?))
}
