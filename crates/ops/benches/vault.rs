//! Import, reveal and erasure without HTTP: how fast the vault itself is.
//!
//! `cargo bench -p lethe-ops`; the number of customers can follow (`-- 60000`), and
//! `LETHE_STORE_URL` names an empty database on PostgreSQL. End-to-end figures
//! come from `lethe bench`.

mod real;

use lethe_crypto::KdfCost;
use lethe_custody::{NOTIFICATION, generate, year_key_id};
use lethe_keeper::Credential;
use lethe_model::{FieldSet, Purpose, Quota, StoreId, StoreName};
use lethe_ops::{
    AccessSettings, ImportOptions, Installation, NewCredential, Reaction, RevealQuery, StoreSpec,
    Surroundings, Vault,
};
use lethe_sample::{Shop, ShopSpec, write_orders_csv};
use lethe_store::Servers;
use real::{SystemClock, SystemRandom};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn main() {
    let customers = std::env::args()
        .filter_map(|one| one.parse().ok())
        .next()
        .unwrap_or(20_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("data");
    let around = Surroundings {
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
    };
    let store = StoreSpec {
        name: StoreName::parse("main").expect("a good name"),
        controller: "Example SAS".to_owned(),
    };
    let passphrase = "correct horse battery";
    let cost = KdfCost {
        memory_kib: 19 * 1024,
        passes: 2,
    };
    let servers = std::env::var("LETHE_STORE_URL").ok();
    let servers = servers.map(|url| Servers::new(&url, None, None).expect("a good address"));
    println!("databases: {servers:?}");
    Installation::create_on(&path, servers.as_ref(), passphrase, cost, &store, &around)
        .expect("a new installation");
    let vault = Installation::find(&path)
        .and_then(|found| found.open(passphrase, around.clone()))
        .expect("the vault opens");

    let end = jiff::civil::date(2026, 1, 31);
    let shop = Shop::new(ShopSpec {
        customers,
        ..ShopSpec::new(1, end)
    });
    let mut csv = Vec::new();
    write_orders_csv(&shop, &mut csv).expect("memory can be written");
    let operator = vault.operator(StoreId(1)).expect("an operator");
    let mut source = lethe_formats::read_shopify_orders(csv.as_slice()).expect("an export");
    let started = Instant::now();
    let options = ImportOptions {
        batch: 5_000,
        source: [1; 16],
    };
    let report = vault
        .import(&operator, &mut source, &options, |_| (), |_| Ok(()))
        .expect("an import");
    let seconds = started.elapsed().as_secs_f64();
    let orders = report.imported + report.updated + report.unchanged + report.rejected;
    println!(
        "import: {orders} orders in {seconds:.2} s = {:.0} orders/s",
        orders as f64 / seconds
    );

    let fields = ["name", "street", "city", "postal_code", "country", "phone"]
        .map(|field| format!("delivery.{field}"));
    let fields = FieldSet::parse(fields.iter().map(String::as_str)).expect("known fields");
    let expires = around.clock.now_ms() + 86_400_000;
    let grant = lethe_model::Grant {
        fields,
        expires_at_ms: Some(expires),
        quota: Quota::people_per_day(10_000_000),
        owner: Some("bench".to_owned()),
        ..operator.grant.clone()
    };
    let new = NewCredential {
        recipient: "bench".into(),
        grant,
    };
    // Full speed is what the brake and the installation's bound are there to stop.
    let free = AccessSettings {
        people_per_day: None,
        anomalies: Reaction::Alert,
        ..AccessSettings::default()
    };
    vault
        .set_access_settings(&operator, free)
        .expect("the operator may");
    let created = vault.create_credential(&operator, &new).expect("a key");
    let key = vault
        .authenticate(&created.secret, None)
        .expect("the key is valid");
    let mut tokens = Vec::new();
    let mut cursor = None;
    while tokens.len() < 20_000 {
        let page = vault
            .list_orders(&key, cursor.as_deref(), 200)
            .expect("a page");
        tokens.extend(page.items.into_iter().map(|order| order.token));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    for clients in [1, 16, 64] {
        let done = AtomicU64::new(0);
        let started = Instant::now();
        std::thread::scope(|scope| {
            for client in 0..clients {
                let (vault, key, tokens, done) = (&vault, &key, &tokens, &done);
                scope.spawn(move || {
                    let query = RevealQuery {
                        fields,
                        purpose: Purpose::Support,
                    };
                    let mine = tokens.iter().cycle().skip(client * 311);
                    for token in mine {
                        // Some orders have no delivery record of their own; they count as well.
                        drop(vault.reveal(key, token, query));
                        done.fetch_add(1, Ordering::Relaxed);
                        if started.elapsed() > Duration::from_secs(3) {
                            break;
                        }
                    }
                });
            }
        });
        let rate = done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64();
        println!("reveal: {clients:>2} clients {rate:>7.0}/s");
    }
    erase_everybody(&vault, &operator);
}

/// Erases all buyers, with a receipt each; what the law keeps moves to the archive.
fn erase_everybody(vault: &Vault, operator: &Credential) {
    let mut ids: Vec<String> = (2010..=2040)
        .map(|year| year_key_id(&year.to_string()))
        .collect();
    ids.push(NOTIFICATION.to_owned());
    let custodians = ["ada", "ben", "cleo"].map(str::to_owned);
    let set = generate(&ids, &custodians, &SystemRandom).expect("archive keys");
    vault
        .register_archive_keys(operator, &set)
        .expect("they are new");
    let mut buyers = BTreeSet::new();
    let (mut cursor, mut orders) = (None, 0);
    loop {
        let page = vault
            .list_orders(operator, cursor.as_deref(), 200)
            .expect("a page");
        orders += page.items.len();
        buyers.extend(page.items.into_iter().map(|order| order.subject));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let (people, mut receipts, mut kept) = (buyers.len(), 0, 0);
    let started = Instant::now();
    vault
        .erase_many(operator, buyers.into_iter(), |erased| {
            receipts += erased.signed.len();
            kept += erased
                .report
                .kept
                .iter()
                .map(|one| one.records)
                .sum::<u64>();
            Ok(())
        })
        .expect("an erasure");
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "erase:  {people} people with {orders} orders in {seconds:.2} s = {:.0} people/s; {kept} records \
         moved to the archive = {:.0}/s; {receipts} bytes of receipts",
        people as f64 / seconds,
        kept as f64 / seconds,
    );
}
