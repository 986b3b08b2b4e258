//! A vault in a temporary folder.

use crate::{FakeClock, OrderSketch, SeededRandom, find_leaks, orders_csv};
use lethe_crypto::{ApiKey, KdfCost};
use lethe_custody::{NOTIFICATION, Reply, Request, Share, ShareCost, answer, generate};
use lethe_model::{Clock as _, FieldSet, Grant, Power, Purpose, Quota, StoreId, StoreName};
use lethe_ops::{
    Credential, Error, FindQuery, ImportOptions, ImportReport, Installation, NewCredential,
    StoreSpec, Surroundings, Vault,
};
use lethe_store::Servers;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// The passphrase of every test vault.
pub const PASSPHRASE: &str = "correct horse battery";

/// Cheap where it may be: release builds refuse a root key file like that.
#[cfg(debug_assertions)]
const COST: KdfCost = KdfCost::TEST;
#[cfg(not(debug_assertions))]
const COST: KdfCost = KdfCost {
    memory_kib: 19 * 1024,
    passes: 2,
};

#[cfg(debug_assertions)]
const SHARE_COST: fn() -> ShareCost = || ShareCost::TEST;
#[cfg(not(debug_assertions))]
const SHARE_COST: fn() -> ShareCost = ShareCost::default;

/// Whether the tests' vaults have their databases on PostgreSQL: in test programs of that name.
fn wants_postgres() -> bool {
    let is_named = std::env::current_exe().is_ok_and(|path| {
        let name = path.file_stem().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with("postgres-"))
    });
    is_named && lethe_pgtest::server().is_some()
}

/// A vault in a temporary folder. When it is dropped, the whole folder is searched for every marked
/// value that went in: each test also tests that nothing personal lies in clear.
pub struct TestVault {
    vault: Option<Vault>,
    folder: TempDir,
    /// The clock of the vault.
    pub clock: Arc<FakeClock>,
    around: Surroundings,
    marks: Vec<String>,
    shares: Option<[Share; 3]>,
}

impl TestVault {
    /// Makes a vault with one shop called `main`.
    pub fn start() -> Self {
        let servers = wants_postgres().then(|| {
            let url = lethe_pgtest::fresh_database().expect("PostgreSQL, as asked for");
            Servers::new(&url, None, None).expect("a good address")
        });
        Self::start_on(servers.as_ref())
    }

    /// Makes one more vault of the same installation, in a folder of its own and by the same clock.
    pub fn join(&self, servers: &Servers, seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let around = Surroundings {
            clock: Arc::clone(&self.clock) as _,
            random: Arc::new(SeededRandom::new(seed)),
        };
        let path = folder.path().join("data");
        let root_key = self.path().join("root.key");
        Installation::join(&path, servers, &root_key, PASSPHRASE, &around)
            .expect("it joins the installation");
        let mut test = Self {
            vault: None,
            folder,
            clock: Arc::clone(&self.clock),
            around,
            marks: self.marks.clone(),
            shares: None,
        };
        test.open().expect("the vault opens");
        test
    }

    /// Makes a vault with one shop called `main`, with its databases in the folder or on servers.
    pub fn start_on(servers: Option<&Servers>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(FakeClock::default());
        let random = Arc::new(SeededRandom::new(42));
        let around = Surroundings {
            clock: Arc::clone(&clock) as _,
            random,
        };
        let store = StoreSpec {
            name: StoreName::parse("main").expect("a good name"),
            controller: "Example SAS".to_owned(),
        };
        let path = folder.path().join("data");
        Installation::create_on(&path, servers, PASSPHRASE, COST, &store, &around)
            .expect("a new installation");
        let mut test = Self {
            vault: None,
            folder,
            clock,
            around,
            marks: Vec::new(),
            shares: None,
        };
        test.open().expect("the vault opens");
        test
    }

    /// Makes a vault whose archive has keys for the years 2010 to 2150.
    pub fn with_archive() -> Self {
        let mut test = Self::start();
        let mut ids: Vec<String> = (2010..=2150).map(|year| format!("year/{year}")).collect();
        ids.push(NOTIFICATION.to_owned());
        let custodians = ["ada", "ben", "cleo"].map(str::to_owned);
        let set = generate(&ids, &custodians, &*test.around.random).expect("archive keys");
        test.vault()
            .register_archive_keys(&test.operator(), &set)
            .expect("new keys");
        test.shares = Some(set.shares);
        test
    }

    /// Answers a ceremony's request with the shares of two custodians.
    pub fn answer(&self, request: &Request) -> Reply {
        let shares = self.shares.as_ref().expect("a vault with an archive");
        let copy = |share: &Share| {
            let text = share
                .seal(PASSPHRASE, SHARE_COST())
                .expect("a sealed share");
            Share::open(&text, PASSPHRASE).expect("the share opens")
        };
        let two = [copy(&shares[0]), copy(&shares[2])];
        answer(request, &two, self.clock.now(), &*self.around.random).expect("an answer")
    }

