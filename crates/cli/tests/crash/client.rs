//! The API over the folder's Unix socket, by hand.

use crate::folder::Key;
use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// A connection that stays open.
pub(crate) struct Client {
    stream: BufReader<UnixStream>,
    secret: String,
}

/// A whole answer. What was cut off is an error instead.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Client {
    /// Connects to a server's socket.
    pub(crate) fn connect(socket: &Path, key: &Key) -> io::Result<Self> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(std::time::Duration::from_secs(30)))?;
        Ok(Self {
            stream: BufReader::new(stream),
            secret: key.secret.clone(),
        })
    }

    /// Asks and waits for the answer.
    pub(crate) fn ask(&mut self, method: &str, path: &str, body: &Value) -> io::Result<Answer> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: lethe\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.secret,
            body.len(),
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let head = self.line()?;
        let status = head.get(9..12).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("no status line"))?;
        let mut length = 0;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Ok(Answer { status, body })
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        match line.strip_suffix("\r\n") {
            Some(line) => Ok(line.to_owned()),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Looks somebody up; `by` is `email` or `order`.
    pub(crate) fn find(&mut self, by: &str, value: &str) -> io::Result<Answer> {
        let body = json!({ by: value, "purpose": "support" });
        self.ask("POST", "/v1/find", &body)
    }

    /// Reveals where an order goes and who bought it.
    pub(crate) fn reveal(&mut self, token: &str) -> io::Result<Answer> {
        let fields = ["contact.email", "delivery.street"];
        let body = json!({ "token": token, "fields": fields, "purpose": "support" });
        self.ask("POST", "/v1/reveal", &body)
    }
}

impl Answer {
    /// Returns the place in the log that the answer names.
    pub(crate) fn log_index(&self) -> u64 {
        self.body["log_index"].as_u64().expect("an index")
    }

    /// Returns the token of the first subject found, and of its order.
    pub(crate) fn found(&self) -> Option<(String, Option<String>)> {
        let first = self.body["subjects"].as_array()?.first()?;
        let order = first["order"].as_str().map(str::to_owned);
        Some((first["subject"].as_str()?.to_owned(), order))
    }
}
