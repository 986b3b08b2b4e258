//! Lethe itself: a server process of this program over a folder that was prepared for it.

use super::arm::Operation;
use super::folder::{Folder, Import, Prepared};
use super::http::Address;
use super::target::Request;
use crate::error::CliError;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The fields of a reveal, which lie in two records.
pub(crate) const FIELDS: [&str; 6] = [
    "delivery.name",
    "delivery.street",
    "delivery.city",
    "delivery.postal_code",
    "delivery.country",
    "invoice.reference",
];

/// A served folder, reached by one of its addresses.
pub(crate) struct Lethe {
    shared: Arc<Served>,
    address: Address,
}

/// A server and what its clients ask for.
pub(crate) struct Served {
    // The server ends before its folder goes.
    server: Server,
    folder: Folder,
    import: Import,
    header: String,
    emails: Vec<String>,
    tokens: Vec<String>,
    next: AtomicU64,
}

/// A server of its own process; it ends with this value.
struct Server {
    child: Child,
    tcp: SocketAddr,
}

impl Served {
    /// Starts this program as the server of a folder that `prepare` made, whatever engine it is on.
    pub(crate) fn start(
        prepare: impl FnOnce() -> Result<Prepared, CliError>,
    ) -> Result<Arc<Self>, CliError> {
        let prepared = prepare()?;
        let server = Server::start(&prepared.folder)?;
        Ok(Arc::new(Self {
            server,
            folder: prepared.folder,
            import: prepared.import,
            header: format!("authorization: Bearer {}", prepared.key),
            emails: prepared.emails,
            tokens: prepared.tokens,
            next: AtomicU64::new(0),
        }))
    }

    pub(crate) fn import(&self) -> &Import {
        &self.import
    }

    pub(crate) fn over_http(self: &Arc<Self>) -> Lethe {
        Lethe {
            shared: Arc::clone(self),
            address: Address::Tcp(self.server.tcp),
        }
    }

    pub(crate) fn over_socket(self: &Arc<Self>) -> Lethe {
        Lethe {
            shared: Arc::clone(self),
            address: Address::Unix(self.folder.data().join("lethe.sock")),
        }
    }
}

impl Lethe {
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    pub(crate) fn pid(&self) -> u32 {
        self.shared.server.child.id()
    }

    pub(crate) fn bytes_per_customer(&self) -> f64 {
        self.shared.import.bytes_per_customer()
    }

    /// The next request of a kind.
    pub(crate) fn request(&self, operation: Operation) -> Request {
        let Served {
            emails,
            tokens,
            next,
            header,
            ..
        } = &*self.shared;
        let number = next.fetch_add(1, Ordering::Relaxed);
        // A stride that visits all of them, so that neighbours are not read together.
        let one_of = |all: &[String]| {
            let at = number.wrapping_mul(7_919) % all.len().max(1) as u64;
            let one = usize::try_from(at).ok().and_then(|at| all.get(at));
            one.cloned().unwrap_or_default()
        };
        let (path, body) = match operation {
            Operation::Create => ("/v1/orders", order(number)),
            Operation::Find => {
                let email = one_of(emails);
                (
                    "/v1/find",
                    serde_json::json!({"email": email, "purpose": "support"}),
                )
            }
            Operation::Reveal => {
                let token = one_of(tokens);
                let asked =
                    serde_json::json!({"token": token, "fields": FIELDS, "purpose": "support"});
                ("/v1/reveal", asked)
            }
        };
        Request {
            method: "POST",
            path: path.to_owned(),
            header: header.clone(),
            body: body.to_string(),
        }
    }
}

/// A delivery of one new order of a new customer, in the form of Shopify's webhook.
fn order(number: u64) -> serde_json::Value {
    serde_json::json!({
        "id": 9_000_000_000_000u64 + number,
        "name": format!("#B{number}"),
        "email": format!("bench-{number}@example.com"),
        "created_at": "2026-01-15T10:00:00+01:00",
        "currency": "EUR",
        "total_price": "79.00",
        "billing_address": address(number),
        "shipping_address": address(number),
        "line_items": [{"title": "Cable", "quantity": 1, "price": "79.00", "sku": "C-1"}],
    })
}

fn address(number: u64) -> serde_json::Value {
    serde_json::json!({
        "name": format!("Bench Person {number}"),
        "address1": format!("{number} Rue de la Mesure"),
        "city": "Paris",
        "zip": "75001",
        "country_code": "FR",
        "phone": "+33 1 99 00 12 34",
    })
}

impl Server {
    fn start(folder: &Folder) -> Result<Self, CliError> {
        let failed = || CliError::file("cannot start the server");
        let mut child = Command::new(std::env::current_exe().map_err(failed())?)
            .args(["--json", "serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.data())
            .env("LETHE_PASSPHRASE_FILE", folder.passphrase())
            .env_remove("LETHE_KEY")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed())?;
        let output = BufReader::new(child.stdout.take().expect("the output is piped"));
        let tcp = served_address(output.lines().map_while(Result::ok));
        let Some(tcp) = tcp else {
            drop(child.kill());
            drop(child.wait());
            return Err(CliError::usage("the server did not say where it serves"));
        };
        Ok(Self { child, tcp })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What is on the disk is durable: nothing has to be ended in good order.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads the server's one JSON document, however it is laid out, and finds its address.
fn served_address(lines: impl Iterator<Item = String>) -> Option<SocketAddr> {
    let mut said = String::new();
    for line in lines {
        said.push_str(&line);
        let Ok(document) = serde_json::from_str::<serde_json::Value>(&said) else {
            continue;
        };
        let places = document["serving"].as_array()?.iter();
        return places
            .filter_map(|place| place.as_str()?.strip_prefix("http://")?.parse().ok())
            .next();
    }
    None
}
