//! The way to the data: the folder itself, or the server that holds it.
//!
//! With an API key a command acts as that key, through the folder's server if one is running. Without
//! one it acts as the operator, and the folder must be free.

mod acts;
mod folder;
mod server;

pub(crate) use acts::{Acts, Erased, FetchedDocument, Look, Narrowing, NewKey, OrderName};
pub(crate) use folder::{Folder, store_id};
use server::Server;

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::passphrase;
use crate::surroundings;
use lethe_crypto::ApiKey;
use lethe_ops::{Error, Installation, Vault};
use std::path::Path;
use zeroize::Zeroizing;

/// Opens whichever way is right.
pub(crate) fn open(globals: &Globals) -> Result<Box<dyn Acts>, CliError> {
    let socket = lethe_store::Folder::new(globals.data()).socket();
    if let Some(key) = key(globals)?
        && let Some(server) = Server::find(&socket, &key)?
    {
        return Ok(Box::new(server));
    }
    match folder(globals) {
        Err(error) if error.exit == Exit::Locked => Err(with_key(error)),
        other => Ok(Box::new(other?)),
    }
}

/// Opens the folder and says who acts.
pub(crate) fn folder(globals: &Globals) -> Result<Folder, CliError> {
    let key = key(globals)?;
    let vault = vault(globals)?;
    let named = globals.store.as_deref();
    let credential = match &key {
        None => vault.operator(store_id(&vault, named)?)?,
        Some(key) => {
            let credential = vault.authenticate(key, None)?;
            if named.is_some() && store_id(&vault, named)? != credential.store {
                let text = "this key belongs to another shop than --store names";
                return Err(CliError::usage(text));
            }
            credential
        }
    };
    Ok(Folder { vault, credential })
}

/// Opens the vault with the passphrase.
pub(crate) fn vault(globals: &Globals) -> Result<Vault, CliError> {
    // First the lock, then the passphrase: nobody types one for a folder that is taken.
    let installation = installation(&globals.data())?;
    let passphrase = passphrase::read(globals)?;
    Ok(installation.open(&passphrase, surroundings::real())?)
}

/// Finds and locks the installation in a folder.
pub(crate) fn installation(data: &Path) -> Result<Installation, CliError> {
    Installation::find(data).map_err(locked)
}

/// Reads the API key this command acts with, if there is one.
pub(crate) fn key(globals: &Globals) -> Result<Option<ApiKey>, CliError> {
    let text = match &globals.key_file {
        Some(path) => {
            let what = format!("cannot read the key file {}", path.display());
            Some(std::fs::read_to_string(path).map_err(CliError::file(what))?)
        }
        None => std::env::var("LETHE_KEY").ok(),
    };
    let Some(text) = text.map(Zeroizing::new) else {
        return Ok(None);
    };
    Ok(Some(ApiKey::parse(text.trim()).map_err(Error::from)?))
}

fn locked(error: Error) -> CliError {
    let Error::Locked(pid) = error else {
        return error.into();
    };
    let pid = pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
    let text = format!("another Lethe process{pid} works on this folder: wait for it, or stop it");
    CliError::new(Exit::Locked, "folder-locked", text)
}

/// Adds the way that commands on personal data have beside waiting.
fn with_key(mut error: CliError) -> CliError {
    error.message += ". If it is `lethe serve`, this command also goes through it: give an API key \
                      with --key-file FILE or LETHE_KEY";
    error
}