    /// Opens the vault; for tests that have closed it.
    pub fn open(&mut self) -> Result<(), Error> {
        let vault = Installation::find(&self.path())?.open(PASSPHRASE, self.around.clone())?;
        self.vault = Some(vault);
        Ok(())
    }

    /// Closes the vault in good order.
    pub fn close(&mut self) {
        self.vault = None;
    }

    /// Closes the vault and opens it again.
    pub fn restart(&mut self) {
        self.close();
        self.open().expect("the vault opens again");
    }

    /// Returns the data folder.
    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Returns time and chance of the vault.
    pub fn around(&self) -> Surroundings {
        self.around.clone()
    }

    /// Takes a vault over that was restored elsewhere; its folder must be the given one.
    pub fn adopt(&mut self, vault: Vault) {
        self.vault = Some(vault);
    }

    /// Returns a folder beside the data folder, searched for leaks like it.
    pub fn beside(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the vault.
    pub fn vault(&self) -> &Vault {
        self.vault.as_ref().expect("the vault is open")
    }

    /// Takes the vault out, to be shared with a server.
    pub fn take_vault(&mut self) -> Vault {
        self.vault.take().expect("the vault is open")
    }

    /// Returns the operator's credential.
    pub fn operator(&self) -> Arc<Credential> {
        self.vault()
            .operator(StoreId(1))
            .expect("the first shop has an operator")
    }

    /// Imports orders and remembers their values for the search at the end.
    pub fn import(&mut self, orders: &[OrderSketch]) -> ImportReport {
        self.marks
            .extend(orders.iter().flat_map(OrderSketch::marks));
        let csv = orders_csv(orders);
        let mut source =
            lethe_formats::read_shopify_orders(csv.as_bytes()).expect("an orders export");
        let options = ImportOptions {
            batch: 100,
            source: [1; 16],
        };
        self.vault()
            .import(&self.operator(), &mut source, &options, |_| (), |_| Ok(()))
            .expect("the import goes through")
    }

    /// Makes a key that may reveal these fields for support, and list.
    pub fn key(
        &self,
        recipient: &str,
        fields: &[&str],
        people_per_day: u32,
    ) -> (Arc<Credential>, ApiKey) {
        let grant = Grant {
            fields: FieldSet::parse(fields.iter().copied()).expect("known fields"),
            purposes: [Purpose::Support].into_iter().collect(),
            powers: [Power::Reveal, Power::List].into_iter().collect(),
            quota: Quota::people_per_day(people_per_day),
            expires_at_ms: Some(self.clock.in_days(90)),
            owner: Some("ada".to_owned()),
            ..Grant::default()
        };
        let new = NewCredential {
            recipient: recipient.to_owned(),
            grant,
        };
        let created = self
            .vault()
            .create_credential(&self.operator(), &new)
            .expect("a key");
        let credential = self
            .vault()
            .authenticate(&created.secret, None)
            .expect("the key is valid");
        (credential, created.secret)
    }

    /// Makes a key that may approve what others ask for, with an owner of its own.
    pub fn approver(&self, recipient: &str) -> Arc<Credential> {
        self.approver_of(recipient, recipient)
    }

    /// The same, of an owner.
    pub fn approver_of(&self, recipient: &str, owner: &str) -> Arc<Credential> {
        let grant = Grant {
            fields: FieldSet::EMPTY,
            purposes: [Purpose::Legal].into_iter().collect(),
            powers: [Power::Approve].into_iter().collect(),
            quota: Quota::people_per_day(0),
            expires_at_ms: Some(self.clock.in_days(90)),
            owner: Some(owner.to_owned()),
            ..Grant::default()
        };
        let new = NewCredential {
            recipient: recipient.to_owned(),
            grant,
        };
        let made = self
            .vault()
            .create_credential(&self.operator(), &new)
            .expect("a key");
        self.vault()
            .authenticate(&made.secret, None)
            .expect("the key is valid")
    }

    /// Finds an order by its number and returns its token for `credential`.
    pub fn order_token(&self, credential: &Arc<Credential>, number: u32) -> String {
        let query = FindQuery::order(&format!("#{number}"), Purpose::Support).expect("a number");
        let found = self
            .vault()
            .find(credential, query)
            .expect("a granted look-up");
        found.subjects[0].order.clone().expect("an order's token")
    }

    /// Adds a value to the search at the end.
    pub fn mark(&mut self, value: &str) {
        self.marks.push(value.to_owned());
    }

    /// Searches a folder for every marked value of this vault.
    pub fn leaks(&self, folder: &Path) -> Vec<String> {
        find_leaks(folder, &self.marks)
    }
}

impl Drop for TestVault {
    fn drop(&mut self) {
        let before = self.leaks(self.folder.path());
        self.vault = None;
        if std::thread::panicking() {
            return;
        }
        let leaks = [before, self.leaks(self.folder.path())].concat();
        assert!(leaks.is_empty(), "marked values lie in clear: {leaks:#?}");
    }
}
