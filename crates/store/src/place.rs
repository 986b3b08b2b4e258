//! Where a database is: in a file, or on a PostgreSQL server.

use crate::Kind;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a database is.
#[derive(Debug, Clone)]
pub enum Place {
    /// A file of SQLite's.
    File(PathBuf),
    /// A schema on a server.
    Server(ServerUrl),
    /// Nobody knows: why.
    Unknown(String),
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<&PathBuf> for Place {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&Place> for Place {
    fn from(place: &Place) -> Self {
        place.clone()
    }
}

/// The address of a PostgreSQL database, with all that a connection to it needs. It may hold a
/// password, so it prints as hosts and name alone.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerUrl {
    text: String,
    schema: Option<String>,
    root_certificates: Option<PathBuf>,
    is_verified: bool,
}

/// An address that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no address of a PostgreSQL database: {0}; write postgres://user@host:5432/name")]
pub struct MalformedUrl(String);

impl ServerUrl {
    /// Reads `postgres://user:password@host:port/name?…`, as libpq writes it. Beside the parameters
    /// that `tokio-postgres` knows: `schema`, for several installations in one database,
    /// `sslrootcert`, a file of certificates to trust, and `sslmode=verify-full`, which is what
    /// `require` means here, too.
    ///
    /// # Errors
    ///
    /// [`MalformedUrl`] says what is wrong, without the address.
    pub fn parse(text: &str) -> Result<Self, MalformedUrl> {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        if !base.starts_with("postgres://") && !base.starts_with("postgresql://") {
            return Err(MalformedUrl("it begins with something else".to_owned()));
        }
        let (mut schema, mut root_certificates, mut is_verified) = (None, None, false);
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("schema", name)) => schema = Some(checked_schema(name)?),
                Some(("sslrootcert", file)) => root_certificates = Some(PathBuf::from(file)),
                Some(("sslmode", "verify-full" | "require")) => {
                    is_verified = true;
                    kept.push("sslmode=require".to_owned());
                }
                _ => kept.push(pair.to_owned()),
            }
        }
        let url = Self {
            text: match kept.is_empty() {
                true => base.to_owned(),
                false => format!("{base}?{}", kept.join("&")),
            },
            schema,
            root_certificates,
            is_verified,
        };
        url.config().map(|_| url)
    }

    /// Returns the schema that a database of this kind lies in.
    pub fn schema(&self, kind: Kind) -> String {
        match &self.schema {
            Some(prefix) => format!("{prefix}_{}", kind.name()),
            None => format!("lethe_{}", kind.name()),
        }
    }

    /// Returns the address with its password: to be written into files that only the vault's user
    /// reads.
    pub fn expose(&self) -> String {
        let mut more = Vec::new();
        more.extend(self.schema.as_ref().map(|name| format!("schema={name}")));
        let file = self.root_certificates.as_ref();
        more.extend(file.map(|file| format!("sslrootcert={}", file.display())));
        let separator = if self.text.contains('?') { '&' } else { '?' };
        match more.is_empty() {
            true => self.text.clone(),
            false => format!("{}{separator}{}", self.text, more.join("&")),
        }
    }

    pub(crate) fn root_certificates(&self) -> Option<&Path> {
        self.root_certificates.as_deref()
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.is_verified
    }

    pub(crate) fn config(&self) -> Result<tokio_postgres::Config, MalformedUrl> {
        let parsed = self.text.parse::<tokio_postgres::Config>();
        // The driver's error may quote the address: its kind is all that is told.
        parsed
            .map_err(|_| MalformedUrl("the driver does not understand one of its parts".to_owned()))
    }
}

fn checked_schema(name: &str) -> Result<String, MalformedUrl> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    match starts_well && name.len() <= 40 && name.bytes().all(is_plain) {
        true => Ok(name.to_owned()),
        false => Err(MalformedUrl(
            "a schema is named by up to 40 lower-case letters, digits and underscores".to_owned(),
        )),
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after_scheme = self.text.split_once("://").map_or("", |(_, rest)| rest);
        let without_query = after_scheme.split('?').next().unwrap_or_default();
        let place = without_query
            .rsplit_once('@')
            .map_or(without_query, |(_, place)| place);
        write!(f, "postgres://{place}")
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerUrl({self})")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(url) => url.fmt(f),
            Self::Unknown(why) => f.write_str(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_prints_without_user_and_password() {
        let url = ServerUrl::parse("postgres://vault:s3cret@db1,db2:5433/shop?schema=eu").unwrap();
        assert_eq!(url.to_string(), "postgres://db1,db2:5433/shop");
        assert!(!format!("{url:?}").contains("s3cret"));
        assert_eq!(url.schema(Kind::Keyring), "eu_keyring");
        assert_eq!(ServerUrl::parse(&url.expose()), Ok(url));
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        for text in [
            "mysql://x:s3cret@h/d",
            "postgres://x:s3cret@h:port/d",
            "postgres://x:s3cret@h/d?schema=Robert'--",
        ] {
            let error = ServerUrl::parse(text).unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
