//! PostgreSQL: a connection, how it is made, lost and made again, and how its rows are read.
//!
//! The callers are threads, so each connection has a small runtime of its own that runs while a
//! caller waits. Reads see one state of the database (REPEATABLE READ). Writes are READ COMMITTED:
//! each statement sees what others committed before it, a row that was updated first is a lock, and
//! nothing has to be tried again but after a deadlock.

use super::{SharedLock, Value};
use crate::place::ServerUrl;
use crate::{Kind, StoreError};
use futures_util::future::try_join_all;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use tokio_postgres::{Client, NoTls, Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements that are on their way at once.
const PIPELINE: usize = 256;
/// For every session: nobody waits for a lock for longer than for SQLite's, and a vault that hangs
/// in a transaction does not hold others up for ever.
const SESSION: &str = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '20s'; \
     SET synchronous_commit = on; SET client_min_messages = warning";

/// A connection to a schema on a server.
pub(super) struct Server {
    runtime: Option<Runtime>,
    url: ServerUrl,
    schema: String,
    session: Option<Session>,
}

/// An open connection and what was prepared on it.
pub(super) struct Session {
    client: Client,
    statements: RefCell<HashMap<&'static str, Statement>>,
}

/// A transaction of a session.
pub(super) struct ServerTx<'s> {
    runtime: &'s Runtime,
    session: &'s Session,
}

impl Server {
    pub(super) fn connect(url: &ServerUrl, kind: Kind) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::CannotOpen(error.to_string()))?;
        let mut server = Self {
            runtime: Some(runtime),
            schema: url.schema(kind),
            url: url.clone(),
            session: None,
        };
        server.session()?;
        Ok(server)
    }

    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    /// Runs `work` in a transaction that begins with `begin`.
    pub(super) fn transact<T, E: From<StoreError>>(
        &mut self,
        begin: &'static str,
        work: impl FnOnce(&ServerTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin(begin)?;
        let (Some(runtime), Some(session)) = (&self.runtime, &self.session) else {
            return Err(StoreError::Disconnected.into());
        };
        let done = work(&ServerTx { runtime, session });
        let client = &session.client;
        match done {
            Ok(value) => match runtime.block_on(client.batch_execute("COMMIT")) {
                Ok(()) => Ok(value),
                Err(error) if error.is_closed() || error.as_db_error().is_none() => {
                    self.session = None;
                    Err(StoreError::Uncertain.into())
                }
                Err(error) => Err(StoreError::from(error).into()),
            },
            Err(error) => {
                // A connection that cannot even do that is given up: the server rolls back then.
                if runtime.block_on(client.batch_execute("ROLLBACK")).is_err() {
                    self.session = None;
                }
                Err(error)
            }
        }
    }

    /// Runs statements that stand for themselves.
    pub(super) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.session()?;
        let (Some(runtime), Some(session)) = (&self.runtime, &self.session) else {
            return Err(StoreError::Disconnected);
        };
        let done = runtime.block_on(session.client.batch_execute(sql));
        if done.is_err() {
            // What a failed batch leaves open goes with its connection.
            self.session = None;
        }
        Ok(done?)
    }

    /// Asks for one number.
    pub(super) fn number(
        &mut self,
        sql: &str,
        args: &[&(dyn ToSql + Sync)],
    ) -> Result<i64, StoreError> {
        self.session()?;
        let (Some(runtime), Some(session)) = (&self.runtime, &self.session) else {
            return Err(StoreError::Disconnected);
        };
        let row = runtime.block_on(session.client.query_one(sql, args))?;
        Ok(row.try_get(0)?)
    }

    pub(super) fn lock(&mut self, lock: SharedLock) -> Result<(), StoreError> {
        let (class, number) = self.lock_key(lock);
        self.number(
            "SELECT 1::BIGINT FROM (SELECT pg_advisory_lock($1, $2)) AS held",
            &[&class, &number],
        )
        .map(drop)
    }

    pub(super) fn try_lock(&mut self, lock: SharedLock) -> Result<bool, StoreError> {
        let (class, number) = self.lock_key(lock);
        let held = self.number(
            "SELECT CASE WHEN pg_try_advisory_lock($1, $2) THEN 1::BIGINT ELSE 0::BIGINT END",
            &[&class, &number],
        )?;
        Ok(held == 1)
    }

    pub(super) fn unlock(&mut self, lock: SharedLock) -> Result<(), StoreError> {
        let (class, number) = self.lock_key(lock);
        // When the connection is gone, so is the lock.
        if self.session.is_none() {
            return Ok(());
        }
        self.number(
            "SELECT 1::BIGINT FROM (SELECT pg_advisory_unlock($1, $2)) AS freed",
            &[&class, &number],
        )
        .map(drop)
    }

    /// Locks are known to the whole database: installations in other schemas have others.
    fn lock_key(&self, lock: SharedLock) -> (i32, i32) {
        let class = crc32fast::hash(self.schema.as_bytes()).cast_signed();
        (class, lock as i32)
    }

    /// Begins a transaction, on a new connection if the old one is gone: nothing was done on it that
    /// could be lost.
    fn begin(&mut self, begin: &'static str) -> Result<(), StoreError> {
        let is_new = self.session()?;
        let outcome = self.try_begin(begin);
        match outcome {
            Err(StoreError::Disconnected) if !is_new => {
                self.session = None;
                self.session()?;
                self.try_begin(begin)
            }
            outcome => outcome,
        }
    }

    fn try_begin(&mut self, begin: &'static str) -> Result<(), StoreError> {
        let (Some(runtime), Some(session)) = (&self.runtime, &self.session) else {
            return Err(StoreError::Disconnected);
        };
        Ok(runtime.block_on(session.client.batch_execute(begin))?)
    }

    /// Connects unless connected; says whether it did.
    fn session(&mut self) -> Result<bool, StoreError> {
        let is_open = |session: &Session| !session.client.is_closed();
        if self.session.as_ref().is_some_and(is_open) {
            return Ok(false);
        }
        self.session = None;
        let Some(runtime) = &self.runtime else {
            return Err(StoreError::Disconnected);
        };
        let client = runtime.block_on(connect(&self.url, &self.schema))?;
        self.session = Some(Session {
            client,
            statements: RefCell::default(),
        });
        Ok(true)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.session = None;
        if let Some(runtime) = self.runtime.take() {
            // Not waited for: it may be dropped where waiting is not allowed.
            runtime.shutdown_background();
        }
    }
}

