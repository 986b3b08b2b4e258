//! Runs the whole drill on a fresh folder with sample people: `demo [CUSTOMERS [ERASED]]`, in
//! release. ERASED of three times as many probe people are erased before the theft.
//!
//! The API key is used on the operations directly; `lethe drill` uses it over HTTP.

use jiff::{Timestamp, civil::date};
use lethe_crypto::KdfCost;
use lethe_drill::{Budget, Drill, DrillInput, Ground, Probe, copy_folder};
use lethe_formats::read_shopify_orders;
use lethe_model::{Clock, Purpose, Random, StoreId, StoreName};
use lethe_ops::{FindQuery, ImportOptions, Installation, StoreSpec, Surroundings, Vault};
use lethe_sample::{Shop, ShopSpec, probe_people, write_orders_csv, write_probe_orders_csv};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

const PASSPHRASE: &str = "seven sleepy otters juggle";
const PROBE_KEY: [u8; 32] = [11; 32];

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * 20_468)
    }
}

struct Seeded(Mutex<ChaCha20Rng>);

impl Random for Seeded {
    fn fill(&self, target: &mut [u8]) {
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rng.fill_bytes(target);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1);
    let customers = numbers.next().map_or(Ok(2_000), |text| text.parse())?;
    let erased: usize = numbers.next().map_or(Ok(4), |text| text.parse())?;
    let planted = u32::try_from(erased)? * 3;
    let folder = tempfile::tempdir()?;
    let (data, copy) = (folder.path().join("data"), folder.path().join("copy"));
    let around = Surroundings {
        clock: Arc::new(FixedClock),
        random: Arc::new(Seeded(Mutex::new(ChaCha20Rng::seed_from_u64(5)))),
    };
    let store = StoreSpec {
        name: StoreName::parse("main")?,
        controller: "Example SAS".to_owned(),
    };
    Installation::create(&data, PASSPHRASE, KdfCost::STANDARD, &store, &around)?;
    let vault = Installation::find(&data)?.open(PASSPHRASE, around.clone())?;
    let shop = Shop::new(ShopSpec {
        customers,
        ..ShopSpec::new(3, date(2026, 1, 10))
    });
    let mut csv = Vec::new();
    write_orders_csv(&shop, &mut csv)?;
    import(&vault, &csv, 1)?;
    drop(vault);
    copy_folder(&data, &copy)?;
    let vault = Installation::find(&copy)?.open(PASSPHRASE, around)?;
    let mut csv = Vec::new();
    write_probe_orders_csv(&PROBE_KEY, planted, date(2026, 1, 10), &mut csv)?;
    import(&vault, &csv, 2)?;
    let people = probe_people(&PROBE_KEY, planted);
    let mut probes: Vec<Probe> = people.iter().map(Probe::from).collect();
    let gone: Vec<Probe> = probes.drain(..erased).collect();
    let operator = vault.operator(StoreId(1))?;
    for person in &people[..erased] {
        let email = person.email.as_deref().unwrap_or_default();
        let query = FindQuery::email(email, Purpose::SubjectRequest)?;
        let found = vault.find(&operator, query)?;
        vault.erase(&operator, &found.subjects[0].subject)?;
    }
    drop(vault);
    let begun = Instant::now();
    let report = Drill::new(DrillInput {
        copy: &copy,
        passphrase: PASSPHRASE,
        probes: &probes,
        erased: &gone,
        api: None,
        agent: None,
        ground: Ground::default(),
        budget: Budget::default(),
        scratch: &folder.path().join("scratch"),
        progress: &mut |what| eprintln!("{:6.2} s  {what}", begun.elapsed().as_secs_f64()),
    })?
    .run()?;
    println!("{}", report.to_table(100, false));
    Ok(())
}

fn import(vault: &Vault, csv: &[u8], source: u8) -> Result<(), Box<dyn Error>> {
    let operator = vault.operator(StoreId(1))?;
    let mut orders = read_shopify_orders(csv)?;
    let options = ImportOptions {
        batch: 2_000,
        source: [source; 16],
    };
    vault.import(&operator, &mut orders, &options, |_| (), |_| Ok(()))?;
    Ok(())
}
