//! A retention run over very many due records, while people are read: one pass, flat memory, and
//! what it does to a reveal's slowest per cent.
//!
//! `cargo bench -p lethe-ops --bench retention`; the number of customers can follow (`-- 210000`
//! makes about a million due records).

mod real;

use lethe_crypto::KdfCost;
use lethe_custody::{NOTIFICATION, generate, year_key_id};
use lethe_keeper::Credential;
use lethe_model::{Clock, FieldSet, Grant, Power, Purpose, Quota, StoreId, StoreName};
use lethe_ops::{
    AccessSettings, ApplyOptions, ImportOptions, Installation, NewCredential, Reaction,
    RevealQuery, StoreSpec, Surroundings, Vault, confirmation,
};
use lethe_sample::{Shop, ShopSpec, write_orders_csv};
use real::{SystemClock, SystemRandom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

fn main() {
    let customers = std::env::args()
        .filter_map(|one| one.parse().ok())
        .next()
        .unwrap_or(10_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let around = Surroundings {
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
    };
    let path = folder.path().join("data");
    let vault = open(&path, &around);
    let operator = vault.operator(StoreId(1)).expect("an operator");
    import(&vault, &operator, customers, &around);
    // After the import: what arrives old would be archived at once, and nothing would be due.
    make_archive(&vault, &operator);
    let key = reader(&vault, &operator, &around);
    let tokens = living(&vault, &key);
    println!("orders that stay and are read meanwhile: {}", tokens.len());

    let quiet = read_until(&vault, &key, &tokens, || false, Duration::from_secs(5));
    println!("reveals before:  {quiet}");
    let before_kib = resident_kib();
    let started = Instant::now();
    let plan = vault.retention_plan(&operator, |_| ()).expect("a plan");
    let due = plan.report.records();
    println!(
        "plan: {due} records due, {:.1} s",
        started.elapsed().as_secs_f64()
    );
    let is_over = AtomicBool::new(false);
    let (mut most_kib, started) = (0, Instant::now());
    let options = ApplyOptions {
        confirmed: Some(confirmation(due)),
        proposal: Some(lift_caps(&vault, &operator, &around)),
        started_by: "operator".to_owned(),
    };
    let (run, during) = std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let over = || is_over.load(Ordering::Relaxed);
            read_until(&vault, &key, &tokens, over, Duration::from_secs(3_600))
        });
        let run = vault.apply_retention(&operator, &options, |_| {
            most_kib = most_kib.max(resident_kib());
        });
        is_over.store(true, Ordering::Relaxed);
        (
            run.expect("a run"),
            reading.join().expect("the readers end"),
        )
    });
    let seconds = started.elapsed().as_secs_f64();
    let done = run.report.records();
    println!(
        "apply: {done} records in {seconds:.1} s = {:.0}/s; {}",
        done as f64 / seconds,
        run.report
            .stopped
            .as_deref()
            .unwrap_or("nothing due is left")
    );
    println!("reveals meanwhile: {during}");
    println!("resident memory: {before_kib} KiB before, {most_kib} KiB at most");
}

/// What readers met.
struct Latencies {
    count: usize,
    p50: Duration,
    p99: Duration,
    seconds: f64,
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.0}/s from 4 threads, p50 {:.2} ms, p99 {:.2} ms",
            self.count as f64 / self.seconds,
            self.p50.as_secs_f64() * 1e3,
            self.p99.as_secs_f64() * 1e3
        )
    }
}