impl ServerTx<'_> {
    pub(super) fn execute(
        &self,
        sql: &'static str,
        args: &[Value<'_>],
    ) -> Result<usize, StoreError> {
        let statement = self.prepared(sql)?;
        let args = references(args);
        let done = self.session.client.execute(&statement, &args);
        Ok(count(self.runtime.block_on(done)?))
    }

    pub(super) fn execute_many(
        &self,
        sql: &'static str,
        rows: &[Vec<Value<'_>>],
    ) -> Result<Vec<usize>, StoreError> {
        let statement = self.prepared(sql)?;
        let mut counts = Vec::with_capacity(rows.len());
        for rows in rows.chunks(PIPELINE) {
            let args: Vec<_> = rows.iter().map(|row| references(row)).collect();
            let each = args
                .iter()
                .map(|args| self.session.client.execute(&statement, args));
            let done = self.runtime.block_on(try_join_all(each))?;
            counts.extend(done.into_iter().map(count));
        }
        Ok(counts)
    }

    pub(super) fn query(
        &self,
        sql: &'static str,
        args: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepared(sql)?;
        let args = references(args);
        let rows = self.session.client.query(&statement, &args);
        Ok(self.runtime.block_on(rows)?)
    }

    pub(super) fn query_many(
        &self,
        sql: &'static str,
        asked: &[Vec<Value<'_>>],
    ) -> Result<Vec<Vec<Row>>, StoreError> {
        let statement = self.prepared(sql)?;
        let mut answers = Vec::with_capacity(asked.len());
        for asked in asked.chunks(PIPELINE) {
            let args: Vec<_> = asked.iter().map(|args| references(args)).collect();
            let each = args
                .iter()
                .map(|args| self.session.client.query(&statement, args));
            answers.extend(self.runtime.block_on(try_join_all(each))?);
        }
        Ok(answers)
    }

    fn prepared(&self, sql: &'static str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.session.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let prepared = self.runtime.block_on(self.session.client.prepare(sql))?;
        let mut statements = self.session.statements.borrow_mut();
        statements.insert(sql, prepared.clone());
        Ok(prepared)
    }
}

async fn connect(url: &ServerUrl, schema: &str) -> Result<Client, StoreError> {
    let mut config = url
        .config()
        .map_err(|error| StoreError::CannotOpen(error.to_string()))?;
    let is_near = config.get_hosts().iter().all(is_on_this_machine);
    config.application_name("lethe");
    config.connect_timeout(CONNECT_TIMEOUT);
    config.tcp_user_timeout(Duration::from_secs(10));
    config.keepalives_idle(Duration::from_secs(10));
    if !is_near && config.get_ssl_mode() == SslMode::Disable {
        return Err(StoreError::CannotOpen(format!(
            "{url} is another machine, and sslmode=disable would send what it holds in the clear: leave it out"
        )));
    }
    if !is_near || url.is_verified() {
        config.ssl_mode(SslMode::Require);
    }
    let unreachable = |error: tokio_postgres::Error| cannot_connect(url, &error);
    let client = if config.get_ssl_mode() == SslMode::Require {
        let (client, connection) = config.connect(tls(url)?).await.map_err(unreachable)?;
        drop(tokio::spawn(connection));
        client
    } else {
        let (client, connection) = config.connect(NoTls).await.map_err(unreachable)?;
        drop(tokio::spawn(connection));
        client
    };
    // The schema's name is checked to need no quotes.
    let settings = format!("{SESSION}; SET search_path = {schema}");
    client.batch_execute(&settings).await?;
    Ok(client)
}

fn is_on_this_machine(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse()
                    .is_ok_and(|address: IpAddr| address.is_loopback())
        }
    }
}

