//! Where one database is: a file, or a schema on a PostgreSQL server.

use crate::{Kind, StoreError};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// Where PostgreSQL's own programs look for a server when no host is named.
const DEFAULT_SOCKETS: &str = "/var/run/postgresql";

/// Where one database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file of SQLite's.
    File(PathBuf),
    /// A schema on a PostgreSQL server.
    Server(Box<ServerUrl>),
    /// Nobody knows: why.
    Unknown(String),
}

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}
impl From<&PathBuf> for Place {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}
impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}
impl From<ServerUrl> for Place {
    fn from(url: ServerUrl) -> Self {
        Self::Server(Box::new(url))
    }
}
impl From<&ServerUrl> for Place {
    fn from(url: &ServerUrl) -> Self {
        Self::Server(Box::new(url.clone()))
    }
}
impl From<&Place> for Place {
    fn from(place: &Place) -> Self {
        place.clone()
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

/// How the way to the server is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tls {
    /// Not at all: it does not leave this machine.
    Off,
    /// The server's certificate must be for its name, and of these roots: Mozilla's without a file.
    Verified {
        /// PEM.
        roots: Option<PathBuf>,
    },
}

/// The address of a PostgreSQL database, as its own programs write it:
/// `postgres://user:password@host:port/database?…` or `postgresql:///database?host=/socket/folder`.
///
/// Beside the driver's options it knows `schema` (the name of the schema that holds the tables;
/// without it each database lies in the schema of its [`Kind::name`]), `sslmode` and `sslrootcert`.
/// Several hosts may be named; the one that takes writes is used.
///
/// Neither `Debug` nor `Display` shows the password.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerUrl {
    config: Config,
    schema: Option<String>,
    tls: Tls,
}

