//! A server in a temporary folder: started, stopped, killed, copied to a standby.

use crate::Certificate;
use crate::watchdog::Watchdog;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// Who owns the servers' files when the tests run as root, as which PostgreSQL refuses to run.
const USER: &str = "postgres";

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address it listens on beside its Unix socket.
    pub address: &'static str,
    /// Demands TLS with a certificate that is made for that address.
    pub tls: bool,
    /// Lines for `postgresql.conf`.
    pub settings: Vec<&'static str>,
    /// Lines for `pg_hba.conf` before the one that lets everybody in.
    pub access: Vec<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: "127.0.0.1",
            tls: false,
            settings: Vec::new(),
            access: Vec::new(),
        }
    }
}

/// How a server is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Sessions are ended, and everything is written.
    Fast,
    /// As if the machine lost power, but for the disk's cache.
    Immediate,
}

/// A server of its own in a temporary folder. Files and processes go when it is dropped, or when
/// the test's process ends.
pub struct Server {
    bin: PathBuf,
    as_user: Option<&'static str>,
    address: &'static str,
    port: u16,
    data: PathBuf,
    certificate: Option<Certificate>,
    folder: TempDir,
    _watchdog: Watchdog,
}

impl Server {
    /// Starts one; `None` when PostgreSQL is not installed.
    ///
    /// # Panics
    ///
    /// When it does not start, or is not installed and `CI=true`.
    pub fn start(options: &Options) -> Option<Self> {
        let Some(bin) = programs() else {
            let is_required = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(
                !is_required,
                "CI=true demands PostgreSQL: apt-get install postgresql"
            );
            println!("SKIPPED: no PostgreSQL found (apt-get install postgresql)");
            return None;
        };
        let mut server = Self::new(bin, options.address);
        let data = shown(&server.data);
        let made = [
            "--no-sync",
            "-A",
            "trust",
            "-U",
            USER,
            "-E",
            "UTF8",
            "-D",
            &data,
        ];
        server.must_run("initdb", &made);
        let settings = options.settings.join("\n");
        // Tests lose no data to a power cut; without flushing they are many times faster.
        server.append("postgresql.conf", &format!("fsync = off\n{settings}\n"));
        if options.tls {
            let certificate = Certificate::make(server.folder.path(), options.address);
            server.own(&certificate.key);
            let (file, key) = (shown(&certificate.certificate), shown(&certificate.key));
            let settings = format!("ssl = on\nssl_cert_file = '{file}'\nssl_key_file = '{key}'\n");
            server.append("postgresql.conf", &settings);
            let access = "local all all trust\nhostssl all all all trust\n";
            server.replace("pg_hba.conf", access);
            server.certificate = Some(certificate);
        } else {
            let before = options.access.join("\n");
            let open = "local all all trust\nhost all all all trust\nlocal replication all trust\n";
            server.replace("pg_hba.conf", &format!("{before}\n{open}"));
        }
        server.resume();
        Some(server)
    }

    fn new(bin: PathBuf, address: &'static str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("pg")
            .tempdir_in("/tmp")
            .unwrap();
        let id = Command::new("id").arg("-u").output().unwrap();
        let as_user = (id.stdout == b"0\n").then_some(USER);
        let server = Self {
            bin,
            as_user,
            address,
            port: free_port(address),
            data: folder.path().join("data"),
            certificate: None,
            _watchdog: Watchdog::start(folder.path()),
            folder,
        };
        server.own(server.folder.path());
        server
    }

