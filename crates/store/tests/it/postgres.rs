//! The same schema and the same statements on a real PostgreSQL: each is parsed, typed and planned
//! there, so that the second engine is never a rewrite away.
//!
//! Needs `initdb`, `pg_ctl` and `psql` (Debian: `postgresql`). Skipped with a printed line when they
//! are missing, required when `CI=true`.

use lethe_store::{Kind, statements};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[test]
fn postgresql_accepts_the_schemas_and_every_statement() {
    let Some(bin) = postgres_bin() else {
        let required = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(
            !required,
            "CI=true demands PostgreSQL: apt-get install postgresql"
        );
        println!("SKIPPED: no PostgreSQL found (apt-get install postgresql)");
        return;
    };
    let server = Server::start(&bin);
    for kind in Kind::ALL {
        let mut script = format!("CREATE SCHEMA {0}; SET search_path = {0};\n", kind.name());
        for migration in kind.postgres_migrations() {
            script.push_str(migration);
        }
        for (number, (_, sql)) in statements().filter(|(of, _)| *of == kind).enumerate() {
            writeln!(script, "PREPARE s{number} AS {sql};").unwrap();
        }
        let output = server.psql(&script);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", kind.name());
    }
}

fn postgres_bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let bins = versions.flatten().map(|version| version.path().join("bin"));
    bins.filter(|bin| bin.join("initdb").exists()).max()
}

/// A server of its own in a temporary folder, stopped when dropped.
struct Server {
    bin: PathBuf,
    folder: tempfile::TempDir,
    as_user: Option<&'static str>,
}

impl Server {
    fn start(bin: &Path) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("pg")
            .tempdir_in("/tmp")
            .unwrap();
        // PostgreSQL refuses to run as root; Debian's package brings this user along.
        let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        let as_user = is_root.then_some("postgres");
        if as_user.is_some() {
            let owned = Command::new("chown")
                .arg("postgres")
                .arg(folder.path())
                .status()
                .unwrap();
            assert!(owned.success());
        }
        let server = Self {
            bin: bin.to_owned(),
            folder,
            as_user,
        };
        let data = server.data();
        let made = server.run(
            "initdb",
            &["--no-sync", "-A", "trust", "-U", "postgres", "-D", &data],
        );
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let socket = server.folder.path().display().to_string();
        let options =
            format!("-c listen_addresses= -c unix_socket_directories={socket} -c fsync=off");
        let log = format!("{socket}/log");
        let started = server.run(
            "pg_ctl",
            &["start", "-w", "-D", &data, "-o", &options, "-l", &log],
        );
        assert!(
            started.status.success(),
            "{}",
            String::from_utf8_lossy(&started.stderr)
        );
        server
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
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
            .unwrap()
    }

    fn psql(&self, script: &str) -> Output {
        let file = self.folder.path().join("script.sql");
        std::fs::write(&file, script).unwrap();
        let host = self.folder.path().display().to_string();
        let file = file.display().to_string();
        self.run(
            "psql",
            &[
                "-X",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                &host,
                "-U",
                "postgres",
                "-f",
                &file,
            ],
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.run("pg_ctl", &["stop", "-m", "immediate", "-D", &self.data()]);
    }
}
