//! A real data folder with sample people and probes, and a drill on a copy of it.

use jiff::{Timestamp, civil::date};
use lethe_crypto::KdfCost;
use lethe_custody::{NOTIFICATION, Share, generate};
use lethe_drill::{
    Budget, Drill, DrillError, DrillInput, DrillReport, Finding, Ground, Probe, StolenApi,
};
use lethe_drill::{Verdict, copy_folder};
use lethe_formats::read_shopify_orders;
use lethe_model::{Clock, Purpose, Random, StoreId, StoreName};
use lethe_ops::{FindQuery, ImportOptions, Installation, StoreSpec, Surroundings, Vault};
use lethe_sample::{Shop, ShopSpec, probe_people, write_orders_csv, write_probe_orders_csv};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

pub(crate) const PASSPHRASE: &str = "seven sleepy otters juggle";
const PROBE_KEY: [u8; 32] = [11; 32];
const ARCHIVED_KEY: [u8; 32] = [12; 32];
const PROBES: u32 = 8;

pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn advance_minutes(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60_000, Ordering::Relaxed);
    }

    /// A day is ten minutes longer here: quota windows end within that.
    pub(crate) fn advance_days(&self, days: i64) {
        self.0.fetch_add(days * 87_000_000, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

struct Seeded(Mutex<ChaCha20Rng>);

impl Random for Seeded {
    fn fill(&self, target: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(target);
    }
}

/// A folder of which a copy is stolen.
pub(crate) struct Theft {
    folder: TempDir,
    pub(crate) clock: Arc<TestClock>,
    around: Surroundings,
    probes: Vec<Probe>,
    erased: Vec<Probe>,
    archived: Vec<Probe>,
    shares: Option<[Share; 2]>,
    before: Option<PathBuf>,
    budget: Budget,
}

impl Theft {
    /// Makes a vault with this many sample customers and some probe people, and copies it.
    pub(crate) fn of_customers(customers: u32) -> Self {
        Self::sealed_with(PASSPHRASE, customers)
    }

    pub(crate) fn sealed_with(passphrase: &str, customers: u32) -> Self {
        let now: Timestamp = "2026-01-15T12:00:00Z".parse().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(now.as_millisecond())));
        let around = Surroundings {
            clock: Arc::clone(&clock) as _,
            random: Arc::new(Seeded(Mutex::new(ChaCha20Rng::seed_from_u64(5)))),
        };
        let theft = Self {
            folder: tempfile::tempdir().unwrap(),
            clock,
            around,
            probes: probes(),
            erased: Vec::new(),
            archived: Vec::new(),
            shares: None,
            before: None,
            budget: Budget {
                guessing: Duration::from_millis(30),
                keys: Duration::from_millis(100),
                ..Budget::default()
            },
        };
        let store = StoreSpec {
            name: StoreName::parse("main").unwrap(),
            controller: "Example SAS".to_owned(),
        };
        let data = theft.data();
        Installation::create(&data, passphrase, KdfCost::TEST, &store, &theft.around).unwrap();
        let vault = theft.open(&data, passphrase);
        let shop = Shop::new(ShopSpec {
            customers,
            ..ShopSpec::new(3, date(2026, 1, 10))
        });
        let mut csv = Vec::new();
        write_orders_csv(&shop, &mut csv).unwrap();
        import(&vault, &csv, 1);
        let mut csv = Vec::new();
        write_probe_orders_csv(&PROBE_KEY, PROBES, date(2026, 1, 10), &mut csv).unwrap();
        import(&vault, &csv, 2);
        drop(vault);
        copy_folder(&data, &theft.copy()).unwrap();
        theft
    }

    /// Gives the copy an archive, and archives the last probe people in it.
    pub(crate) fn archive(&mut self, count: usize) {
        let vault = self.open(&self.copy(), PASSPHRASE);
        self.set_up_archive(&vault);
        let mut csv = Vec::new();
        let count = u32::try_from(count).unwrap();
        write_probe_orders_csv(&ARCHIVED_KEY, count, date(2025, 3, 1), &mut csv).unwrap();
        // Numbers of their own, beside the other probe people's.
        let csv = String::from_utf8(csv).unwrap().replace("#9000", "#9100");
        import(&vault, csv.as_bytes(), 3);
        self.archived = probe_people(&ARCHIVED_KEY, count)
            .iter()
            .map(Probe::from)
            .collect();
    }

    fn set_up_archive(&mut self, vault: &Vault) {
        if self.shares.is_some() {
            return;
        }
        let mut ids: Vec<String> = (2010..=2040).map(|year| format!("year/{year}")).collect();
        ids.push(NOTIFICATION.to_owned());
        let custodians = ["ada", "ben", "cleo"].map(str::to_owned);
        let set = generate(&ids, &custodians, &*self.around.random).unwrap();
        let operator = vault.operator(StoreId(1)).unwrap();
        vault.register_archive_keys(&operator, &set).unwrap();
        let [first, second, _] = set.shares;
        self.shares = Some([first, second]);
    }

    pub(crate) fn before(&self) -> &Path {
        self.before.as_deref().unwrap()
    }

    /// Says of living people that their active period was over.
    pub(crate) fn pretend_archived(&mut self) {
        self.archived.extend(self.probes.iter().take(1).cloned());
    }

    /// Joins the year's private key as two custodians would, and returns it.
    pub(crate) fn joined_key(&self, key_id: &str) -> [u8; 32] {
        let shares = self.shares.as_ref().unwrap();
        *lethe_custody::join(shares, key_id).unwrap()
    }

    /// Remembers the copy as it is now, as a backup would.
    pub(crate) fn back_up(&mut self) {
        let before = self.folder.path().join("before");
        copy_folder(&self.copy(), &before).unwrap();
        self.before = Some(before);
    }

    /// Erases the first probe people in the copy.
    pub(crate) fn erase(&mut self, count: usize) {
        let vault = self.open(&self.copy(), PASSPHRASE);
        self.set_up_archive(&vault);
        self.erased = self.probes.drain(..count).collect();
        let operator = vault.operator(StoreId(1)).unwrap();
        for probe in &self.erased {
            let email = probe.email.as_ref().unwrap().expose();
            let query = FindQuery::email(email, Purpose::SubjectRequest).unwrap();
            let found = vault.find(&operator, query).unwrap();
            vault.erase(&operator, &found.subjects[0].subject).unwrap();
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn copy(&self) -> PathBuf {
        self.folder.path().join("copy")
    }

    pub(crate) fn open(&self, path: &Path, passphrase: &str) -> Vault {
        let found = Installation::find(path).unwrap();
        found.open(passphrase, self.around.clone()).unwrap()
    }

    /// Gives the attacks with keys all the time they need.
    pub(crate) fn with_all_keys_tried(mut self) -> Self {
        self.budget.keys = Duration::from_secs(60);
        self
    }

    /// Adds a probe that was never imported.
    pub(crate) fn expect_stranger(&mut self) {
        let stranger = &probe_people(&[99; 32], 1)[0];
        self.probes.push(Probe::from(stranger));
    }

    pub(crate) fn drill(&self) -> DrillReport {
        self.try_drill(PASSPHRASE, None).unwrap()
    }

    pub(crate) fn try_drill(
        &self,
        passphrase: &str,
        api: Option<&mut dyn StolenApi>,
    ) -> Result<DrillReport, DrillError> {
        self.try_drill_with(passphrase, api, None)
    }

    pub(crate) fn try_drill_with(
        &self,
        passphrase: &str,
        api: Option<&mut dyn StolenApi>,
        agent: Option<&mut dyn StolenApi>,
    ) -> Result<DrillReport, DrillError> {
        let scratch = self.folder.path().join("scratch");
        let input = DrillInput {
            copy: &self.copy(),
            passphrase,
            probes: &self.probes,
            erased: &self.erased,
            // Written out, because a trait object's lifetime does not shrink inside an `Option`.
            api: match api {
                Some(api) => Some(api),
                None => None,
            },
            agent: match agent {
                Some(agent) => Some(agent),
                None => None,
            },
            ground: Ground {
                archived: &self.archived,
                shares: self.shares.as_ref(),
                before: self.before.as_deref(),
            },
            budget: self.budget,
            scratch: &scratch,
            progress: &mut |_| (),
        };
        Drill::new(input)?.run()
    }
}

fn probes() -> Vec<Probe> {
    probe_people(&PROBE_KEY, PROBES)
        .iter()
        .map(Probe::from)
        .collect()
}

fn import(vault: &Vault, csv: &[u8], source: u8) {
    let operator = vault.operator(StoreId(1)).unwrap();
    let mut orders = read_shopify_orders(csv).unwrap();
    let options = ImportOptions {
        batch: 500,
        source: [source; 16],
    };
    let report = vault.import(&operator, &mut orders, &options, |_| (), |_| Ok(()));
    assert_eq!(report.unwrap().rejected, 0);
}

pub(crate) fn finding(report: &DrillReport, number: u8) -> &Finding {
    report
        .findings
        .iter()
        .find(|one| one.number == number)
        .unwrap()
}

/// Asserts that one theft broke its promise, and returns what it says.
pub(crate) fn broken(report: &DrillReport, number: u8) -> String {
    let finding = finding(report, number);
    assert_eq!(
        finding.verdict,
        Verdict::Broken,
        "{}",
        report.to_table(100, false)
    );
    assert!(report.promise_broken());
    format!("{}\n{}", finding.sentence, finding.facts.join("\n"))
}
