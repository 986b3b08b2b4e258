//! Where the databases of a new folder are: options that `init` and `join` share.

use crate::error::CliError;
use lethe_store::Servers;

/// Where the databases are, if they are not to be files in the folder
#[derive(clap::Args)]
pub(crate) struct ServerArgs {
    /// PostgreSQL database of the active store and the log, `postgres://user@host:5432/name`
    ///
    /// Other machines are spoken to by TLS alone; `sslrootcert=FILE` names whom to trust. Several
    /// hosts may be named, with `target_session_attrs=read-write`. An environment variable keeps the
    /// password out of the list of processes.
    #[arg(
        long,
        value_name = "URL",
        env = "LETHE_STORE_URL",
        hide_env_values = true
    )]
    store_url: Option<String>,
    /// Database of the keyring, whose backups live shorter; where the store is, if left out
    #[arg(
        long,
        value_name = "URL",
        env = "LETHE_KEYRING_URL",
        hide_env_values = true,
        requires = "store_url"
    )]
    keyring_url: Option<String>,
    /// Database of the archive; where the store is, if left out
    #[arg(
        long,
        value_name = "URL",
        env = "LETHE_ARCHIVE_URL",
        hide_env_values = true,
        requires = "store_url"
    )]
    archive_url: Option<String>,
}

impl ServerArgs {
    /// Reads the addresses; `None` when the databases are to be files.
    pub(crate) fn read(&self) -> Result<Option<Servers>, CliError> {
        let Some(store) = &self.store_url else {
            return Ok(None);
        };
        let (keyring, archive) = (self.keyring_url.as_deref(), self.archive_url.as_deref());
        Servers::new(store, keyring, archive)
            .map(Some)
            .map_err(|error| CliError::usage(error.to_string()))
    }
}
