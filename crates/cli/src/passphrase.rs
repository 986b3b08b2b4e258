//! Where the passphrase comes from: a file, the service manager, or a person. Never an argument,
//! which every process on the machine can read.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use std::fs::File;
use std::io::{IsTerminal, Read, stderr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The name under which a service manager hands the passphrase over (systemd `LoadCredential=`).
const CREDENTIAL: &str = "lethe-passphrase";
/// A passphrase file is not longer than this; a larger one is another file.
const FILE_BYTES_MAX: u64 = 4 * 1024;

/// Reads the passphrase of an existing installation.
pub(crate) fn read(globals: &Globals) -> Result<Zeroizing<String>, CliError> {
    match file(globals) {
        Some(path) => read_file(&path, globals.json),
        None => ask("Passphrase: "),
    }
}

/// Reads the passphrase of a new installation; a person types it twice.
pub(crate) fn read_new(globals: &Globals) -> Result<Zeroizing<String>, CliError> {
    if let Some(path) = file(globals) {
        return read_file(&path, globals.json);
    }
    let first = ask("Passphrase for the root key (at least 12 characters): ")?;
    let second = ask("The same again: ")?;
    if first == second {
        Ok(first)
    } else {
        Err(CliError::usage(
            "the two passphrases differ: nothing was made, start again",
        ))
    }
}

/// Reads a passphrase from a file, without the line's end; warns of one that everybody can read.
pub(crate) fn read_file(path: &Path, is_quiet: bool) -> Result<Zeroizing<String>, CliError> {
    let failed = || {
        CliError::file(format!(
            "cannot read the passphrase file {}",
            path.display()
        ))
    };
    let file = File::open(path).map_err(failed())?;
    let meta = file.metadata().map_err(failed())?;
    if !is_quiet && meta.is_file() && meta.permissions().mode() & 0o007 != 0 {
        eprintln!(
            "warning: everybody on this machine can read {}: chmod 600 it",
            path.display()
        );
    }
    let mut text = Zeroizing::new(String::new());
    file.take(FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .map_err(failed())?;
    let end = text.strip_suffix('\n').unwrap_or(&text);
    let end = end.strip_suffix('\r').unwrap_or(end).len();
    text.truncate(end);
    if text.is_empty() {
        return Err(CliError::usage(format!(
            "the passphrase file {} is empty",
            path.display()
        )));
    }
    Ok(text)
}

/// Reads the passphrase of a new share; its custodian types it twice.
pub(crate) fn of_share(
    custodian: &str,
    file: Option<&Path>,
) -> Result<Zeroizing<String>, CliError> {
    if let Some(path) = file {
        return read_file(path, false);
    }
    let first = ask(&format!(
        "{custodian}, a passphrase for your share (at least 12 characters): "
    ))?;
    let second = ask("The same again: ")?;
    if first == second {
        Ok(first)
    } else {
        Err(CliError::usage(
            "the two passphrases differ: nothing was made, start again",
        ))
    }
}

/// Reads the passphrase of a share file.
pub(crate) fn of_share_file(
    name: &str,
    file: Option<&Path>,
) -> Result<Zeroizing<String>, CliError> {
    match file {
        Some(path) => read_file(path, false),
        None => ask(&format!("Passphrase of {name}: ")),
    }
}

fn file(globals: &Globals) -> Option<PathBuf> {
    globals.passphrase_file.clone().or_else(|| {
        let path = Path::new(&std::env::var_os("CREDENTIALS_DIRECTORY")?).join(CREDENTIAL);
        path.exists().then_some(path)
    })
}

fn ask(prompt: &str) -> Result<Zeroizing<String>, CliError> {
    let missing = || {
        CliError::new(
            Exit::Usage,
            "passphrase-missing",
            "there is no terminal to ask for the passphrase: give it with --passphrase-file FILE, \
             LETHE_PASSPHRASE_FILE, or the systemd credential `lethe-passphrase`",
        )
    };
    if !stderr().is_terminal() {
        return Err(missing());
    }
    rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .map_err(|_| missing())
}