/// Reads from four threads, each a thousand times a second at most, until it is over.
fn read_until(
    vault: &Vault,
    key: &Arc<Credential>,
    tokens: &[String],
    is_over: impl Fn() -> bool + Sync,
    at_most: Duration,
) -> Latencies {
    let started = Instant::now();
    let fields = FieldSet::parse(["contact.email"]).expect("the field exists");
    let query = RevealQuery {
        fields,
        purpose: Purpose::Support,
    };
    let mut all: Vec<Duration> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let is_over = &is_over;
                scope.spawn(move || {
                    let mut taken = Vec::new();
                    for token in tokens.iter().cycle().skip(thread * 311) {
                        if is_over() || started.elapsed() > at_most {
                            break;
                        }
                        let began = Instant::now();
                        drop(vault.reveal(key, token, query));
                        taken.push(began.elapsed());
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    taken
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a reader ends"))
            .collect()
    });
    all.sort_unstable();
    let at = |share: f64| all[((all.len() - 1) as f64 * share) as usize];
    Latencies {
        count: all.len(),
        p50: at(0.5),
        p99: at(0.99),
        seconds: started.elapsed().as_secs_f64(),
    }
}

fn open(path: &std::path::Path, around: &Surroundings) -> Vault {
    let store = StoreSpec {
        name: StoreName::parse("main").expect("a good name"),
        controller: "Example SAS".to_owned(),
    };
    let cost = KdfCost {
        memory_kib: 19 * 1024,
        passes: 2,
    };
    let passphrase = "correct horse battery";
    Installation::create(path, passphrase, cost, &store, around).expect("a new installation");
    Installation::find(path)
        .and_then(|found| found.open(passphrase, around.clone()))
        .expect("the vault opens")
}

fn import(vault: &Vault, operator: &Arc<Credential>, customers: u32, around: &Surroundings) {
    let today = around.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let shop = Shop::new(ShopSpec {
        customers,
        ..ShopSpec::new(1, today)
    });
    let mut csv = Vec::new();
    write_orders_csv(&shop, &mut csv).expect("memory can be written");
    let mut source = lethe_formats::read_shopify_orders(csv.as_slice()).expect("an export");
    let options = ImportOptions {
        batch: 5_000,
        source: [1; 16],
    };
    let started = Instant::now();
    let report = vault
        .import(operator, &mut source, &options, |_| (), |_| Ok(()))
        .expect("an import");
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "import: {} orders in {seconds:.1} s = {:.0}/s",
        report.imported,
        report.imported as f64 / seconds
    );
}

fn make_archive(vault: &Vault, operator: &Credential) {
    let mut ids: Vec<String> = (2010..=2040)
        .map(|year| year_key_id(&year.to_string()))
        .collect();
    ids.push(NOTIFICATION.to_owned());
    let custodians = ["ada", "ben", "cleo"].map(str::to_owned);
    let set = generate(&ids, &custodians, &SystemRandom).expect("archive keys");
    vault
        .register_archive_keys(operator, &set)
        .expect("they are new");
}

/// Two others approve that the caps do not hold: they are there to stop what this measures.
fn lift_caps(vault: &Vault, operator: &Arc<Credential>, around: &Surroundings) -> String {
    let asked = vault
        .request_above_cap(operator, "benchmark")
        .expect("a proposal");
    for who in ["dpo", "finance"] {
        let new = NewCredential {
            recipient: who.to_owned(),
            grant: Grant {
                powers: [Power::Approve].into_iter().collect(),
                expires_at_ms: Some(around.clock.now_ms() + 86_400_000),
                owner: Some(who.to_owned()),
                ..Grant::default()
            },
        };
        let made = vault.create_credential(operator, &new).expect("a key");
        let approver = vault
            .authenticate(&made.secret, None)
            .expect("the key is valid");
        vault
            .approve(&approver, &asked.id, &asked.sha256)
            .expect("an approval");
    }
    asked.id
}

fn reader(vault: &Vault, operator: &Credential, around: &Surroundings) -> Arc<Credential> {
    let free = AccessSettings {
        people_per_day: None,
        anomalies: Reaction::Alert,
        ..AccessSettings::default()
    };
    vault
        .set_access_settings(operator, free)
        .expect("the operator may");
    let new = NewCredential {
        recipient: "bench".to_owned(),
        grant: Grant {
            quota: Quota::people_per_day(100_000_000),
            expires_at_ms: Some(around.clock.now_ms() + 86_400_000),
            owner: Some("bench".to_owned()),
            ..operator.grant.clone()
        },
    };
    let created = vault.create_credential(operator, &new).expect("a key");
    vault
        .authenticate(&created.secret, None)
        .expect("the key is valid")
}

/// Finds orders of the last weeks: they are still there after the run.
fn living(vault: &Vault, key: &Credential) -> Vec<String> {
    let now = SystemClock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let since = now.saturating_sub(jiff::Span::new().days(45)).to_string();
    let (mut tokens, mut cursor) = (Vec::new(), None);
    loop {
        let page = vault
            .list_orders(key, cursor.as_deref(), 200)
            .expect("a page");
        let recent = page
            .items
            .into_iter()
            .filter(|order| order.ordered_on.as_deref() >= Some(since.as_str()));
        tokens.extend(recent.map(|order| order.token));
        cursor = page.next_cursor;
        if cursor.is_none() || tokens.len() >= 5_000 {
            break;
        }
    }
    tokens
}

/// Reads the process's resident memory from `/proc`, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
