//! As much of HTTP/1.1 (RFC 9112) as one request to a local server needs: the peer is this very
//! program, which answers with a length.

use std::io::{self, Read, Write};
use std::time::Duration;

/// How long to wait for an answer: the server gives up on a request before this.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);
/// No answer to a command is longer.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The body of a request.
pub(crate) struct Body<'b> {
    pub(crate) media_type: &'b str,
    /// The name of a file, percent-encoded.
    pub(crate) file_name: Option<String>,
    pub(crate) bytes: &'b [u8],
}

impl<'b> Body<'b> {
    /// A JSON body.
    pub(crate) fn json(bytes: &'b [u8]) -> Self {
        Self {
            media_type: "application/json",
            file_name: None,
            bytes,
        }
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where the access log holds what was done.
    pub(crate) log_index: Option<u64>,
    pub(crate) body: Vec<u8>,
}

/// Sends one request and reads its answer.
pub(crate) fn exchange(
    mut stream: impl Read + Write,
    method: &str,
    target: &str,
    key: Option<&str>,
    body: Option<&Body<'_>>,
) -> io::Result<Answer> {
    let mut request = format!("{method} {target} HTTP/1.1\r\nhost: lethe\r\nconnection: close\r\n");
    if let Some(key) = key {
        request += &format!("authorization: Bearer {key}\r\n");
    }
    if let Some(body) = body {
        request += &format!(
            "content-type: {}\r\ncontent-length: {}\r\n",
            body.media_type,
            body.bytes.len()
        );
        if let Some(name) = &body.file_name {
            request += &format!("content-disposition: attachment; filename*=UTF-8''{name}\r\n");
        }
    }
    request += "\r\n";
    let mut request = request.into_bytes();
    request.extend_from_slice(body.map(|body| body.bytes).unwrap_or_default());
    stream.write_all(&request)?;
    let mut bytes = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes)?;
    parse(&bytes).ok_or_else(|| io::Error::other("the server's answer is not HTTP"))
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let (version, rest) = lines.next()?.split_once(' ')?;
    let status = rest.get(..3)?.parse().ok()?;
    let header = |wanted: &str| {
        let mut lines = head
            .split("\r\n")
            .skip(1)
            .filter_map(|line| line.split_once(':'));
        lines
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim())
    };
    let body = &bytes[end + 4..];
    // An answer that was cut off is no answer.
    let is_whole = match header("content-length") {
        Some(length) => length.parse() == Ok(body.len()),
        None => body.is_empty() && header("transfer-encoding").is_none(),
    };
    (version.starts_with("HTTP/1.") && is_whole).then(|| Answer {
        status,
        log_index: header("access-log-index").and_then(|index| index.parse().ok()),
        body: body.to_vec(),
    })
}

/// Percent-encodes one segment of a path or one value of a query (RFC 3986 §2.3).
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => encoded += &format!("%{other:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_only_when_it_is_whole() {
        let answer = parse(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").unwrap();
        assert_eq!((answer.status, &*answer.body), (200, &b"{}"[..]));
        for cut in [
            &b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}"[..],
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-le",
            b"SSH-2.0-OpenSSH\r\n\r\n",
            b"",
        ] {
            assert!(parse(cut).is_none());
        }
    }

    #[test]
    fn what_is_put_into_a_path_cannot_leave_it() {
        assert_eq!(encoded("ord_aZ9"), "ord_aZ9");
        assert_eq!(encoded("../x?y&é"), "..%2Fx%3Fy%26%C3%A9");
    }
}
