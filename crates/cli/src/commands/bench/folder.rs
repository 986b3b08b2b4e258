//! A data folder to measure on: the sample shop, imported, and a key that may do what is measured.

use super::lethe::FIELDS;
use super::measure::cpu_ms;
use crate::error::{CliError, Exit};
use crate::surroundings;
use lethe_crypto::KdfCost;
use lethe_model::{FieldSet, Grant, Power, Purpose, Quota, StoreId, StoreName};
use lethe_ops::{
    AccessSettings, ImportOptions, Installation, NewCredential, Reaction, StoreSpec, Surroundings,
    Vault,
};
use lethe_sample::{Shop, write_orders_csv};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{BufReader, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The people are invented: the passphrase protects nobody.
const PASSPHRASE: &str = "invented people only";
const BATCH: usize = 5_000;
/// Orders and addresses that the clients ask for at most, from all over the shop.
const ASKED_MAX: usize = 50_000;

/// A folder with the shop in it.
pub(crate) struct Prepared {
    pub(crate) folder: Folder,
    pub(crate) import: Import,
    pub(crate) key: String,
    pub(crate) tokens: Vec<String>,
    pub(crate) emails: Vec<String>,
}

/// What the import took, and what it left on the disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Import {
    pub(crate) customers: u32,
    pub(crate) orders: u64,
    pub(crate) seconds: f64,
    pub(crate) orders_per_second: f64,
    pub(crate) cpu_us_per_order: f64,
    pub(crate) active_bytes_per_customer: f64,
    /// Wrapped keys, look-up rows, and the maps of who was met.
    pub(crate) keyring_bytes_per_customer: f64,
    pub(crate) log_bytes_per_customer: f64,
}

/// A folder that is removed at the end, unless it is kept.
pub(crate) struct Folder {
    path: PathBuf,
    is_kept: bool,
}

impl Import {
    pub(crate) fn bytes_per_customer(&self) -> f64 {
        self.active_bytes_per_customer
            + self.keyring_bytes_per_customer
            + self.log_bytes_per_customer
    }

    pub(crate) fn line(&self) -> String {
        format!(
            "import  {:.0} orders/s ({} orders of {} customers, {:.1} s; {:.0} µs CPU each)\n\
             disk    {:.0} bytes per customer: active {:.0}, keyring with look-up {:.0}, log {:.0}",
            self.orders_per_second,
            self.orders,
            self.customers,
            self.seconds,
            self.cpu_us_per_order,
            self.bytes_per_customer(),
            self.active_bytes_per_customer,
            self.keyring_bytes_per_customer,
            self.log_bytes_per_customer,
        )
    }
}

impl Prepared {
    /// Makes an installation on SQLite in a new folder and imports the shop; a kept folder in which that
    /// was done before is used as it is.
    pub(crate) fn on_sqlite(folder: Folder, shop: &Shop) -> Result<Self, CliError> {
        let around = surroundings::real();
        let import = match folder.imported() {
            Some(import) => import,
            None => {
                folder.empty()?;
                let store = StoreSpec {
                    name: StoreName::parse("bench").expect("a good name"),
                    controller: "Nobody".to_owned(),
                };
                let data = folder.data();
                Installation::create(&data, PASSPHRASE, KdfCost::STANDARD, &store, &around)?;
                let vault = Installation::find(&data)?.open(PASSPHRASE, around.clone())?;
                let mut import = import(&vault, shop)?;
                // Closing writes what is in the write-ahead logs to its place.
                drop(vault);
                import.weigh(&folder);
                folder.note(&import)?;
                import
            }
        };
        let vault = Installation::find(&folder.data())?.open(PASSPHRASE, around.clone())?;
        let key = make_key(&vault, &around)?;
        let tokens = tokens(&vault, &key)?;
        let emails = shop.people().filter_map(|person| person.email);
        Ok(Self {
            import,
            key,
            tokens,
            emails: emails.take(ASKED_MAX).collect(),
            folder,
        })
    }
}

impl Import {
    fn weigh(&mut self, folder: &Folder) {
        let bytes = |name: &str| {
            folder_bytes(&folder.data().join(name)) as f64 / f64::from(self.customers.max(1))
        };
        let [active, keyring, log] = [bytes("active"), bytes("keyring"), bytes("log")];
        self.active_bytes_per_customer = active;
        self.keyring_bytes_per_customer = keyring;
        self.log_bytes_per_customer = log;
    }
}

