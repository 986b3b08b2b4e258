//! One thing that is listened on.

use super::connections::Connections;
use super::unix::{self, SocketFile};
use super::{BindError, address};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch;

/// How long to wait after a failure to accept: mostly, too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A bound private address or Unix socket. Its `Display` is where to reach it.
#[derive(Debug)]
pub struct Listener(Socket);

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener, SocketAddr),
    Unix(UnixListener, SocketFile),
}

impl Listener {
    /// Binds a TCP address; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// [`BindError::Public`] or [`BindError::Unspecified`] for what the Internet could reach.
    pub async fn tcp(address: SocketAddr) -> Result<Self, BindError> {
        address::check(address)?;
        let failed = |source| BindError::Tcp { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        Ok(Self(Socket::Tcp(listener, bound)))
    }

    /// Binds a Unix socket that only its owner can open (mode 0600). Must run within a runtime.
    ///
    /// # Errors
    ///
    /// When another process serves it, or the path is something else than a socket.
    pub fn unix(path: &Path) -> Result<Self, BindError> {
        let (listener, file) = unix::bind(path)?;
        Ok(Self(Socket::Unix(listener, file)))
    }

    /// Returns the bound TCP address, if it is one.
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        match &self.0 {
            Socket::Tcp(_, address) => Some(*address),
            Socket::Unix(..) => None,
        }
    }

    /// Takes connections until it is stopped.
    pub(super) async fn accept(self, connections: Connections, mut stopped: watch::Receiver<()>) {
        loop {
            let accepted = tokio::select! {
                biased;
                _ = stopped.changed() => return,
                accepted = self.next(&connections) => accepted,
            };
            if accepted.is_err() {
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }

    /// Connections beyond the bound are told to come back; only when many are being told so do more wait
    /// in the system's own queue.
    async fn next(&self, connections: &Connections) -> io::Result<()> {
        let room = connections.room().await;
        match &self.0 {
            Socket::Tcp(listener, _) => {
                let (stream, peer) = listener.accept().await?;
                stream.set_nodelay(true)?;
                connections.spawn(stream, Some(peer.ip()), room);
            }
            Socket::Unix(listener, ..) => {
                connections.spawn(listener.accept().await?.0, None, room);
            }
        }
        Ok(())
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Socket::Tcp(_, address) => write!(f, "http://{address}"),
            Socket::Unix(_, file) => write!(f, "unix:{}", file.path().display()),
        }
    }
}
