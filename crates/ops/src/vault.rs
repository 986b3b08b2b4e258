//! The vault: an opened installation.

use crate::Error;
use crate::intake::{Intake, IntakeLane, Preparer, Terms};
use crate::lane::Lane;
use crate::policy::Policies;
use crate::witnesses::{WitnessReport, is_marked};
use lethe_crypto::{ApiKey, PresentedKey, Token, TokenKey};
use lethe_formats::guard::Guard;
use lethe_keeper::log::LogFiles;
use lethe_keeper::{Credential, Keeper, Surroundings};
use lethe_model::StoreId;
use lethe_store::active::stores::{self, StoreRow};
use lethe_store::{Database, Folder, Kind, Speed, StoreError, Tx};
use std::collections::HashMap;
use std::fs::File;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the log is published while it grows.
const PUBLICATION_INTERVAL: Duration = Duration::from_secs(1);
/// How often, in that time, what other vaults changed is read.
const REFRESHES_PER_PUBLICATION: u32 = 4;
/// How many publications go by between two snapshots of the quotas: what a crash leaves to be read
/// back from the log is about a minute.
const ROUNDS_PER_SNAPSHOT: u32 = 60;

/// An opened installation. Shared by reference; dropping the last one closes it.
pub struct Vault {
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) around: Surroundings,
    pub(crate) lane: Lane,
    pub(crate) intake: Arc<Intake>,
    pub(crate) intake_lane: IntakeLane,
    pub(crate) policies: Arc<Policies>,
    pub(crate) folder: Folder,
    /// Where other vaults use the same databases: who does which job.
    pub(crate) jobs: Option<Mutex<Database>>,
    guard: Arc<Guard>,
    reader: Mutex<Database>,
    archive_reader: Mutex<Database>,
    stores: Vec<StoreRow>,
    /// The day on which each shop's keys were last looked at.
    pub(crate) linted_on: Mutex<HashMap<i64, i64>>,
    publisher: Publisher,
    /// What the witnesses knew after the last round.
    pub(crate) witnesses: Mutex<Option<WitnessReport>>,
    /// Held for as long as the vault is open.
    _lock: File,
}

impl Vault {
    pub(crate) fn start(
        folder: Folder,
        lock: File,
        keeper: Keeper,
        around: Surroundings,
    ) -> Result<Self, Error> {
        let keeper = Arc::new(keeper);
        if is_marked(folder.path()) {
            keeper.withhold();
        }
        let policies = Arc::new(Policies::load(&keeper)?);
        // The first start vouches for its own clock; every later one is measured by it.
        keeper.trusted_clock()?;
        let writer = Database::open(folder.place(Kind::Active), Kind::Active, Speed::Serving)?;
        let archive = Database::open(folder.place(Kind::Archive), Kind::Archive, Speed::Serving)?;
        let archive_reader = Database::open_reader(folder.place(Kind::Archive), Kind::Archive)?;
        let mut reader = Database::open_reader(folder.place(Kind::Active), Kind::Active)?;
        let stores = reader.read(stores::list)?;
        let connect = || Database::open_reader(folder.place(Kind::Keyring), Kind::Keyring);
        let (writing, jobs) = match folder.is_shared() {
            true => (Some(connect()?), Some(Mutex::new(connect()?))),
            false => (None, None),
        };
        let intake = Arc::new(Intake::start(
            Arc::clone(&keeper),
            Arc::clone(&policies),
            writer,
            archive,
            around.clone(),
            writing,
        ));
        intake.recover()?;
        let active_reader = || Database::open_reader(folder.place(Kind::Active), Kind::Active);
        let lane_readers = [active_reader()?, active_reader()?];
        Ok(Self {
            lane: Lane::start(&keeper, lane_readers),
            publisher: Publisher::start(&keeper, &intake, &policies),
            reader: Mutex::new(reader),
            archive_reader: Mutex::new(archive_reader),
            policies,
            jobs,
            folder,
            intake_lane: IntakeLane::start(Arc::clone(&intake)),
            guard: Arc::new(Guard::new()),
            intake,
            linted_on: Mutex::default(),
            stores,
            witnesses: Mutex::default(),
            keeper,
            around,
            _lock: lock,
        })
    }

    /// Says whose API key this is. `from`: the address it came from, `None` from this machine.
    ///
    /// # Errors
    ///
    /// One answer for unknown, revoked and expired keys; others for a living key that may not be
    /// used from there, is in quarantine, or comes too often.
    pub fn authenticate(
        &self,
        secret: &ApiKey,
        from: Option<IpAddr>,
    ) -> Result<Arc<Credential>, Error> {
        Ok(self.keeper.authenticate(secret, from)?)
    }

