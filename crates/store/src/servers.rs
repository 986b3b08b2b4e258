//! `databases.toml`: the servers of an installation whose databases are not files in its folder.

use crate::{Kind, MalformedUrl, ServerUrl};
use serde::Deserialize;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Where the databases are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Servers {
    /// Of the active store and of the journal.
    pub store: ServerUrl,
    /// Of the keyring.
    pub keyring: ServerUrl,
    /// Of the archive.
    pub archive: ServerUrl,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    store: String,
    keyring: Option<String>,
    archive: Option<String>,
}

impl Servers {
    /// The file's name in the folder.
    pub const FILE: &str = "databases.toml";

    /// Takes addresses as they are given: what is left out is where the store is.
    ///
    /// # Errors
    ///
    /// When one of them is none.
    pub fn new(
        store: &str,
        keyring: Option<&str>,
        archive: Option<&str>,
    ) -> Result<Self, MalformedUrl> {
        Ok(Self {
            store: ServerUrl::parse(store)?,
            keyring: ServerUrl::parse(keyring.unwrap_or(store))?,
            archive: ServerUrl::parse(archive.unwrap_or(store))?,
        })
    }

    /// Reads the file; `None` when there is none, a sentence when it cannot be used.
    pub(crate) fn read(path: &Path) -> Option<Result<Self, String>> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => return Some(Err(format!("{}: {error}", path.display()))),
        };
        Some(Self::parse(path, &text))
    }

    fn parse(path: &Path, text: &str) -> Result<Self, String> {
        let name = path.display();
        let mode = fs::metadata(path).map_or(0, |data| data.permissions().mode());
        if mode & 0o077 != 0 {
            return Err(format!(
                "{name} may hold passwords and can be read by others: chmod 600 it"
            ));
        }
        // The parser's message would quote the line, which may hold a password.
        let file: File = toml::from_str(text).map_err(|_| {
            format!("{name} is malformed: it holds store, and perhaps keyring and archive, each an address in quotes")
        })?;
        Self::new(
            &file.store,
            file.keyring.as_deref(),
            file.archive.as_deref(),
        )
        .map_err(|error| format!("{name}: {error}"))
    }

    /// Writes the file, readable by its owner alone.
    ///
    /// # Errors
    ///
    /// What the file system says; also when there is one already.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(folder.join(Self::FILE))?;
        let quoted = |url: &ServerUrl| toml::Value::String(url.expose()).to_string();
        writeln!(
            file,
            "# Where this vault's databases are. It may hold passwords: for the vault's user alone.\n\
             store = {}\nkeyring = {}\narchive = {}",
            quoted(&self.store),
            quoted(&self.keyring),
            quoted(&self.archive)
        )?;
        file.sync_all()
    }

    /// Returns the address of a database.
    pub fn of(&self, kind: Kind) -> &ServerUrl {
        match kind {
            Kind::Active | Kind::Journal => &self.store,
            Kind::Keyring => &self.keyring,
            Kind::Archive => &self.archive,
        }
    }
}
