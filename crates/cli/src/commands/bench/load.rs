//! The load: clients that each keep one connection and one request under way.

use crate::error::{CliError, Exit};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// Where the server is.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// Requests to be sent again and again.
#[derive(Clone)]
pub(crate) struct Load {
    path: &'static str,
    key: String,
    bodies: Arc<Bodies>,
    next: Arc<AtomicU64>,
}

enum Bodies {
    Cycle(Vec<String>),
    Numbered(Box<dyn Fn(u64) -> String + Send + Sync>),
}

/// What the clients saw.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) latencies_us: Vec<u32>,
    pub(crate) failed: u64,
    pub(crate) elapsed: Duration,
}

impl Address {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Tcp(_) => "HTTP",
            Self::Unix(_) => "Unix socket",
        }
    }
}

impl Done {
    pub(crate) fn percentile(&self, percent: usize) -> u32 {
        let last = self.latencies_us.len().saturating_sub(1);
        self.latencies_us
            .get(last * percent / 100)
            .copied()
            .unwrap_or(0)
    }
}

impl Load {
    /// Sends the given bodies in turn.
    pub(crate) fn cycle(path: &'static str, key: &str, bodies: Vec<String>) -> Self {
        Self::new(path, key, Bodies::Cycle(bodies))
    }

    /// Sends a body made for each request's number.
    pub(crate) fn numbered(
        path: &'static str,
        key: &str,
        body: impl Fn(u64) -> String + Send + Sync + 'static,
    ) -> Self {
        Self::new(path, key, Bodies::Numbered(Box::new(body)))
    }

    fn new(path: &'static str, key: &str, bodies: Bodies) -> Self {
        Self {
            path,
            key: key.to_owned(),
            bodies: Arc::new(bodies),
            next: Arc::default(),
        }
    }

    /// Runs `clients` at once for a while, all on one thread of this process.
    pub(crate) fn run(
        &self,
        address: &Address,
        clients: usize,
        duration: Duration,
    ) -> Result<Done, CliError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(CliError::file("cannot start the clients"))?;
        let started = Instant::now();
        let until = started + duration;
        let mut all = Done::default();
        runtime.block_on(async {
            let tasks: Vec<_> = (0..clients)
                .map(|_| tokio::spawn(client(self.clone(), address.clone(), until)))
                .collect();
            for task in tasks {
                let done = task.await.map_err(|_| stopped("a client failed"))?;
                let done = done.map_err(CliError::file("the server stopped answering"))?;
                all.failed += done.failed;
                all.latencies_us.extend(done.latencies_us);
            }
            Ok::<(), CliError>(())
        })?;
        all.elapsed = started.elapsed();
        all.latencies_us.sort_unstable();
        Ok(all)
    }

    fn request(&self) -> Vec<u8> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let made;
        let body = match &*self.bodies {
            Bodies::Cycle(bodies) => {
                // A stride that visits every body, so that neighbours are not read together.
                let at = number.wrapping_mul(7_919) % bodies.len().max(1) as u64;
                &bodies[usize::try_from(at).unwrap_or(0)]
            }
            Bodies::Numbered(make) => {
                made = make(number);
                &made
            }
        };
        format!(
            "POST {} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.path,
            self.key,
            body.len(),
        )
        .into_bytes()
    }
}

async fn client(load: Load, address: Address, until: Instant) -> std::io::Result<Done> {
    match address {
        Address::Tcp(address) => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            converse(load, stream, until).await
        }
        Address::Unix(path) => converse(load, UnixStream::connect(path).await?, until).await,
    }
}

async fn converse(
    load: Load,
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    until: Instant,
) -> std::io::Result<Done> {
    let mut done = Done::default();
    let mut buffer = Vec::with_capacity(4096);
    while Instant::now() < until {
        let request = load.request();
        let sent = Instant::now();
        stream.write_all(&request).await?;
        let is_good = read_answer(&mut stream, &mut buffer).await?;
        done.latencies_us
            .push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        done.failed += u64::from(!is_good);
    }
    Ok(done)
}

/// Reads one answer and says whether it is a success.
async fn read_answer(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> std::io::Result<bool> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let Some(end) = find(buffer, b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1);
        let length = length
            .and_then(|rest| rest.lines().next()?.trim().parse().ok())
            .unwrap_or(0);
        let missing = (end + 4 + length).saturating_sub(buffer.len());
        if missing > 0 {
            let at = buffer.len();
            buffer.resize(at + missing, 0);
            stream.read_exact(&mut buffer[at..]).await?;
        }
        return Ok(head.starts_with("http/1.1 2"));
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

fn stopped(text: &str) -> CliError {
    CliError::new(Exit::Failure, "bench", text)
}
