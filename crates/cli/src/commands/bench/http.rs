//! One HTTP/1.1 connection of the load: as little work as a client can do.

use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// Where a server is.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// An open connection.
pub(crate) struct Http {
    stream: Box<dyn Wire>,
    buffer: Vec<u8>,
}

/// What a request is made of.
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// A header that authenticates, such as `authorization: Bearer …`.
    pub(crate) header: &'a str,
    pub(crate) body: &'a str,
}

/// An answer.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// Seconds, of `Retry-After`.
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: &'a [u8],
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

impl Http {
    pub(crate) async fn connect(address: &Address) -> std::io::Result<Self> {
        let stream: Box<dyn Wire> = match address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
        };
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(4096),
        })
    }

    /// Sends a request and waits for all of its answer.
    pub(crate) async fn ask(&mut self, ask: &Ask<'_>) -> std::io::Result<Answer<'_>> {
        let Ask {
            method,
            path,
            header,
            body,
        } = ask;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: bench\r\n{header}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len(),
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let Some(end) = find(&self.buffer, b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
            let number = |name: &str| -> Option<usize> {
                let line = head.lines().find_map(|line| line.strip_prefix(name))?;
                line.trim().parse().ok()
            };
            let from = end + 4;
            let length = number("content-length:").unwrap_or(0);
            let missing = (from + length).saturating_sub(self.buffer.len());
            if missing > 0 {
                let at = self.buffer.len();
                self.buffer.resize(at + missing, 0);
                self.stream.read_exact(&mut self.buffer[at..]).await?;
            }
            let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
            return Ok(Answer {
                status: status.unwrap_or(0),
                retry_after: number("retry-after:").map(|seconds| seconds as u64),
                body: &self.buffer[from..from + length],
            });
        }
    }
}

impl Answer<'_> {
    pub(crate) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn holds(&self, text: &str) -> bool {
        find(self.body, text.as_bytes()).is_some()
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
