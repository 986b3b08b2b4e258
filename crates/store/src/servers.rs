//! `databases.toml`: the servers of an installation whose databases are not files in its folder.

use crate::{Kind, ServerUrl, StoreError};
use serde::Deserialize;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Where the databases are. It prints without passwords.
#[derive(Clone)]
pub struct Servers {
    store: Named,
    keyring: Named,
    archive: Named,
}

/// An address as it was written, and as it was understood.
#[derive(Clone)]
struct Named {
    text: String,
    url: ServerUrl,
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

    /// Takes addresses as they are given: of the active store and the journal, of the keyring, and of
    /// the archive. What is left out is where the store is.
    ///
    /// # Errors
    ///
    /// When one of them is none, or two databases would be in one schema.
    pub fn new(
        store: &str,
        keyring: Option<&str>,
        archive: Option<&str>,
    ) -> Result<Self, StoreError> {
        let is_one_schema = store.contains("schema=") && (keyring.is_none() || archive.is_none());
        if is_one_schema {
            return Err(StoreError::Address(
                "schema= names one schema: the keyring and the archive need addresses of their own"
                    .to_owned(),
            ));
        }
        let named = |text: &str| -> Result<Named, StoreError> {
            Ok(Named {
                text: text.to_owned(),
                url: text.parse()?,
            })
        };
        Ok(Self {
            store: named(store)?,
            keyring: named(keyring.unwrap_or(store))?,
            archive: named(archive.unwrap_or(store))?,
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
            format!(
                "{name} is malformed: it holds store, and perhaps keyring and archive, each an address in quotes"
            )
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
        let quoted = |named: &Named| toml::Value::String(named.text.clone()).to_string();
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
        let named = match kind {
            Kind::Active | Kind::Journal => &self.store,
            Kind::Keyring => &self.keyring,
            Kind::Archive => &self.archive,
        };
        &named.url
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [store, keyring, archive] = [&self.store, &self.keyring, &self.archive];
        write!(
            f,
            "Servers({}, {}, {})",
            store.url, keyring.url, archive.url
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_written_for_its_owner_alone_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = "postgres://vault:s3cret@db1:5433/shop";
        let servers = Servers::new(store, Some("postgres://db2/keys"), None).unwrap();
        servers.write(folder.path()).unwrap();
        let path = folder.path().join(Servers::FILE);
        let read = Servers::read(&path).unwrap().unwrap();
        assert_eq!(read.of(Kind::Archive), servers.of(Kind::Active));
        assert!(!format!("{read:?}").contains("s3cret"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = Servers::read(&path).unwrap().unwrap_err();
        assert!(refused.contains("chmod 600"), "{refused}");
    }

    #[test]
    fn a_malformed_file_is_refused_without_its_passwords() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(Servers::FILE);
        for text in [
            "store = 'postgres://x:s3cret@h/d'\nkeyrng = 's3cret'",
            "store = 's3cret'",
            "s3cret",
        ] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            let refused = Servers::read(&path).unwrap().unwrap_err();
            assert!(!refused.contains("s3cret"), "{refused}");
        }
    }

    #[test]
    fn two_databases_are_never_put_into_one_schema() {
        assert!(Servers::new("postgres://h/d?schema=a", None, None).is_err());
    }
}
