//! What a shop would build in PostgreSQL: pgcrypto column by column with an audit row per act, and the
//! same tables with nothing at all.
//!
//! The peer gets what it can reasonably have: one prepared statement and one round trip per act, the
//! audit row in the same durable transaction, a connection per client, a Unix socket.

mod preload;
mod server;
mod session;

use super::arm::Arm;
use super::measure;
use crate::error::{CliError, Exit};
use lethe_sample::Shop;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio_postgres::{Client, Config, NoTls};

pub(crate) use server::{CHANGED, Server};
pub(crate) use session::Session;

/// Clients, each with a connection of its own, at most.
pub(crate) const CONNECTIONS_MAX: usize = 256;

const SIZE: &str = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c \
                    JOIN pg_namespace n ON n.oid = c.relnamespace \
                    WHERE n.nspname = current_schema() AND c.relkind = 'r'";
const BACKEND: &str = "SELECT pg_backend_pid()";
const VERSION: &str = "SHOW server_version";
const SETTLE: &str = "VACUUM (ANALYZE) customers; VACUUM (ANALYZE) orders; VACUUM (ANALYZE) deliveries; \
                      VACUUM (ANALYZE) invoices; CHECKPOINT";
const EXTENSION: &str = "CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public";
const PLAIN_TABLES: &str = include_str!("sql/plain.sql");
const SEALED_TABLES: &str = include_str!("sql/sealed.sql");

/// How values are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sealing {
    /// Not at all.
    None,
    /// `pgp_sym_encrypt` with its default key stretching.
    Pgp,
    /// `pgp_sym_encrypt` with `s2k-mode=1`.
    PgpS2k1,
    /// `encrypt_iv`, AES-256-CBC: not authenticated.
    Aes,
}

/// A schema of its own in a server.
pub(crate) struct Postgres {
    config: Config,
    sealing: Sealing,
    pid: Option<u32>,
    version: String,
    orders: Vec<i64>,
    emails: Vec<String>,
    bytes_per_customer: f64,
    next: AtomicU64,
}

impl Sealing {
    fn schema(self) -> [&'static str; 2] {
        match self {
            Self::None => [
                "CREATE SCHEMA lethe_bench_plain",
                "DROP SCHEMA IF EXISTS lethe_bench_plain CASCADE",
            ],
            Self::Pgp => [
                "CREATE SCHEMA lethe_bench_pgp",
                "DROP SCHEMA IF EXISTS lethe_bench_pgp CASCADE",
            ],
            Self::PgpS2k1 => [
                "CREATE SCHEMA lethe_bench_s2k1",
                "DROP SCHEMA IF EXISTS lethe_bench_s2k1 CASCADE",
            ],
            Self::Aes => [
                "CREATE SCHEMA lethe_bench_aes",
                "DROP SCHEMA IF EXISTS lethe_bench_aes CASCADE",
            ],
        }
    }

    fn search_path(self) -> &'static str {
        match self {
            Self::None => "-c search_path=lethe_bench_plain,public",
            Self::Pgp => "-c search_path=lethe_bench_pgp,public",
            Self::PgpS2k1 => "-c search_path=lethe_bench_s2k1,public",
            Self::Aes => "-c search_path=lethe_bench_aes,public",
        }
    }

    fn functions(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Pgp => Some(include_str!("sql/seal_pgp.sql")),
            Self::PgpS2k1 => Some(include_str!("sql/seal_pgp_s2k1.sql")),
            Self::Aes => Some(include_str!("sql/seal_aes.sql")),
        }
    }
}

impl Postgres {
    /// Makes the tables of an arm in a server, and fills them with the sample shop.
    pub(crate) fn prepare(server: &Server, arm: Arm, shop: &Shop) -> Result<Self, CliError> {
        let sealing = arm
            .sealing()
            .ok_or_else(|| CliError::usage("this arm is not one of PostgreSQL's"))?;
        let mut config = server.config().clone();
        config.options(sealing.search_path());
        let mut made = Self {
            config,
            sealing,
            pid: None,
            version: String::new(),
            orders: Vec::new(),
            emails: Vec::new(),
            bytes_per_customer: 0.0,
            next: AtomicU64::new(0),
        };
        super::load::runtime()?.block_on(made.fill(shop))?;
        Ok(made)
    }

    async fn fill(&mut self, shop: &Shop) -> Result<(), CliError> {
        let client = connect(&self.config).await?;
        if self.sealing != Sealing::None {
            client.batch_execute(EXTENSION).await.map_err(failed)?;
        }
        let [create, _] = self.sealing.schema();
        client.batch_execute(create).await.map_err(failed)?;
        let tables = match self.sealing {
            Sealing::None => PLAIN_TABLES,
            _ => SEALED_TABLES,
        };
        client.batch_execute(tables).await.map_err(failed)?;
        if let Some(functions) = self.sealing.functions() {
            client.batch_execute(functions).await.map_err(failed)?;
        }
        (self.orders, self.emails) = preload::fill(&self.config, self.sealing, shop).await?;
        for statement in SETTLE.split("; ") {
            client.batch_execute(statement).await.map_err(failed)?;
        }
        let bytes: i64 = client.query_one(SIZE, &[]).await.map_err(failed)?.get(0);
        self.bytes_per_customer = bytes as f64 / f64::from(shop.spec().customers.max(1));
        let version = client.query_one(VERSION, &[]).await.map_err(failed)?;
        self.version = version.get(0);
        let backend: i32 = client.query_one(BACKEND, &[]).await.map_err(failed)?.get(0);
        self.pid = u32::try_from(backend).ok().and_then(local_server);
        Ok(())
    }

    /// Opens a client's connection.
    pub(crate) async fn session(&self) -> Result<Session, CliError> {
        Session::open(connect(&self.config).await?, self.sealing).await
    }

    /// The server's first process, if it is on this machine.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.pid
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn bytes_per_customer(&self) -> f64 {
        self.bytes_per_customer
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let [_, drop_schema] = self.sealing.schema();
        let Ok(runtime) = super::load::runtime() else {
            return;
        };
        // A throw-away server goes as a whole; in somebody's own, what is left can be dropped by hand.
        runtime.block_on(async {
            if let Ok(client) = connect(&self.config).await {
                drop(client.batch_execute(drop_schema).await);
            }
        });
    }
}

/// The parent of the backend, where both are processes of this machine.
fn local_server(backend: u32) -> Option<u32> {
    let name = std::fs::read_to_string(format!("/proc/{backend}/comm")).ok()?;
    (name.trim() == "postgres")
        .then(|| measure::parent(backend))
        .flatten()
}

async fn connect(config: &Config) -> Result<Client, CliError> {
    let mut config = config.clone();
    config.connect_timeout(Duration::from_secs(10));
    let (client, connection) = config.connect(NoTls).await.map_err(failed)?;
    // Its end is seen by whoever uses the client.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands in `map_err`, which gives the error away"
)]
fn failed(error: tokio_postgres::Error) -> CliError {
    let detail = error.as_db_error().map(ToString::to_string);
    let text = detail.unwrap_or_else(|| error.to_string());
    CliError::new(Exit::Failure, "postgres", format!("PostgreSQL: {text}"))
}
