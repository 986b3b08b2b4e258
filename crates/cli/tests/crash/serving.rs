//! A running server.

use crate::client::Client;
use crate::folder::{Folder, Key};
use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const START: Duration = Duration::from_secs(20);

/// A server on a folder. Killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    socket: PathBuf,
    said: PathBuf,
}

impl Server {
    /// Starts a server and waits until it answers.
    pub(crate) fn start(folder: &Folder) -> Self {
        let command = folder.command(&["serve", "--listen", "127.0.0.1:0"]);
        Self::spawn(folder, command).unwrap_or_else(|told| panic!("the server stopped: {told}"))
    }

    /// Starts a prepared server; what it said when it stopped instead.
    pub(crate) fn spawn(folder: &Folder, command: Command) -> Result<Self, String> {
        Self::spawn_on(&folder.data(), folder.beside("server.stderr"), command)
    }

    /// Starts a server on another data folder with the same passphrase.
    pub(crate) fn start_on(folder: &Folder, data: &Path) -> Self {
        let command = folder.command_on(data, &["serve", "--listen", "127.0.0.1:0"]);
        let said = data.with_extension("stderr");
        Self::spawn_on(data, said, command)
            .unwrap_or_else(|told| panic!("the server stopped: {told}"))
    }

    fn spawn_on(data: &Path, said: PathBuf, mut command: Command) -> Result<Self, String> {
        let socket = data.join("lethe.sock");
        // A file, because nobody reads a pipe while the server runs.
        let file = std::fs::File::create(&said).expect("a file for what the server says");
        let command = command.stdout(Stdio::null()).stderr(file);
        let mut child = command.spawn().expect("the binary starts");
        let begun = Instant::now();
        // The file of a killed server refuses until the new one has bound its own.
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            if child.try_wait().expect("a child").is_some() {
                return Err(told(&said));
            }
            assert!(begun.elapsed() < START, "the server does not come up");
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(Self {
            child,
            socket,
            said,
        })
    }

    /// Connects.
    pub(crate) fn client(&self, key: &Key) -> Client {
        Client::connect(&self.socket, key).expect("the server takes connections")
    }

    /// Returns where it listens.
    pub(crate) fn socket(&self) -> PathBuf {
        self.socket.clone()
    }

    /// Returns its process.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Kills it without a word.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a running child");
        self.child.wait().expect("a child");
    }

    /// Asks it to stop and waits until it has. Returns what it said.
    pub(crate) fn stop(mut self) -> String {
        kill_process(self.pid(), Signal::TERM).expect("a running child");
        let status = self.child.wait().expect("a child");
        let told = told(&self.said);
        assert!(status.success(), "{told}");
        told
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Only a test that failed comes here with a living child.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn told(said: &Path) -> String {
    std::fs::read_to_string(said).expect("what the server said")
}
