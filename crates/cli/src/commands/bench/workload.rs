//! What is measured on: a shop imported into a scratch folder, keys to it, and a server process.

use super::load::Load;
use super::measure::cpu_ms;
use super::report::Import;
use crate::error::CliError;
use crate::surroundings;
use lethe_crypto::KdfCost;
use lethe_model::{FieldSet, Grant, Power, Purpose, Quota, StoreId, StoreName};
use lethe_ops::{
    AccessSettings, ImportOptions, Installation, NewCredential, Reaction, StoreSpec, Vault,
};
use lethe_sample::{Shop, ShopSpec, write_orders_csv};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// The scratch folder is thrown away: its passphrase protects nobody.
const PASSPHRASE: &str = "invented people only";
const BATCH: usize = 5_000;
const FIELDS: [&str; 6] = [
    "delivery.name",
    "delivery.street",
    "delivery.city",
    "delivery.postal_code",
    "delivery.country",
    "invoice.reference",
];

/// A prepared scratch folder.
pub(crate) struct Workload {
    folder: Scratch,
    key: String,
    tokens: Vec<String>,
}

/// A server of its own process; it ends with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) tcp: SocketAddr,
    pub(crate) unix: PathBuf,
}

/// A folder that is removed at the end.
struct Scratch(PathBuf);

impl Workload {
    /// Imports the sample shop and makes a key that may do everything measured.
    pub(crate) fn prepare(base: &Path, customers: u32) -> Result<(Self, Import), CliError> {
        let folder = Scratch::below(base)?;
        let passphrase = folder.0.join("passphrase");
        write_private(&passphrase, PASSPHRASE).map_err(CliError::file(format!(
            "cannot write {}",
            passphrase.display()
        )))?;
        let around = surroundings::real();
        let store = StoreSpec {
            name: StoreName::parse("bench").expect("a good name"),
            controller: "Nobody".to_owned(),
        };
        let data = folder.data();
        Installation::create(&data, PASSPHRASE, KdfCost::STANDARD, &store, &around)?;
        let vault = Installation::find(&data)?.open(PASSPHRASE, around.clone())?;
        let import = import(&vault, &folder, customers)?;
        let key = make_key(&vault, around.clock.now_ms() + 86_400_000)?;
        let tokens = tokens(&vault, &key)?;
        Ok((
            Self {
                folder,
                key,
                tokens,
            },
            import,
        ))
    }

