//! `lethe serve`: the API on a private address and on the folder's Unix socket.

use crate::alerting;
use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::surroundings::SystemClock;
use crate::witnessing;
use lethe_http::{BindError, GithubKeys, Listener, Settings, router};
use lethe_model::Clock;
use lethe_ops::{Courier, Scheduler, Vault};
use lethe_store::Folder;
use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr as UnixAddress, UnixDatagram};
use std::path::Path;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// Where the API is unless another address is given.
pub(super) const ADDRESS: &str = "127.0.0.1:7311";

/// GitHub's public keys, as its API hands them out, in the data folder.
const GITHUB_KEYS: &str = "github-keys.json";

/// The longest path the system takes for a socket, less what binding it needs.
const SOCKET_PATH_MAX: usize = 100;

/// Serve the API on a private address and on the folder's Unix socket
///
/// Public addresses are refused: the vault must not be reachable from the Internet. Ctrl-C or
/// SIGTERM stops it; requests under way are answered first. While it runs, other commands go through
/// its socket with an API key (`--key-file` or `LETHE_KEY`).
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Private address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = ADDRESS)]
    listen: SocketAddr,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let data = globals.data();
    let vault = Arc::new(door::vault(globals)?);
    witnessing::ask(&vault, &data)?;
    let serving = Serving {
        vault,
        clock: Arc::new(SystemClock),
        address: args.listen,
        data: &data,
        tells: true,
    };
    let told = |listeners: &[Listener]| {
        let places: Vec<String> = listeners.iter().map(Listener::to_string).collect();
        if output.json {
            // One line: whoever waits for the server reads up to its end.
            let value = serde_json::json!({ "serving": places });
            return output.line(&value.to_string());
        }
        let docs = listeners.iter().find_map(Listener::tcp_address);
        let docs = docs.map(|address| format!("\nThe API is described at http://{address}/docs"));
        output.line(&format!(
            "Serving {}.{}\nCtrl-C stops it.",
            places.join(" and "),
            docs.unwrap_or_default()
        ))
    };
    serving.until(stop_signal(), |listeners| {
        told(listeners)?;
        notify_service_manager();
        Ok(())
    })?;
    Ok(Exit::Done)
}

/// A vault about to be served.
pub(super) struct Serving<'a> {
    pub(super) vault: Arc<Vault>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) address: SocketAddr,
    /// The data folder, for its socket.
    pub(super) data: &'a Path,
    /// Whether alerts go out: not from a drill's copy.
    pub(super) tells: bool,
}

impl Serving<'_> {
    /// Serves until `stop` is ready; `told` hears where, once connections are taken.
    pub(super) fn until(
        self,
        stop: impl Future<Output = ()>,
        told: impl FnOnce(&[Listener]) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let runtime = tokio::runtime::Runtime::new()
            .map_err(CliError::file("cannot start the threads of the server"))?;
        let outlets = match self.tells {
            true => alerting::outlets(self.data, &self.clock)?,
            false => Vec::new(),
        };
        let mut settings = Settings::new(self.clock);
        settings.github_keys = github_keys(self.data)?.map(Arc::new);
        runtime.block_on(async {
            let mut listeners = vec![Listener::tcp(self.address).await?];
            let socket = Folder::new(self.data).socket();
            if socket.as_os_str().len() <= SOCKET_PATH_MAX {
                listeners.push(Listener::unix(&socket)?);
            } else {
                eprintln!(
                    "lethe: {} is too long for a socket: commands cannot go through this server",
                    socket.display()
                );
            }
            let mut stop = std::pin::pin!(stop);
            // Asked once before anybody hears of the server: from here on a signal is not missed.
            tokio::select! {
                biased;
                () = &mut stop => return Ok(()),
                () = std::future::ready(()) => {}
            }
            told(&listeners)?;
            let scheduler = Scheduler::start(&self.vault, |said| eprintln!("lethe: {said}"));
            let courier = Courier::start(&self.vault, outlets, |said| eprintln!("lethe: {said}"));
            let witnesses = match self.tells {
                true => witnessing::start(&self.vault, self.data)?,
                false => None,
            };
            let router = router(self.vault, settings.clone());
            lethe_http::serve(router, listeners, &settings, stop).await;
            drop(witnesses);
            drop(courier);
            drop(scheduler);
            Ok(())
        })
    }
}

/// Reads the public keys of GitHub's secret scanning, if the folder has them.
fn github_keys(data: &Path) -> Result<Option<GithubKeys>, CliError> {
    let path = data.join(GITHUB_KEYS);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.map_err(CliError::file(format!("cannot read {}", path.display())))?,
    };
    let keys = GithubKeys::parse(&text)
        .map_err(|error| CliError::usage(format!("{}: {error}", path.display())))?;
    Ok(Some(keys))
}

/// Waits for Ctrl-C or the service manager's SIGTERM.
pub(in crate::commands) async fn stop_signal() {
    let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(interrupt), signal(terminate)) else {
        // Without handlers the signals end the process at once, which loses nothing either.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Tells systemd that the server is ready (`sd_notify(3)`); elsewhere there is nobody to tell.
fn notify_service_manager() {
    let Some(path) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let address = match path.as_bytes() {
        [b'@', name @ ..] => UnixAddress::from_abstract_name(name),
        _ => UnixAddress::from_pathname(&path),
    };
    // A server that cannot say so still serves.
    let sent = address.and_then(|to| UnixDatagram::unbound()?.send_to_addr(b"READY=1", &to));
    drop(sent);
}

impl From<BindError> for CliError {
    fn from(error: BindError) -> Self {
        let (exit, code) = match error {
            BindError::Public(_) | BindError::Unspecified(_) => (Exit::Usage, "address-public"),
            _ => (Exit::Failure, "address"),
        };
        Self::new(exit, code, error.to_string())
    }
}
