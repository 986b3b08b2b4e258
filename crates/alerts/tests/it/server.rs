//! A web server and a mail server: as much of each as one delivery needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread::JoinHandle;

use lethe_alerts::Notice;

/// What a server was told, once it has served a connection.
pub(crate) struct Server<T> {
    pub(crate) port: u16,
    thread: JoinHandle<T>,
}

impl<T: Send + 'static> Server<T> {
    fn start(serve: impl FnOnce(TcpStream) -> T + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || serve(listener.accept().unwrap().0));
        Self { port, thread }
    }

    pub(crate) fn told(self) -> T {
        self.thread.join().unwrap()
    }
}

/// A request as it arrived: its head in small letters, and its body.
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        });
        found.unwrap_or_default()
    }
}

/// A web server that answers one request with a status line and its headers.
pub(crate) fn web(answer: &'static str) -> Server<Request> {
    Server::start(move |stream| {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line == "\r\n" {
                break;
            }
            head += &line;
        }
        let head = head.replace("\r\n", "\n");
        let request = Request {
            head,
            body: String::new(),
        };
        let mut body = vec![0; request.header("content-length").parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let mut stream = stream;
        write!(
            stream,
            "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        Request {
            body: String::from_utf8(body).unwrap(),
            ..request
        }
    })
}

/// A mail server without TLS that takes one mail; returns everything it was told.
pub(crate) fn smtp(
    extensions: &'static [&'static str],
    refuses: Option<&'static str>,
) -> Server<Vec<String>> {
    Server::start(move |mut stream| {
        let reader = BufReader::new(stream.try_clone().unwrap());
        let mut say = |text: &str| write!(stream, "{text}\r\n").unwrap();
        let mut told = Vec::new();
        let mut in_data = false;
        say("220 mail.example ESMTP");
        for line in reader.lines() {
            let Ok(line) = line else { break };
            told.push(line.clone());
            if in_data {
                if line == "." {
                    in_data = false;
                    say("250 2.0.0 queued");
                }
                continue;
            }
            let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
            match verb.as_str() {
                verb if refuses == Some(verb) => say("451 4.3.0 try again later"),
                "EHLO" => {
                    for extension in extensions {
                        say(&format!("250-{extension}"));
                    }
                    say("250 8BITMIME");
                }
                "DATA" => {
                    in_data = true;
                    say("354 go on");
                }
                "AUTH" => say("235 2.7.0 welcome"),
                "QUIT" => {
                    say("221 2.0.0 bye");
                    break;
                }
                _ => say("250 2.1.0 ok"),
            }
        }
        told
    })
}

pub(crate) fn notice() -> Notice {
    Notice {
        id: "alert_0123456789ab".to_owned(),
        at: "2026-03-02T10:15:30Z".to_owned(),
        times: 2,
        kind: "key-in-browser".to_owned(),
        severity: "alarm".to_owned(),
        store: "acme".to_owned(),
        credential: Some("key_5f0c2a9b31de".to_owned()),
        owner: Some("ada".to_owned()),
        text: "The key key_5f0c2a9b31de was sent by a web page.".to_owned(),
    }
}

/// Writes a file that only its owner can read.
pub(crate) fn private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