    /// As [`Self::authenticate`], for a key of either kind.
    ///
    /// # Errors
    ///
    /// As there; a derived key that is past its own time is told so.
    pub fn authenticate_presented(
        &self,
        key: &PresentedKey,
        from: Option<IpAddr>,
    ) -> Result<Arc<Credential>, Error> {
        match key {
            PresentedKey::Root(key) => self.authenticate(key, from),
            PresentedKey::Derived(key) => Ok(self.keeper.authenticate_derived(key, from)?),
        }
    }

    /// Returns the operator's credential for a shop: for commands on the folder itself.
    ///
    /// # Errors
    ///
    /// When the installation has no such shop.
    pub fn operator(&self, store: StoreId) -> Result<Arc<Credential>, Error> {
        self.keeper.operator(store).ok_or(Error::NotFound)
    }

    /// Looks a credential up as it stands now, dead or alive.
    pub fn current(&self, id: &str) -> Option<Arc<Credential>> {
        self.keeper.current(id)
    }

    /// Lists the shops.
    pub fn stores(&self) -> &[StoreRow] {
        &self.stores
    }

    /// Returns the log's public files.
    pub fn log_files(&self) -> &LogFiles {
        self.keeper.log_files()
    }

    pub(crate) fn preparer(&self, store: StoreId) -> Result<Preparer, Error> {
        let policy = self.policy();
        let is_trusted = self.check_clock().is_ok() && !self.archive_key_ids()?.is_empty();
        let terms = Terms {
            store_name: self.store_name(store)?.to_owned(),
            today: is_trusted.then(|| policy.today(self.around.clock.now())),
            policy,
        };
        let (keeper, guard) = (Arc::clone(&self.keeper), Arc::clone(&self.guard));
        Ok(Preparer::new(keeper, store, guard, terms))
    }

    pub(crate) fn tokens(&self, credential: &Credential) -> Result<TokenKey, Error> {
        self.keeper.token_key(credential).ok_or(Error::NotFound)
    }

    /// Reads a token of this caller; another recipient's is as unknown as an invented one.
    pub(crate) fn read_token(&self, credential: &Credential, text: &str) -> Result<Token, Error> {
        self.tokens(credential)?
            .decode(text)
            .map_err(|_| Error::NotFound)
    }

    pub(crate) fn read_archive<T>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, Error> {
        let mut reader = self
            .archive_reader
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(reader.read(work)?)
    }

    pub(crate) fn read_active<T>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, Error> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(reader.read(work)?)
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        // What fails here is done again at the next opening.
        drop(self.intake.close());
        self.publisher.stop();
        drop(self.keeper.save_tallies());
        drop(self.keeper.publish_log());
        self.keeper.leave();
    }
}

/// Lets a second go by. Where other vaults change keys, settings and policies, what they changed is
/// read several times in it: a key that one of them revokes must not live on for long in another.
fn wait_for_publication(keeper: &Keeper, policies: &Policies) {
    if !keeper.is_shared() {
        return std::thread::park_timeout(PUBLICATION_INTERVAL);
    }
    for _ in 0..REFRESHES_PER_PUBLICATION {
        std::thread::park_timeout(PUBLICATION_INTERVAL / REFRESHES_PER_PUBLICATION);
        // A failure is met again at the next look, and by every request that needs the keyring.
        if keeper.refresh().unwrap_or(false) {
            drop(policies.reload(keeper));
        }
    }
}

/// Publishes the log in the background, so that no reveal waits for a tile.
struct Publisher {
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Publisher {
    fn start(keeper: &Arc<Keeper>, intake: &Arc<Intake>, policies: &Arc<Policies>) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stopping);
        let (keeper, intake) = (Arc::clone(keeper), Arc::clone(intake));
        let policies = Arc::clone(policies);
        let thread = std::thread::spawn(move || {
            let mut rounds = 0_u32;
            while !flag.load(Ordering::Relaxed) {
                wait_for_publication(&keeper, &policies);
                // A failure is met again in a second; the entries themselves are durable.
                drop(keeper.publish_log());
                if keeper.beat().is_ok_and(|gone| !gone.is_empty()) {
                    // Taking the right to write ends what the vault that is gone had begun.
                    drop(intake.lock());
                }
                rounds += 1;
                if rounds.is_multiple_of(ROUNDS_PER_SNAPSHOT) {
                    drop(keeper.save_tallies());
                }
            }
        });
        Self {
            stopping,
            thread: Some(thread),
        }
    }

    fn stop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            drop(thread.join());
        }
    }
}
