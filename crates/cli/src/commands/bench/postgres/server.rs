//! The server: the user's own, by URL, or one made for the run and thrown away.

use crate::error::{CliError, Exit};
use rustix::process::{Pid, Signal, getuid, kill_process};
use std::fs;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio_postgres::Config;

/// Where Debian and Ubuntu keep their versions.
const VERSIONS: &str = "/usr/lib/postgresql";

/// What differs from the defaults, in the server's favour: room for the connections, memory for the whole
/// data set, no checkpoint in the middle of a measurement.
pub(crate) const CHANGED: [&str; 4] = [
    "max_connections=300",
    "shared_buffers=512MB",
    "max_wal_size=4GB",
    "listen_addresses=",
];

/// How long it may take to start.
const START: Duration = Duration::from_secs(30);

/// A server.
pub(crate) struct Server {
    config: Config,
    own: Option<Own>,
}

/// A process with a folder; both end with this value.
struct Own {
    child: Child,
    folder: PathBuf,
}

impl Server {
    /// Takes the user's server.
    pub(crate) fn at(url: &str) -> Result<Self, CliError> {
        // The URL may hold a password: it is not repeated.
        let config = url.parse().map_err(|_| {
            CliError::usage("--postgres takes a URL such as postgres://user@localhost/database")
        })?;
        Ok(Self { config, own: None })
    }

    /// Starts a throw-away server below `base`; `None` if this machine has no PostgreSQL.
    pub(crate) fn throw_away(base: &Path) -> Result<Option<Self>, CliError> {
        let Some(bin) = newest_bin() else {
            return Ok(None);
        };
        let folder = base.join(format!("lethe-bench-pg-{}", std::process::id()));
        let what = || CliError::file(format!("cannot make {}", folder.display()));
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .map_err(what())?;
        let user = match getuid().is_root() {
            // PostgreSQL refuses to run as root.
            true => Some(postgres_user()?),
            false => None,
        };
        if let Some((uid, gid)) = user {
            chown(&folder, Some(uid), Some(gid)).map_err(what())?;
        }
        let command = |program: &str| {
            let mut command = Command::new(bin.join(program));
            command.current_dir(&folder).stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            if let Some((uid, gid)) = user {
                command.uid(uid).gid(gid);
            }
            command
        };
        let data = folder.join("data");
        let made = command("initdb")
            .args([
                "--auth=trust",
                "--username=bench",
                "--encoding=UTF8",
                "--no-locale",
                "-D",
            ])
            .arg(&data)
            .status();
        if !made.is_ok_and(|status| status.success()) {
            drop(fs::remove_dir_all(&folder));
            return Err(CliError::new(Exit::Failure, "postgres", "initdb failed"));
        }
        let mut server = command("postgres");
        server.arg("-D").arg(&data).arg("-k").arg(&folder);
        for change in CHANGED {
            server.args(["-c", change]);
        }
        let child = server
            .spawn()
            .map_err(CliError::file("cannot start PostgreSQL"))?;
        let mut config = Config::new();
        config.host_path(&folder).user("bench").dbname("postgres");
        let own = Own { child, folder };
        own.wait()?;
        Ok(Some(Self {
            config,
            own: Some(own),
        }))
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Whether it was made for the run.
    pub(crate) fn is_own(&self) -> bool {
        self.own.is_some()
    }
}

impl Own {
    fn wait(&self) -> Result<(), CliError> {
        let until = Instant::now() + START;
        // Its last line says `ready` as soon as connections are taken.
        let file = self.folder.join("data/postmaster.pid");
        while Instant::now() < until {
            let said = fs::read_to_string(&file).unwrap_or_default();
            if said
                .lines()
                .last()
                .is_some_and(|line| line.trim() == "ready")
            {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let text = "PostgreSQL did not start within 30 seconds";
        Err(CliError::new(Exit::Failure, "postgres", text))
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // SIGINT is its fast shutdown: backends end, nothing is left behind.
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::INT);
        }
        drop(self.child.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn newest_bin() -> Option<PathBuf> {
    let versions = fs::read_dir(VERSIONS).ok()?.flatten();
    let found = versions.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let bin = entry.path().join("bin");
        bin.join("initdb").exists().then_some((version, bin))
    });
    found
        .max_by_key(|(version, _)| *version)
        .map(|(_, bin)| bin)
}

/// Returns the user and group that the packages make.
fn postgres_user() -> Result<(u32, u32), CliError> {
    let users = fs::read_to_string("/etc/passwd").map_err(CliError::file("/etc/passwd"))?;
    let line = users
        .lines()
        .find_map(|line| line.strip_prefix("postgres:"));
    let mut fields = line.unwrap_or_default().split(':').skip(1);
    let mut number = || fields.next()?.parse().ok();
    match (number(), number()) {
        (Some(uid), Some(gid)) => Ok((uid, gid)),
        _ => Err(CliError::usage(
            "PostgreSQL does not run as root, and there is no user `postgres`: run this as somebody else",
        )),
    }
}