impl FromStr for ServerUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        if !Self::is_one(text) {
            return Err(refused("it has to begin with postgres:// or postgresql://"));
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let mut own = OwnOptions::default();
        let mut theirs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            if !own.take(pair)? {
                theirs.push(pair);
            }
        }
        let mut config: Config = format!("{address}?{}", theirs.join("&"))
            .parse()
            .map_err(|error: tokio_postgres::Error| refused(&reason(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host_path(DEFAULT_SOCKETS);
        }
        let tls = own.tls(is_local(&config))?;
        config.ssl_mode(match &tls {
            Tls::Off => SslMode::Disable,
            Tls::Verified { .. } => SslMode::Require,
        });
        let is_named = |option: &str| theirs.iter().any(|pair| pair.starts_with(option));
        if !is_named("target_session_attrs=") {
            // A standby would refuse writes, and answer reads with what was true a moment ago.
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        if !is_named("connect_timeout=") {
            config.connect_timeout(Duration::from_secs(10));
        }
        if !is_named("tcp_user_timeout=") {
            // A server that vanished must not hold a request for the quarter of an hour that TCP waits.
            config.tcp_user_timeout(Duration::from_secs(30));
        }
        if !is_named("keepalives_idle=") {
            config.keepalives_idle(Duration::from_secs(30));
            config.keepalives_interval(Duration::from_secs(10));
            config.keepalives_retries(3);
        }
        if config.get_application_name().is_none() {
            config.application_name("lethe");
        }
        Ok(Self {
            config,
            schema: own.schema,
            tls,
        })
    }
}

impl ServerUrl {
    /// Says whether a text is the address of a server rather than a path.
    pub fn is_one(text: &str) -> bool {
        text.starts_with("postgres://") || text.starts_with("postgresql://")
    }

    /// Returns the name of the schema in which a database of this kind lies.
    pub fn schema(&self, kind: Kind) -> String {
        match (&self.schema, kind) {
            (None, _) => kind.name().to_owned(),
            // The journal is where the active store is, beside it.
            (Some(schema), Kind::Journal) => format!("{schema}_journal"),
            (Some(schema), _) => schema.clone(),
        }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn tls(&self) -> &Tls {
        &self.tls
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = &self.config;
        f.write_str("postgres://")?;
        if let Some(user) = config.get_user() {
            write!(f, "{user}@")?;
        }
        let ports = config.get_ports();
        for (number, host) in config.get_hosts().iter().enumerate() {
            let port = ports.get(number).or(ports.first()).unwrap_or(&5432);
            let comma = if number == 0 { "" } else { "," };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}:{port}")?,
                Host::Unix(folder) => write!(f, "{comma}{}:{port}", folder.display())?,
            }
        }
        write!(f, "/{}", config.get_dbname().unwrap_or_default())?;
        if let Some(schema) = &self.schema {
            write!(f, "?schema={schema}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerUrl({self})")
    }
}

/// The options that the driver does not know, or not as strictly.
#[derive(Default)]
struct OwnOptions {
    schema: Option<String>,
    ssl_mode: Option<String>,
    roots: Option<PathBuf>,
}

impl OwnOptions {
    /// Takes `name=value` when it is one of these; says whether it was.
    fn take(&mut self, pair: &str) -> Result<bool, StoreError> {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = || percent_decoded(value).ok_or_else(|| refused("its %-escapes are malformed"));
        match name {
            "schema" => self.schema = Some(schema_name(value()?)?),
            "sslmode" => self.ssl_mode = Some(value()?),
            "sslrootcert" => self.roots = Some(value()?.into()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn tls(&self, is_local: bool) -> Result<Tls, StoreError> {
        let roots = self.roots.clone();
        match self.ssl_mode.as_deref() {
            Some("require" | "verify-full") => Ok(Tls::Verified { roots }),
            None if is_local && roots.is_none() => Ok(Tls::Off),
            None => Ok(Tls::Verified { roots }),
            Some("disable" | "allow" | "prefer") if is_local => Ok(Tls::Off),
            Some("disable" | "allow" | "prefer") => Err(refused(
                "without TLS only a server on this machine may be used: a loopback address or a Unix \
                 socket. Leave sslmode out, and name the server's root certificate with \
                 sslrootcert=FILE if it is not a public one",
            )),
            Some("verify-ca") => Err(refused(
                "sslmode=verify-ca takes any server of that authority: use verify-full",
            )),
            Some(_) => Err(refused(
                "sslmode is disable, require or verify-full; the last two are the same here",
            )),
        }
    }
}

fn is_local(config: &Config) -> bool {
    let addresses = config.get_hostaddrs();
    if !addresses.is_empty() {
        return addresses.iter().all(|address| address.is_loopback());
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            let address: Result<std::net::IpAddr, _> = name.parse();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
    })
}

/// A schema's name goes into statements as it is: nothing in it may need quotes.
fn schema_name(name: String) -> Result<String, StoreError> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if begins_well && name.len() < 64 && name.chars().all(is_plain) && !name.starts_with("pg_") {
        return Ok(name);
    }
    Err(refused(
        "schema is a name of lower-case letters, digits and _, and does not begin with pg_",
    ))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Which option the driver did not understand: it names options, never their values.
fn reason(error: &tokio_postgres::Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), ToString::to_string)
}

fn refused(detail: &str) -> StoreError {
    StoreError::Address(detail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> ServerUrl {
        text.parse().unwrap()
    }

    fn refusal(text: &str) -> String {
        text.parse::<ServerUrl>().unwrap_err().to_string()
    }

    #[test]
    fn the_password_is_never_shown() {
        let url = parsed("postgres://lethe:hunter2%40home@127.0.0.1:5433/shop?schema=keys");
        assert_eq!(
            url.to_string(),
            "postgres://lethe@127.0.0.1:5433/shop?schema=keys"
        );
        let place = Place::from(&url);
        for shown in [format!("{url:?}"), format!("{place:?}"), place.to_string()] {
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        for broken in [
            "postgres://lethe:hunter2@[::1/shop",
            "postgres://lethe:hunter2@h:port/shop",
            "postgres://lethe:hunter2@h/shop?nonsense=1",
            "postgres://lethe:hunter2@h/shop?sslmode=disable",
        ] {
            assert!(!refusal(broken).contains("hunter2"), "{}", refusal(broken));
        }
    }

    #[test]
    fn each_database_lies_in_a_schema_of_its_own_name_unless_one_is_named() {
        let url = parsed("postgresql:///shop?host=/tmp/sockets");
        assert_eq!(url.schema(Kind::Keyring), "keyring");
        assert_eq!(
            parsed("postgres:///shop?schema=a_1").schema(Kind::Active),
            "a_1"
        );
        for bad in ["", "Keys", "a%22b", "pg_catalog", "1a", "a;b"] {
            let text = format!("postgres:///shop?schema={bad}");
            assert!(refusal(&text).contains("schema is a name"), "{bad}");
        }
    }

    #[test]
    fn only_a_server_on_this_machine_is_used_without_tls() {
        for local in [
            "postgres://localhost/shop",
            "postgres://127.0.0.2/shop",
            "postgres://[::1]/shop",
            "postgresql:///shop?host=/tmp",
            "postgresql:///shop",
            "postgres://localhost/shop?sslmode=prefer",
            "postgres://db.example/shop?hostaddr=127.0.0.1",
        ] {
            assert_eq!(parsed(local).tls(), &Tls::Off, "{local}");
        }
        let verified = Tls::Verified { roots: None };
        for far in [
            "postgres://db.example/shop",
            "postgres://10.0.0.1/shop?sslmode=require",
            "postgres://localhost,db.example/shop",
            "postgres://127.0.0.2/shop?sslmode=verify-full",
        ] {
            assert_eq!(parsed(far).tls(), &verified, "{far}");
        }
        let with_roots = parsed("postgres://db.example/shop?sslrootcert=/etc/ca%20file.pem");
        let roots = Some("/etc/ca file.pem".into());
        assert_eq!(with_roots.tls(), &Tls::Verified { roots });
        for mode in ["disable", "allow", "prefer"] {
            let refusal = refusal(&format!("postgres://db.example/shop?sslmode={mode}"));
            assert!(refusal.contains("without TLS"), "{refusal}");
        }
        assert!(refusal("postgres://localhost/shop?sslmode=verify-ca").contains("verify-full"));
    }

    #[test]
    fn of_several_hosts_the_one_that_takes_writes_is_asked_for() {
        let url = parsed("postgres://u@127.0.0.1:1,127.0.0.2:2/shop");
        let wanted = url.config().get_target_session_attrs();
        assert_eq!(wanted, TargetSessionAttrs::ReadWrite);
        assert_eq!(url.to_string(), "postgres://u@127.0.0.1:1,127.0.0.2:2/shop");
    }
}
