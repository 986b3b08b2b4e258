//! The way to a server: TLS, and what every connection is told before its first transaction.

use super::driver::{runtime, wait};
use super::failure::{cannot_connect, of_connecting};
use super::{Access, Postgres, Session};
use crate::StoreError;
use crate::place::Tls;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Error, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

impl Postgres {
    pub(super) fn connect(&self) -> Result<Session, StoreError> {
        let server = self.url.to_string();
        let config = self.url.config().clone();
        let client = match self.url.tls() {
            Tls::Off => connect_with(config, NoTls)?,
            Tls::Verified { roots } => {
                let tls = tls_client(roots.as_deref(), &server)?;
                connect_with(config, MakeRustlsConnect::new(tls))?
            }
        };
        let client = client.map_err(|error| of_connecting(&error, &server))?;
        let session = Session::new(client);
        session.batch(&self.greeting())?;
        Ok(session)
    }

    /// What holds for the connection, whatever the server's or the role's own defaults are.
    fn greeting(&self) -> String {
        let schema = self.url.schema(self.kind);
        let read_only = match self.access {
            Access::Read => "on",
            Access::Write => "off",
        };
        // A commit is acknowledged when it is on disk; where an administrator asks for more
        // (remote_apply), it stays. Locks are waited for as long as SQLite's.
        format!(
            "SET search_path TO \"{schema}\", pg_temp; \
             SET default_transaction_read_only TO {read_only}; \
             SET lock_timeout TO '10s'; \
             SET idle_in_transaction_session_timeout TO '20s'; \
             SET client_min_messages TO warning; \
             SELECT set_config('synchronous_commit', 'on', false) \
             WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')"
        )
    }
}

/// Connects on the driver's thread, which then moves the connection's bytes until it ends.
fn connect_with<T>(config: Config, tls: T) -> Result<Result<Client, Error>, StoreError>
where
    T: MakeTlsConnect<Socket> + Send + 'static,
    T::TlsConnect: Send,
    T::Stream: Send,
    <T::TlsConnect as tokio_postgres::tls::TlsConnect<Socket>>::Future: Send,
{
    let connecting = runtime()?.spawn(async move {
        let (client, connection) = config.connect(tls).await?;
        // Its end reaches whoever asks next as a closed connection.
        drop(tokio::spawn(async move { drop(connection.await) }));
        Ok(client)
    });
    wait(connecting)
        .map_err(|error| StoreError::CannotOpen(format!("connecting was interrupted: {error}")))
}

fn tls_client(roots: Option<&Path>, server: &str) -> Result<ClientConfig, StoreError> {
    let failed = |detail: String| cannot_connect(server, &detail);
    let mut store = RootCertStore::empty();
    match roots {
        None => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let unreadable = |error| {
                failed(format!(
                    "sslrootcert {} cannot be read: {error}",
                    path.display()
                ))
            };
            for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
                let certificate = certificate.map_err(unreadable)?;
                store
                    .add(certificate)
                    .map_err(|error| failed(format!("sslrootcert: {error}")))?;
            }
            if store.is_empty() {
                let empty = "holds no certificate";
                return Err(failed(format!("sslrootcert {} {empty}", path.display())));
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?;
    Ok(builder.with_root_certificates(store).with_no_client_auth())
}
