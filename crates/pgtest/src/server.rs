//! A server as a process.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A PostgreSQL server, stopped when dropped.
pub struct PgServer {
    bin: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    as_user: Option<&'static str>,
}

impl PgServer {
    /// Starts a server, or says why not and returns `None`.
    ///
    /// # Panics
    ///
    /// When `CI=true` and there is no PostgreSQL, or when it does not start.
    pub fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// As [`PgServer::start`], with further options for the server (`-c name=value …`).
    pub fn start_with(options: &str) -> Option<Self> {
        let server = Self::prepare()?;
        let data = server.data();
        let initdb = ["--no-sync", "-A", "trust", "-U", "postgres", "-D", &data];
        server.must("initdb", &initdb);
        server.up(options);
        Some(server)
    }

    /// Returns the one server of this process for tests that need a database and no more; it ends
    /// with the process, however that ends. `None` as for [`PgServer::start`].
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<(PgServer, Child)>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| {
            let server = Self::start()?;
            let keeper = server.stop_when_this_process_ends();
            Some((server, keeper))
        });
        shared.as_ref().map(|(server, _)| server)
    }

    /// Makes a database of an unused name and returns its address.
    pub fn new_database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        self.database(&format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    /// Nothing is dropped when a process ends: a child that waits for its end stops the server.
    fn stop_when_this_process_ends(&self) -> Child {
        let user = self.as_user.map_or(String::new(), |user| {
            format!("setpriv --reuid {user} --regid {user} --clear-groups ")
        });
        let (stop, data, folder) = (self.bin.join("pg_ctl"), self.data(), self.host());
        let script = format!(
            "read _; {user}{} stop -m immediate -D {data} >/dev/null 2>&1; rm -rf {folder}",
            stop.display()
        );
        Command::new("sh")
            .args(["-c", &script])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh runs")
    }

    /// Starts a replica that follows `of`, and waits until it streams.
    pub fn replica(of: &Self) -> Self {
        let replica = Self::prepare().expect("there was a PostgreSQL a moment ago");
        let (host, port, data) = (of.host(), of.port.to_string(), replica.data());
        let arguments = [
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
            "-U",
            "postgres",
            "-h",
            &host,
            "-p",
            &port,
            "-D",
            &data,
        ];
        replica.must("pg_basebackup", &arguments);
        replica.up("");
        replica
    }

    fn prepare() -> Option<Self> {
        let Some(bin) = newest_bin() else {
            let is_required = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(
                !is_required,
                "CI=true demands PostgreSQL: apt-get install postgresql"
            );
            println!("SKIPPED: no PostgreSQL found (apt-get install postgresql)");
            return None;
        };
        let folder = tempfile::Builder::new()
            .prefix("pg")
            .tempdir_in("/tmp")
            .expect("a temporary folder");
        // PostgreSQL refuses to run as root; Debian's package brings this user along.
        let id = Command::new("id").arg("-u").output().expect("id runs");
        let as_user = (id.stdout == b"0\n").then_some("postgres");
        if let Some(user) = as_user {
            let owned = Command::new("chown").arg(user).arg(folder.path()).status();
            assert!(owned.expect("chown runs").success());
        }
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("its address").port();
        Some(Self {
            bin,
            folder,
            port,
            as_user,
        })
    }

    /// Starts the server's process, which is not running.
    pub fn up(&self, options: &str) {
        let (data, socket) = (self.data(), self.host());
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories={socket} \
             -c fsync=off -c max_connections=200 -c log_min_messages=fatal {options}",
            self.port
        );
        let log = format!("{socket}/log");
        let arguments = ["start", "-w", "-D", &data, "-o", &options, "-l", &log];
        self.must("pg_ctl", &arguments);
    }

    /// Stops the server's process: `fast`, or `immediate` as a crash would.
    pub fn down(&self, mode: &str) {
        self.must("pg_ctl", &["stop", "-w", "-m", mode, "-D", &self.data()]);
    }

    /// Makes a replica the server that is written to.
    pub fn promote(&self) {
        self.must("pg_ctl", &["promote", "-w", "-D", &self.data()]);
    }

    /// Makes a database and returns its address over the Unix socket.
    pub fn database(&self, name: &str) -> String {
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url(name)
    }

    /// Returns the address of a database over the Unix socket.
    pub fn url(&self, name: &str) -> String {
        let host = self.host().replace('/', "%2F");
        format!("postgres://postgres@{host}:{}/{name}", self.port)
    }

    /// Returns the address of a database over TCP, at this port of the loopback.
    pub fn tcp_url(name: &str, port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/{name}?sslmode=disable")
    }

    /// Returns the port on the loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs statements and returns what they print, unaligned.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        let (host, port) = (self.host(), self.port.to_string());
        let arguments = [
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            &host,
            "-p",
            &port,
            "-U",
            "postgres",
            "-d",
            database,
            "-c",
            statements,
        ];
        let output = self.must("psql", &arguments);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Ends all connections to a database, as an administrator may.
    pub fn terminate_all(&self, database: &str) -> u32 {
        let statements = format!(
            "SELECT COUNT(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = '{database}' AND pid <> pg_backend_pid()) AS ended"
        );
        self.sql("postgres", &statements).parse().expect("a number")
    }

    /// Returns everything of a schema as text, row by row in a fixed order.
    pub fn dump(&self, database: &str, schema: &str) -> String {
        let (host, port) = (self.host(), self.port.to_string());
        let arguments = [
            "--data-only",
            "--column-inserts",
            "-h",
            &host,
            "-p",
            &port,
            "-U",
            "postgres",
            "-n",
            schema,
            database,
        ];
        let output = self.must("pg_dump", &arguments);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Returns the folder in which the server keeps everything.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn host(&self) -> String {
        self.folder.path().display().to_string()
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn must(&self, program: &str, arguments: &[&str]) -> Output {
        let output = self.run(program, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {said}");
        output
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let program = self.bin.join(program);
        let mut command = match self.as_user {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid", user, "--regid", user, "--clear-groups"])
                    .arg(program);
                command
            }
        };
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .expect("PostgreSQL's programs run")
    }
}

impl Drop for PgServer {
    fn drop(&mut self) {
        // It may be down already.
        self.run("pg_ctl", &["stop", "-m", "immediate", "-D", &self.data()]);
    }
}

fn newest_bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let bins = versions.flatten().map(|version| version.path().join("bin"));
    bins.filter(|bin| bin.join("initdb").exists()).max()
}
