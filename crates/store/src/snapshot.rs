//! A consistent copy of a database file that another process may be writing to.

use crate::{Place, StoreError};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// 4 MiB of SQLite's usual pages: a step that nobody notices.
const PAGES_PER_STEP: i32 = 1024;
const BUSY_TRIES: u32 = 200;
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// What a copied file says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// Its length.
    pub bytes: u64,
    /// The schema version in it.
    pub schema: i64,
    /// Which of Lethe's databases it is (`PRAGMA application_id`).
    pub application: i64,
}

/// Copies the database at `source` to the new file `copy`, as it is at one moment, and checks the
/// copy.
///
/// Writers go on meanwhile: this is one more reader of the write-ahead log. Only emptying that log
/// (an erasure does) waits until the copy is made. The source is not written to, and no lock of the
/// folder is taken. The copy opens to its owner alone; after a failure it is gone.
/// `progress` is told the pages that are done, and all.
///
/// # Errors
///
/// A missing, locked or damaged source; a full disk; a copy that exists already;
/// [`StoreError::FilesOnly`] for a server.
pub fn snapshot(
    source: impl Into<Place>,
    copy: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Snapshot, StoreError> {
    let source = file(source.into(), "a copy of this database")?;
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(copy);
    made.map_err(|error| StoreError::CannotOpen(format!("{}: {error}", copy.display())))?;
    let result = copy_pages(&source, copy, progress).and_then(|()| check_database(copy));
    if result.is_err() {
        // What failed is told; a leftover is only clutter.
        drop(fs::remove_file(copy));
    }
    result
}

fn file(place: Place, what: &'static str) -> Result<PathBuf, StoreError> {
    match place {
        Place::File(path) => Ok(path),
        Place::Server(_) => Err(StoreError::FilesOnly(what)),
        Place::Unknown(why) => Err(StoreError::CannotOpen(why)),
    }
}

fn copy_pages(
    source: &Path,
    copy: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let from = Connection::open_with_flags(source, flags)?;
    // The last one to leave would move the write-ahead log into the database: not a reader's task.
    from.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    from.pragma_update(None, "query_only", true)?;
    from.busy_timeout(Duration::from_secs(10))?;
    let mut to = Connection::open_with_flags(copy, flags)?;
    // A copy that a crash interrupts is thrown away: neither journal nor flush.
    to.pragma_update(None, "journal_mode", "OFF")?;
    to.pragma_update(None, "synchronous", "OFF")?;
    // One read transaction around all steps: without it every commit of the server between two
    // steps would begin the copy anew, and on a busy shop it would never end.
    from.execute_batch("BEGIN")?;
    from.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let backup = Backup::new(&from, &mut to)?;
    let mut busy = 0;
    loop {
        match backup.step(PAGES_PER_STEP)? {
            StepResult::Done => break,
            StepResult::Busy | StepResult::Locked if busy == BUSY_TRIES => {
                return Err(StoreError::Busy);
            }
            StepResult::Busy | StepResult::Locked => {
                busy += 1;
                std::thread::sleep(BUSY_PAUSE);
            }
            _ => busy = 0,
        }
        let state = backup.progress();
        let pages = |count: i32| u64::try_from(count).unwrap_or(0);
        progress(
            pages(state.pagecount - state.remaining),
            pages(state.pagecount),
        );
    }
    drop(backup);
    to.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Checks that a database file that nobody uses holds together (`PRAGMA quick_check`).
///
/// Nothing is written, not even beside it.
///
/// # Errors
///
/// [`StoreError::Damaged`], or what opening it says.
pub fn check_database(place: impl Into<Place>) -> Result<Snapshot, StoreError> {
    let path = file(place.into(), "a check of this database's pages")?;
    let damaged = StoreError::Damaged {
        database: "SQLite",
        detail: "its pages do not fit together",
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let database = Connection::open_with_flags(immutable_uri(&path), flags)?;
    let verdict: String = database.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(damaged);
    }
    let number = |pragma| database.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let schema = number("user_version")?;
    let application = number("application_id")?;
    let bytes = number("page_count")? * number("page_size")?;
    let file = fs::metadata(&path).map_err(|_| StoreError::Io)?;
    if i64::try_from(file.len()) != Ok(bytes) {
        return Err(damaged);
    }
    Ok(Snapshot {
        bytes: file.len(),
        schema,
        application,
    })
}

/// Names a file that does not change, so that SQLite needs neither lock nor shared memory.
fn immutable_uri(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri += &format!("%{byte:02X}"),
        }
    }
    uri + "?immutable=1"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn pairs(path: &Path) -> Connection {
        let database = Connection::open(path).unwrap();
        database.pragma_update(None, "journal_mode", "WAL").unwrap();
        let schema = "CREATE TABLE pairs (side TEXT PRIMARY KEY, value INTEGER);
                      CREATE TABLE filler (bytes BLOB);
                      INSERT INTO pairs VALUES ('left', 0), ('right', 0);";
        database.execute_batch(schema).unwrap();
        for _ in 0..400 {
            let insert = "INSERT INTO filler VALUES (randomblob(40000))";
            database.execute(insert, []).unwrap();
        }
        database
    }

    #[test]
    fn a_copy_made_while_another_connection_writes_is_of_one_moment() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("a b?#%.db");
        let writer = pairs(&source);
        let is_over = AtomicBool::new(false);
        let mut seen = Vec::new();
        std::thread::scope(|scope| {
            let is_over = &is_over;
            scope.spawn(move || {
                let writer = writer;
                while !is_over.load(Ordering::Relaxed) {
                    let both = "BEGIN IMMEDIATE;
                                UPDATE pairs SET value = value + 1 WHERE side = 'left';
                                INSERT INTO filler VALUES (randomblob(3000));
                                UPDATE pairs SET value = value + 1 WHERE side = 'right';
                                COMMIT;";
                    writer.execute_batch(both).unwrap();
                }
            });
            for round in 0..4 {
                let copy = folder.path().join(format!("copy {round}.db"));
                let mut steps = 0;
                snapshot(&source, &copy, &mut |_, _| steps += 1).unwrap();
                assert!(steps > 2, "copied in steps");
                let mode = fs::metadata(&copy).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
                let copy = Connection::open(&copy).unwrap();
                let value = |side| {
                    let sql = "SELECT value FROM pairs WHERE side = $1";
                    copy.query_row(sql, [side], |row| row.get::<_, i64>(0))
                        .unwrap()
                };
                assert_eq!(value("left"), value("right"));
                seen.push(value("left"));
            }
            is_over.store(true, Ordering::Relaxed);
        });
        assert!(seen.is_sorted() && seen[0] < seen[3], "{seen:?}");
    }

    #[test]
    fn emptying_the_write_ahead_log_waits_for_a_copy_and_succeeds() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("active.db");
        let kind = crate::Kind::Active;
        let mut writer = crate::Database::open(&source, kind, crate::Speed::Serving).unwrap();
        writer
            .sqlite()
            .execute_batch(
                "PRAGMA wal_autocheckpoint = 0;
                 CREATE TABLE filler AS SELECT randomblob(30000000) AS bytes",
            )
            .unwrap();
        let (begin, begun) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            // Begun during the copy, so it has to wait for its end.
            let emptied = scope.spawn(move || begun.recv().map(|()| (writer.checkpoint(), writer)));
            let copy = folder.path().join("copy.db");
            let mut has_begun = false;
            snapshot(&source, &copy, &mut |_, _| {
                if !std::mem::replace(&mut has_begun, true) {
                    begin.send(()).unwrap();
                    std::thread::sleep(Duration::from_millis(300));
                    assert!(!emptied.is_finished());
                }
            })
            .unwrap();
            let (emptied, _writer) = emptied.join().unwrap().unwrap();
            emptied.unwrap();
            let wal = folder.path().join("active.db-wal");
            assert_eq!(fs::metadata(wal).unwrap().len(), 0);
        });
    }

    #[test]
    fn the_source_is_left_as_it_is_and_nothing_lies_beside_the_copy() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source.db");
        // Never closed in order: its write-ahead log stays, as after a crash.
        std::mem::forget(pairs(&source));
        let wal = folder.path().join("source.db-wal");
        let before = (fs::read(&source).unwrap(), fs::read(&wal).unwrap());
        let copies = folder.path().join("copies");
        fs::create_dir(&copies).unwrap();
        snapshot(&source, &copies.join("copy.db"), &mut |_, _| ()).unwrap();
        assert!(before == (fs::read(&source).unwrap(), fs::read(&wal).unwrap()));
        assert_eq!(fs::read_dir(&copies).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_source_is_refused_and_its_copy_removed() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source.db");
        drop(pairs(&source));
        let copy = folder.path().join("copy.db");
        let mut bytes = fs::read(&source).unwrap();
        // The second page is the first table's root: its kind of page does not exist.
        bytes[4096] = 0x55;
        fs::write(&source, &bytes).unwrap();
        let error = snapshot(&source, &copy, &mut |_, _| ()).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert!(!copy.exists());
        fs::write(
            &source,
            b"a text, and longer than the header of a database is",
        )
        .unwrap();
        let error = snapshot(&source, &copy, &mut |_, _| ()).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        assert!(snapshot(folder.path().join("none"), &copy, &mut |_, _| ()).is_err());
        assert!(!copy.exists());
    }
}
