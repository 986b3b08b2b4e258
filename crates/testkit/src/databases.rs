//! What somebody with access to the databases does behind the vault's back, on either engine.

use crate::TestVault;
use lethe_store::{Folder, Kind, Place};
use rusqlite::fallible_iterator::FallibleIterator as _;

impl TestVault {
    /// Says whether the databases are on PostgreSQL. Tests about
    /// files, as backups and restores are, end here then, with a printed line.
    pub fn is_on_server(&self, about: &str) -> bool {
        let is_on_server = Folder::new(self.path()).is_shared();
        if is_on_server {
            println!("SKIPPED on PostgreSQL: {about}");
        }
        is_on_server
    }

    /// Runs statements that both engines know.
    ///
    /// # Panics
    ///
    /// When the database refuses them.
    pub fn alter(&self, kind: Kind, statements: &str) {
        self.ask(kind, statements);
    }

    /// Runs statements and returns what the last one answers: columns by `|`, rows by line.
    ///
    /// # Panics
    ///
    /// When the database refuses them.
    pub fn ask(&self, kind: Kind, statements: &str) -> String {
        match Folder::new(self.path()).place(kind) {
            Place::Server(url) => {
                let text = url.to_string();
                let name = text.rsplit('/').next().unwrap_or_default();
                let server = lethe_pgtest::server().expect("the server the vault is on");
                let schema = url.schema(kind);
                server.sql_in(name, &format!("SET search_path = {schema}; {statements}"))
            }
            Place::File(path) => ask_file(&path, statements),
            Place::Unknown(why) => panic!("{why}"),
        }
    }
}

fn ask_file(path: &std::path::Path, statements: &str) -> String {
    let connection = rusqlite::Connection::open(path).expect("the database opens");
    let mut lines = Vec::new();
    let mut batch = rusqlite::Batch::new(&connection, statements);
    while let Some(mut statement) = batch.next().expect("a good statement") {
        let columns = statement.column_count();
        let mut rows = statement.query([]).expect("a good statement");
        lines.clear();
        while let Some(row) = rows.next().expect("a row") {
            let texts: Vec<String> = (0..columns)
                .map(|column| match row.get_ref_unwrap(column) {
                    rusqlite::types::ValueRef::Null => String::new(),
                    rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                    rusqlite::types::ValueRef::Real(number) => number.to_string(),
                    rusqlite::types::ValueRef::Text(text) => {
                        String::from_utf8_lossy(text).into_owned()
                    }
                    rusqlite::types::ValueRef::Blob(bytes) => lethe_keeper::hex(bytes),
                })
                .collect();
            lines.push(texts.join("|"));
        }
    }
    lines.join("\n")
}
