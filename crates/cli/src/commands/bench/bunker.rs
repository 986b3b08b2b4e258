//! A Databunker server that somebody has running, through its public HTTP API: `POST /v1/user`,
//! `GET /v1/user/email/{address}`, `GET /v1/user/token/{token}`, the key in `X-Bunker-Token`.

use super::arm::Operation;
use super::http::{Address, Ask, Http};
use super::load;
use super::target::Request;
use crate::error::CliError;
use std::net::ToSocketAddrs;
use std::sync::atomic::{AtomicU64, Ordering};

/// Customers that are made before anything is measured: it has no bulk import.
const PRELOADED: u64 = 500;

/// The server.
pub(crate) struct Bunker {
    address: Address,
    header: String,
    run: u32,
    tokens: Vec<String>,
    next: AtomicU64,
}

impl Bunker {
    /// Makes some customers in the server at `url` (`http://host:port`).
    pub(crate) fn prepare(url: &str, token: &str, run: u32) -> Result<Self, CliError> {
        let wrong = || {
            CliError::usage(
                "--databunker takes a URL such as http://127.0.0.1:3000, without a path",
            )
        };
        let place = url.strip_prefix("http://").ok_or_else(wrong)?;
        let place = place.trim_end_matches('/');
        let address = place
            .to_socket_addrs()
            .map_err(CliError::file("the address of --databunker"))?
            .next()
            .ok_or_else(wrong)?;
        let mut bunker = Self {
            address: Address::Tcp(address),
            header: format!("x-bunker-token: {token}"),
            run,
            tokens: Vec::new(),
            next: AtomicU64::new(0),
        };
        bunker.tokens = load::runtime()?.block_on(bunker.preload())?;
        bunker.next = AtomicU64::new(PRELOADED);
        Ok(bunker)
    }

    async fn preload(&self) -> Result<Vec<String>, CliError> {
        let failed = || CliError::file("the Databunker server does not answer");
        let mut http = Http::connect(&self.address).await.map_err(failed())?;
        let mut tokens = Vec::new();
        for _ in 0..PRELOADED {
            let request = self.request(Operation::Create);
            let ask = Ask {
                method: request.method,
                path: &request.path,
                header: &request.header,
                body: &request.body,
            };
            let answer = http.ask(&ask).await.map_err(failed())?;
            let made: serde_json::Value = serde_json::from_slice(answer.body).unwrap_or_default();
            let Some(token) = made["token"].as_str() else {
                return Err(CliError::usage(format!(
                    "the Databunker server made no customer (status {}): is its token right?",
                    answer.status
                )));
            };
            tokens.push(token.to_owned());
        }
        Ok(tokens)
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    pub(crate) fn request(&self, operation: Operation) -> Request {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let known = number.wrapping_mul(7_919) % PRELOADED;
        let (method, path, body) = match operation {
            Operation::Create => ("POST", "/v1/user".to_owned(), self.customer(number)),
            Operation::Find => {
                let path = format!("/v1/user/email/bench-{}-{known}@example.com", self.run);
                ("GET", path, String::new())
            }
            Operation::Reveal => {
                let token = usize::try_from(known)
                    .ok()
                    .and_then(|at| self.tokens.get(at));
                let path = format!("/v1/user/token/{}", token.map_or("", String::as_str));
                ("GET", path, String::new())
            }
        };
        Request {
            method,
            path,
            header: self.header.clone(),
            body,
        }
    }

    fn customer(&self, number: u64) -> String {
        serde_json::json!({
            "email": format!("bench-{}-{number}@example.com", self.run),
            "name": format!("Bench Person {number}"),
            "street": format!("{number} Rue de la Mesure"),
            "city": "Paris",
            "postal_code": "75001",
            "country": "FR",
            "order": {"number": format!("#B{number}"), "reference": format!("ref-{number}")},
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;

    /// Answers as the API's documentation says, and refuses what it does not describe.
    fn recorded(listener: &TcpListener) -> Vec<String> {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut writer = stream;
        let mut heads = Vec::new();
        loop {
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap() == 0 {
                    return heads;
                }
                if let Some(number) = line.strip_prefix("content-length: ") {
                    length = number.trim().parse().unwrap();
                }
                head.push_str(&line);
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let is_known = head.contains("x-bunker-token: a-token\r\n");
            let answer = match is_known {
                true => format!(r#"{{"status":"ok","token":"token-{}"}}"#, heads.len()),
                false => r#"{"status":"error"}"#.to_owned(),
            };
            let length = answer.len();
            write!(
                writer,
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{answer}"
            )
            .unwrap();
            heads.push(head);
        }
    }

    #[test]
    fn customers_are_made_and_then_found_and_read_by_what_the_server_gave() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || recorded(&listener));
        let bunker = Bunker::prepare(&url, "a-token", 7).unwrap();
        let heads = server.join().unwrap();
        assert_eq!(heads.len() as u64, PRELOADED);
        assert!(heads[0].starts_with("POST /v1/user HTTP/1.1\r\n"));
        let find = bunker.request(Operation::Find);
        assert!(find.path.starts_with("/v1/user/email/bench-7-"));
        let reveal = bunker.request(Operation::Reveal);
        assert!(reveal.path.starts_with("/v1/user/token/token-"));
    }

    #[test]
    fn a_wrong_token_is_said_before_anything_is_measured() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || recorded(&listener));
        assert!(Bunker::prepare(&url, "wrong", 7).is_err());
        server.join().unwrap();
    }
}
