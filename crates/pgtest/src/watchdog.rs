//! Ends a server when the process that started it does, even by a signal.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A shell that waits for the end of its input, which is held by this process alone.
pub(crate) struct Watchdog(Child);

impl Watchdog {
    pub(crate) fn start(folder: &Path) -> Self {
        let script = "cat >/dev/null; for pid in \"$0\"/*/postmaster.pid; do \
                      test -f \"$pid\" && kill -QUIT $(head -1 \"$pid\"); done; \
                      sleep 0.3; rm -rf \"$0\"";
        let mut shell = Command::new("setsid");
        shell.args(["sh", "-c", script]).arg(folder);
        shell.stdin(Stdio::piped());
        shell.stdout(Stdio::null()).stderr(Stdio::null());
        Self(shell.spawn().expect("setsid and sh exist"))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}