    /// Starts this program as a server of the scratch folder.
    pub(crate) fn serve(&self) -> Result<Server, CliError> {
        let failed = || CliError::file("cannot start the server");
        let mut child = Command::new(std::env::current_exe().map_err(failed())?)
            .args(["--json", "serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(self.folder.data())
            .env("LETHE_PASSPHRASE_FILE", self.folder.0.join("passphrase"))
            .env_remove("LETHE_KEY")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed())?;
        let output = BufReader::new(child.stdout.take().expect("the output is piped"));
        let tcp = served_address(output.lines().map_while(Result::ok));
        let Some(tcp) = tcp else {
            drop(child.kill());
            return Err(CliError::usage("the server did not say where it serves"));
        };
        Ok(Server {
            child,
            tcp,
            unix: self.folder.data().join("lethe.sock"),
        })
    }

    /// Reveals of six fields, in an order that visits many people.
    pub(crate) fn reveals(&self) -> Load {
        let fields = serde_json::json!(FIELDS);
        let body = |token: &String| {
            let asked = serde_json::json!({"token": token, "fields": fields, "purpose": "support"});
            asked.to_string()
        };
        Load::cycle(
            "/v1/reveal",
            &self.key,
            self.tokens.iter().map(body).collect(),
        )
    }

    /// Deliveries of one new order each, in the form of Shopify's webhook.
    pub(crate) fn intakes(&self) -> Load {
        Load::numbered("/v1/orders", &self.key, |number| {
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
            .to_string()
        })
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

fn import(vault: &Vault, folder: &Scratch, customers: u32) -> Result<Import, CliError> {
    let end = jiff::civil::date(2026, 1, 31);
    let shop = Shop::new(ShopSpec {
        customers,
        ..ShopSpec::new(1, end)
    });
    let mut csv = Vec::new();
    write_orders_csv(&shop, &mut csv).map_err(CliError::file("cannot make the sample shop"))?;
    let mut source = lethe_formats::read_shopify_orders(csv.as_slice())
        .map_err(|error| CliError::format("the sample shop", &error))?;
    let operator = vault.operator(StoreId(1))?;
    let (started, cpu) = (Instant::now(), cpu_ms(std::process::id())?);
    let options = ImportOptions {
        batch: BATCH,
        source: [0; 16],
    };
    let report = vault.import(&operator, &mut source, &options, |_| (), |_| Ok(()))?;
    let seconds = started.elapsed().as_secs_f64();
    let cpu = cpu_ms(std::process::id())? - cpu;
    let people = vault
        .status()?
        .stores
        .iter()
        .map(|store| store.people)
        .sum::<u64>();
    let bytes = |name: &str| folder_bytes(&folder.data().join(name)) as f64 / people.max(1) as f64;
    let orders = report.imported;
    Ok(Import {
        orders,
        people,
        seconds,
        orders_per_second: orders as f64 / seconds,
        cpu_us_per_order: cpu as f64 * 1000.0 / orders.max(1) as f64,
        active_bytes_per_person: bytes("active"),
        keyring_bytes_per_person: bytes("keyring"),
        log_bytes_per_person: bytes("log"),
    })
}

fn make_key(vault: &Vault, expires_at_ms: i64) -> Result<String, CliError> {
    let grant = Grant {
        fields: FieldSet::parse(FIELDS).expect("known fields"),
        purposes: [Purpose::Support].into_iter().collect(),
        powers: [Power::Reveal, Power::List, Power::Intake]
            .into_iter()
            .collect(),
        quota: Quota::people_per_day(u32::MAX),
        expires_at_ms: Some(expires_at_ms),
        owner: Some("bench".to_owned()),
        ..Grant::default()
    };
    let new = NewCredential {
        recipient: "bench".to_owned(),
        grant,
    };
    let operator = vault.operator(StoreId(1))?;
    // Full speed is what the brake and the installation's bound are there to stop.
    let free = AccessSettings {
        people_per_day: None,
        anomalies: Reaction::Alert,
        ..AccessSettings::default()
    };
    vault.set_access_settings(&operator, free)?;
    let created = vault.create_credential(&operator, &new)?;
    Ok(created.secret.expose().to_owned())
}

fn tokens(vault: &Vault, key: &str) -> Result<Vec<String>, CliError> {
    let key = lethe_crypto::ApiKey::parse(key).map_err(lethe_ops::Error::from)?;
    let credential = vault.authenticate(&key, None)?;
    let (mut tokens, mut cursor) = (Vec::new(), None);
    loop {
        let page = vault.list_orders(&credential, cursor.as_deref(), 200)?;
        tokens.extend(page.items.into_iter().map(|order| order.token));
        cursor = page.next_cursor;
        if cursor.is_none() || tokens.len() >= 50_000 {
            return Ok(tokens);
        }
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

fn folder_bytes(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .map(|file| match file.metadata() {
            Ok(about) if about.is_dir() => folder_bytes(&file.path()),
            Ok(about) => about.len(),
            Err(_) => 0,
        })
        .sum()
}

impl Server {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The scratch folder goes with it: nothing has to be ended in good order.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Scratch {
    fn below(base: &Path) -> Result<Self, CliError> {
        let path = base.join(format!("lethe-bench-{}", std::process::id()));
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.map_err(CliError::file(format!("cannot make {}", path.display())))?;
        Ok(Self(path))
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
