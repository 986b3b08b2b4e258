//! A vault, a place for its backups, and somebody who can decrypt them.

use lethe_backup::{
    BackupError, BackupSpec, Class, Identities, Made, NewIdentity, Recipients, Unpacked, back_up,
    unpack,
};
use lethe_model::Clock;
use lethe_ops::ImportOptions;
use lethe_store::Folder;
use lethe_testkit::{OrderSketch, SeededRandom, TestVault, orders_csv};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(crate) const DAY_MS: i64 = 24 * 3_600_000;

/// Whoever keeps an identity.
pub(crate) struct Keeper {
    pub(crate) recipients: Recipients,
    pub(crate) identities: Identities,
    pub(crate) identity_file: PathBuf,
}

impl Keeper {
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        let identity_file = folder.join(name);
        let identity = NewIdentity::generate();
        identity.write(&identity_file).unwrap();
        let mut recipients = Recipients::default();
        recipients.add(&identity.recipient()).unwrap();
        Self {
            recipients,
            identities: Identities::from_file(&identity_file).unwrap(),
            identity_file,
        }
    }
}

/// A vault with a folder for backups beside it.
pub(crate) struct Place {
    pub(crate) test: TestVault,
    pub(crate) keeper: Keeper,
    pub(crate) dir: TempDir,
    random: SeededRandom,
}

impl Place {
    /// An empty vault.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            test: TestVault::with_archive(),
            keeper: Keeper::new(dir.path(), "identity"),
            dir,
            random: SeededRandom::new(7),
        }
    }

    /// A vault with a few orders.
    pub(crate) fn with_orders() -> Self {
        let mut place = Self::new();
        place.test.import(&orders(1000, 40));
        place
    }

    pub(crate) fn to(&self) -> PathBuf {
        self.dir.path().join("backups")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn folder(&self) -> Folder {
        Folder::new(self.test.path())
    }

    pub(crate) fn random(&self) -> &SeededRandom {
        &self.random
    }

    pub(crate) fn data(&self) -> Made {
        self.make(Class::Data, false).unwrap()
    }

    pub(crate) fn full(&self) -> Made {
        self.make(Class::Data, true).unwrap()
    }

    pub(crate) fn keyring(&self) -> Made {
        self.make(Class::Keyring, false).unwrap()
    }

    pub(crate) fn make(&self, class: Class, is_full: bool) -> Result<Made, BackupError> {
        let days = if class == Class::Data { 1800 } else { 35 };
        self.make_for(class, is_full, days)
    }

    pub(crate) fn make_for(
        &self,
        class: Class,
        is_full: bool,
        days: i64,
    ) -> Result<Made, BackupError> {
        let spec = BackupSpec {
            folder: &self.folder(),
            class,
            to: &self.to(),
            recipients: &self.keeper.recipients,
            destroy_after_ms: self.test.clock.now_ms() + days * DAY_MS,
            is_full,
        };
        back_up(&spec, &*self.test.clock, &self.random, &mut |_| ())
    }

    pub(crate) fn unpack(&self, files: &[&Path], into: &str) -> Result<Unpacked, BackupError> {
        unpack(
            files,
            &self.keeper.identities,
            &self.path(into),
            &mut |_| (),
        )
    }

    /// Delivers more orders to the vault.
    pub(crate) fn more_orders(&self, first: u32, count: u32) {
        deliver(&self.test, first, count);
    }

    /// Publishes the log, as the server does every second.
    pub(crate) fn publish(&self) {
        self.test.vault().verify_log(|_| ()).unwrap();
    }
}

/// Delivers orders to a vault.
pub(crate) fn deliver(test: &TestVault, first: u32, count: u32) {
    let csv = orders_csv(&orders(first, count));
    let mut source = lethe_formats::read_shopify_orders(csv.as_bytes()).unwrap();
    let mut id = [0; 16];
    id[..4].copy_from_slice(&first.to_be_bytes());
    let options = ImportOptions {
        batch: 7,
        source: id,
    };
    let vault = test.vault();
    let report = vault.import(&test.operator(), &mut source, &options, |_| (), |_| Ok(()));
    assert_eq!(report.unwrap().imported, u64::from(count));
}

pub(crate) fn orders(first: u32, count: u32) -> Vec<OrderSketch> {
    (first..first + count)
        .map(|number| OrderSketch::new(number, &format!("Person{}", number / 2)))
        .collect()
}

/// Everything in a folder: the files' paths and bytes.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            if entry.file_type().unwrap().is_dir() {
                assert_eq!(mode, 0o700, "{}", entry.path().display());
                open.push(entry.path());
            } else {
                assert_eq!(mode, 0o600, "{}", entry.path().display());
                let name = entry.path().strip_prefix(folder).unwrap().to_owned();
                found.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

/// The names in a folder, hidden ones too.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