fn import(vault: &Vault, shop: &Shop) -> Result<Import, CliError> {
    let failed = || CliError::file("cannot make the sample shop");
    let (reader, writer) = std::io::pipe().map_err(failed())?;
    let (started, cpu) = (Instant::now(), cpu_ms(std::process::id())?);
    let report = std::thread::scope(|scope| {
        // A million customers' export does not have to fit into memory.
        let writing = scope.spawn(|| {
            let mut writer = BufWriter::with_capacity(1 << 16, writer);
            write_orders_csv(shop, &mut writer).and_then(|_| writer.flush())
        });
        let mut source = lethe_formats::read_shopify_orders(BufReader::new(reader))
            .map_err(|error| CliError::format("the sample shop", &error))?;
        let operator = vault.operator(StoreId(1))?;
        let options = ImportOptions {
            batch: BATCH,
            source: [0; 16],
        };
        let report = vault.import(&operator, &mut source, &options, |_| (), |_| Ok(()))?;
        drop(source);
        match writing.join() {
            Ok(written) => written.map_err(failed())?,
            Err(_) => return Err(CliError::new(Exit::Failure, "bench", "no sample shop")),
        };
        Ok(report)
    })?;
    let seconds = started.elapsed().as_secs_f64();
    let cpu = cpu_ms(std::process::id())? - cpu;
    let orders = report.imported;
    Ok(Import {
        customers: shop.spec().customers,
        orders,
        seconds,
        orders_per_second: orders as f64 / seconds,
        cpu_us_per_order: cpu as f64 * 1000.0 / orders.max(1) as f64,
        active_bytes_per_customer: 0.0,
        keyring_bytes_per_customer: 0.0,
        log_bytes_per_customer: 0.0,
    })
}

fn make_key(vault: &Vault, around: &Surroundings) -> Result<String, CliError> {
    let grant = Grant {
        fields: FieldSet::parse(FIELDS.into_iter().chain(["contact.email"])).expect("known fields"),
        purposes: [Purpose::Support].into_iter().collect(),
        powers: [Power::Reveal, Power::List, Power::Intake]
            .into_iter()
            .collect(),
        quota: Quota::people_per_day(u32::MAX),
        expires_at_ms: Some(around.clock.now_ms() + 86_400_000),
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

/// Returns orders from all over the shop: they are listed person by person.
fn tokens(vault: &Vault, key: &str) -> Result<Vec<String>, CliError> {
    let key = lethe_crypto::ApiKey::parse(key).map_err(lethe_ops::Error::from)?;
    let credential = vault.authenticate(&key, None)?;
    let (mut tokens, mut cursor) = (Vec::new(), None);
    loop {
        let page = vault.list_orders(&credential, cursor.as_deref(), 200)?;
        tokens.extend(page.items.into_iter().map(|order| order.token));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let step = tokens.len().div_ceil(ASKED_MAX).max(1);
    Ok(tokens.into_iter().step_by(step).collect())
}

impl Folder {
    /// A scratch folder below `base`.
    pub(crate) fn scratch(base: &Path, name: &str) -> Result<Self, CliError> {
        let path = base.join(format!("lethe-bench-{}-{name}", std::process::id()));
        Self::make(path, false)
    }

    /// A folder that stays.
    pub(crate) fn kept(path: PathBuf) -> Result<Self, CliError> {
        if path.is_dir() {
            return Ok(Self {
                path,
                is_kept: true,
            });
        }
        Self::make(path, true)
    }

    fn make(path: PathBuf, is_kept: bool) -> Result<Self, CliError> {
        let mut builder = fs::DirBuilder::new();
        let made = builder.mode(0o700).recursive(is_kept).create(&path);
        made.map_err(CliError::file(format!("cannot make {}", path.display())))?;
        Ok(Self { path, is_kept })
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(crate) fn passphrase(&self) -> PathBuf {
        self.path.join("passphrase")
    }

    /// What an import that was finished earlier took.
    fn imported(&self) -> Option<Import> {
        let text = fs::read_to_string(self.path.join("import.json")).ok()?;
        serde_json::from_str(&text).ok()
    }

    fn note(&self, import: &Import) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(import).expect("plain data serialises");
        let path = self.path.join("import.json");
        fs::write(&path, text).map_err(CliError::file(format!("cannot write {}", path.display())))
    }

    /// Removes what an import that was broken off left.
    fn empty(&self) -> Result<(), CliError> {
        let failed = || CliError::file("cannot remove an unfinished import");
        let passphrase = self.passphrase();
        if self.data().exists() {
            fs::remove_dir_all(self.data()).map_err(failed())?;
        }
        if passphrase.exists() {
            fs::remove_file(&passphrase).map_err(failed())?;
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        options
            .open(&passphrase)
            .and_then(|mut file| file.write_all(PASSPHRASE.as_bytes()))
            .map_err(CliError::file(format!(
                "cannot write {}",
                passphrase.display()
            )))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_kept {
            drop(fs::remove_dir_all(&self.path));
        }
    }
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