fn tls(url: &ServerUrl) -> Result<MakeRustlsConnect, StoreError> {
    let unusable = |what: &str| {
        StoreError::CannotOpen(format!(
            "the file of sslrootcert {what}: it must hold certificates in PEM"
        ))
    };
    let mut roots = rustls::RootCertStore::empty();
    match url.root_certificates() {
        None => roots.extend(tokio_postgres_rustls_roots()),
        Some(file) => {
            let all =
                CertificateDer::pem_file_iter(file).map_err(|_| unusable("cannot be read"))?;
            for one in all {
                let one = one.map_err(|_| unusable("is malformed"))?;
                roots.add(one).map_err(|_| unusable("is malformed"))?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::CannotOpen(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn tokio_postgres_rustls_roots() -> impl Iterator<Item = rustls::pki_types::TrustAnchor<'static>> {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned()
}

fn cannot_connect(url: &ServerUrl, error: &tokio_postgres::Error) -> StoreError {
    let why = match error.as_db_error() {
        Some(said) if *said.code() == SqlState::INVALID_PASSWORD => {
            "it does not accept this user and password".to_owned()
        }
        // What the server says names users and databases, and no value.
        Some(said) => said.message().to_owned(),
        None => match std::error::Error::source(error) {
            Some(source) => source.to_string(),
            None => error.to_string(),
        },
    };
    StoreError::CannotOpen(format!("PostgreSQL at {url}: {why}"))
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(said) = error.as_db_error() else {
            let source = std::error::Error::source(&error);
            let is_io = source.is_some_and(|source| source.is::<std::io::Error>());
            return match error.is_closed() || is_io {
                true => Self::Disconnected,
                false => Self::Server(error.to_string()),
            };
        };
        let code = said.code();
        match code.code() {
            "53100" => Self::Full,
            "25006" => Self::StandBy,
            "40001" | "40P01" => Self::Conflict,
            "55P03" => Self::Busy,
            // Terminated, shutting down, starting up, not accepting.
            "57P01" | "57P02" | "57P03" | "25P03" => Self::Disconnected,
            "42501" => Self::Forbidden(said.table().unwrap_or("one of its tables").to_owned()),
            // Messages may quote values (as those on unique keys do): only what names no value is told.
            _ => Self::Server(format!(
                "error {}{}",
                code.code(),
                said.constraint()
                    .or(said.table())
                    .map(|name| format!(" at {name}"))
                    .unwrap_or_default()
            )),
        }
    }
}

fn references<'a>(args: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect()
}

fn count(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

type AnyError = Box<dyn std::error::Error + Sync + Send>;

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[value]")
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, AnyError> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) => number.to_sql(ty, out),
            Value::Text(text) => text.to_sql(ty, out),
            Value::Blob(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(ty)
    }

    to_sql_checked!();
}
