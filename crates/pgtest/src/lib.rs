//! PostgreSQL servers for tests, each in a temporary folder of its own and gone when dropped.
//!
//! Needs Debian's `postgresql`. Without it a test is skipped with a printed line; with `CI=true` it
//! fails.

mod proxy;
mod server;

pub use proxy::Proxy;
pub use server::PgServer;