    /// Returns the address of a database by the server's Unix socket.
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display();
        format!(
            "postgres:///{database}?host={folder}&port={}&user={USER}",
            self.port
        )
    }

    /// Returns the address of a database over TCP.
    pub fn tcp_url(&self, database: &str) -> String {
        format!("postgres://{USER}@{}/{database}", self.socket_address())
    }

    /// Returns where it listens: address and port.
    pub fn socket_address(&self) -> String {
        format!("{}:{}", self.address, self.port)
    }

    /// Returns the certificate it shows, if it was started with TLS.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// Runs SQL as the superuser and returns what `psql` prints: a line a row, `|` between columns.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub fn sql(&self, sql: &str) -> String {
        self.sql_in(USER, sql)
    }

    /// Runs SQL in a database, as [`Server::sql`].
    pub fn sql_in(&self, database: &str, sql: &str) -> String {
        let output = self.try_sql_in(database, sql);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    /// Runs SQL in a database and returns what came of it.
    pub fn try_sql_in(&self, database: &str, sql: &str) -> Output {
        let file = tempfile::NamedTempFile::new_in(self.folder.path()).unwrap();
        std::fs::write(file.path(), sql).unwrap();
        self.own(file.path());
        let (host, port) = (shown(self.folder.path()), self.port.to_string());
        let file = shown(file.path());
        let flags = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];
        let at = [
            "-h", &host, "-p", &port, "-U", USER, "-d", database, "-f", &file,
        ];
        self.run("psql", &[&flags[..], &at[..]].concat())
    }

    /// Ends every session in a database but the one that does it; returns how many there were.
    pub fn terminate_sessions(&self, database: &str) -> usize {
        let ended = self.sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        ));
        ended.lines().count()
    }

    pub(crate) fn wait_until_nobody_uses(&self, database: &str) {
        let users = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'");
        for _ in 0..500 {
            if self.sql(&users) == "0" {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the template is still in use: drop its connections");
    }

    /// Stops the server; [`Server::resume`] starts it again on the same address.
    pub fn stop(&self, how: Stop) {
        let mode = match how {
            Stop::Fast => "fast",
            Stop::Immediate => "immediate",
        };
        self.must_run(
            "pg_ctl",
            &["stop", "-w", "-m", mode, "-D", &shown(&self.data)],
        );
    }

    /// Starts a stopped server.
    pub fn resume(&self) {
        let (data, folder) = (shown(&self.data), shown(self.folder.path()));
        let options = format!(
            "-c listen_addresses={} -c port={} -c unix_socket_directories={folder}",
            self.address, self.port
        );
        let log = format!("{folder}/log");
        let arguments = ["start", "-w", "-D", &data, "-o", &options, "-l", &log];
        let started = self.run("pg_ctl", &arguments);
        let log = std::fs::read_to_string(log).unwrap_or_default();
        assert!(started.status.success(), "{log}");
    }

    /// Starts a standby that follows this server, and waits until it has caught up.
    pub fn standby(&self) -> Self {
        let standby = Self::new(self.bin.clone(), self.address);
        let (host, port) = (shown(self.folder.path()), self.port.to_string());
        let data = shown(&standby.data);
        let from = ["-h", &host, "-p", &port, "-U", USER, "-D", &data];
        let how = ["--no-sync", "-R", "-X", "stream", "-c", "fast"];
        standby.must_run("pg_basebackup", &[&from[..], &how[..]].concat());
        standby.resume();
        standby
    }

    /// Waits until a standby has applied everything that this server has committed.
    pub fn wait_for(&self, standby: &Self) {
        let here = self.sql("SELECT pg_current_wal_lsn()");
        let applied = format!("SELECT pg_last_wal_replay_lsn() >= '{here}'::pg_lsn");
        for _ in 0..1000 {
            if standby.sql(&applied) == "t" {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the standby does not catch up");
    }

    /// Makes a standby the server that takes writes.
    pub fn promote(&self) {
        self.must_run("pg_ctl", &["promote", "-w", "-D", &shown(&self.data)]);
    }

    fn append(&self, file: &str, lines: &str) {
        let path = self.data.join(file);
        let before = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, before + lines).unwrap();
    }

    fn replace(&self, file: &str, lines: &str) {
        std::fs::write(self.data.join(file), lines).unwrap();
    }

    fn own(&self, path: &Path) {
        if let Some(user) = self.as_user {
            let status = Command::new("chown").arg(user).arg(path).status().unwrap();
            assert!(status.success());
        }
    }

    fn must_run(&self, program: &str, arguments: &[&str]) {
        let output = self.run(program, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {said}");
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let program = self.bin.join(program);
        let mut command = match self.as_user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", user, "--clear-groups"]);
                command.arg(program);
                command
            }
        };
        command.args(arguments).current_dir(self.folder.path());
        command.output().unwrap()
    }
}

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let bins = versions.flatten().map(|version| version.path().join("bin"));
    bins.filter(|bin| bin.join("initdb").exists()).max()
}

fn free_port(address: &str) -> u16 {
    let listener = TcpListener::bind((address, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
