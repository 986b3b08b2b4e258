//! A PostgreSQL of one's own for tests: a server per process, a database per test, a standby, and ways
//! to break all of them.
//!
//! Needs `initdb`, `pg_ctl`, `psql` and `pg_basebackup` (Debian: `postgresql`). [`server`] is `None`
//! with a printed line when they are missing, and panics then when `CI=true`.

mod files;
mod proxy;
mod server;
mod watchdog;

pub use files::Certificate;
pub use proxy::Proxy;
pub use server::{Options, Server, Stop};

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

/// Returns this process's server, started when it is first asked for. It ends with the process.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER
        .get_or_init(|| Server::start(&Options::default()))
        .as_ref()
}

/// Returns the address of an empty database of its own on this process's server.
pub fn fresh_database() -> Option<String> {
    let server = server()?;
    let name = next_name();
    server.sql(&format!("CREATE DATABASE {name}"));
    Some(server.url(&name))
}

/// Returns the address of a copy of the template `name`, which `make` fills when it is first asked
/// for: it is given the address of an empty database, and must have left it when it returns.
pub fn copied_database(name: &'static str, make: impl FnOnce(&str)) -> Option<String> {
    static TEMPLATES: Mutex<BTreeMap<&str, String>> = Mutex::new(BTreeMap::new());
    let server = server()?;
    let mut templates = TEMPLATES.lock().unwrap();
    let template = templates.entry(name).or_insert_with(|| {
        let template = next_name();
        server.sql(&format!("CREATE DATABASE {template}"));
        make(&server.url(&template));
        template
    });
    let copy = next_name();
    server.wait_until_nobody_uses(template);
    server.sql(&format!("CREATE DATABASE {copy} TEMPLATE {template}"));
    Some(server.url(&copy))
}

fn next_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("t{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}
