//! The keeper itself: opening, the log's publication, and what the other parts share.

use crate::brakes::Brakes;
use crate::credential::Credential;
use crate::credentials::Credentials;
use crate::decide::Denials;
use crate::journal::{Journal, Watch};
use crate::keys::{Epochs, LOG_BODY, LOG_SIGNING, ServiceKeys, new_origin};
use crate::ledger::Ledger;
use crate::log::{
    AccessLog, ActKind, Body, History, LogError, LogFiles, LogKeys, Phase, PublicPart, SealedGroup,
};
use crate::numbers::Numbers;
use crate::quota::{Quotas, WINDOW_MS};
use crate::quota_clock::QuotaClock;
use crate::rate::Rates;
use crate::staff::Desk;
use crate::usage::UsageBook;
use crate::{AccessSettings, KeeperError, OPERATOR, Refusal};
use lethe_crypto::{SecretKey, TokenKey};
use lethe_model::{
    Clock, FieldSet, Grant, Power, PowerSet, PurposeSet, Quota, Random, StoreId, SubjectId,
    SubjectNumber,
};
use lethe_store::keyring::counters::{self, GENERATION, SUBJECT_NUMBERS};
use lethe_store::keyring::{epochs, subject_keys};
use lethe_store::{Database, Folder, Kind, Speed};
use lethe_tlog::NoteSigner;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

/// Time and chance, passed in.
#[derive(Clone)]
pub struct Surroundings {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random bytes.
    pub random: Arc<dyn Random>,
}

/// Owner of keys, quotas and log.
pub struct Keeper {
    pub(crate) around: Surroundings,
    pub(crate) root: SecretKey,
    pub(crate) admission: Mutex<AdmissionState>,
    pub(crate) epochs: RwLock<Epochs>,
    pub(crate) service: RwLock<ServiceKeys>,
    pub(crate) credentials: RwLock<Credentials>,
    pub(crate) reader: Mutex<Database>,
    /// For data keys alone: they are fetched while the next group is being admitted.
    pub(crate) key_reader: Mutex<Database>,
    pub(crate) writer: Mutex<Database>,
    pub(crate) numbers: Mutex<Numbers>,
    /// Where the log announces acts whose outcome it does not hold yet.
    pub(crate) announced: Mutex<BTreeSet<u64>>,
    /// Intents whose outcome is logged; their rows go with the next write to the keyring.
    pub(crate) settled: Mutex<Vec<[u8; 16]>>,
    pub(crate) access: RwLock<Arc<AccessSettings>>,
    pub(crate) usage: Mutex<UsageBook>,
    /// One snapshot at a time.
    pub(crate) saving: Mutex<()>,
    quota_clock: Mutex<QuotaClock>,
    /// When denials were last logged.
    pub(crate) denials: Mutex<Denials>,
    pub(crate) rates: Mutex<Rates>,
    pub(crate) desk: Desk,
    ledger: Mutex<Ledger>,
    publishing: Mutex<()>,
    /// A witness knows another history: no data key leaves.
    withheld: AtomicBool,
    log_origin: String,
    log_files: LogFiles,
    log_body_key: SecretKey,
    log_verifier_key: String,
    /// Where several vaults share their databases.
    watch: Option<Mutex<Watch>>,
    /// Of what is kept in memory, as other vaults left it.
    pub(crate) generation: Mutex<u64>,
    pub(crate) folder: Folder,
}

/// What one admission at a time may touch: the log and the quotas it charges.
pub(crate) struct AdmissionState {
    pub(crate) log: AccessLog,
    /// Where several vaults share their databases.
    pub(crate) journal: Option<Journal>,
    /// Entries whose durability is not certain.
    pub(crate) uncertain: Option<SealedGroup>,
    pub(crate) quotas: Quotas,
    pub(crate) brakes: Brakes,
    /// How many people each shop has, as far as somebody counted.
    pub(crate) populations: HashMap<i64, u32>,
}

impl Keeper {
    /// Makes the keyring and the log of a new installation.
    ///
    /// # Errors
    ///
    /// What the databases and the file system say.
    pub fn create(
        folder: &Folder,
        root: &SecretKey,
        around: &Surroundings,
    ) -> Result<(), KeeperError> {
        let mut keyring =
            Database::open(folder.place(Kind::Keyring), Kind::Keyring, Speed::Serving)?;
        let random = &*around.random;
        let now_ms = around.clock.now_ms();
        let origin = new_origin(random);
        if !keyring.read(epochs::list)?.is_empty() {
            return Err(KeeperError::Occupied);
        }
        keyring.write(|tx| -> Result<(), KeeperError> {
            Epochs::begin(tx, root, 1, now_ms, random)?;
            ServiceKeys::create(tx, root, &origin, now_ms, random)?;
            Ok(())
        })?;
        Ok(())
    }

    /// Opens keyring and log under the root key.
    ///
    /// # Errors
    ///
    /// [`KeeperError`] when keys, credentials or log do not authenticate, or files are damaged.
    pub fn open(
        folder: &Folder,
        root: SecretKey,
        around: Surroundings,
    ) -> Result<Self, KeeperError> {
        let mut writer =
            Database::open(folder.place(Kind::Keyring), Kind::Keyring, Speed::Serving)?;
        // A crash may have left destroyed keys in the write-ahead log.
        writer.checkpoint()?;
        let reader = Database::open_reader(folder.place(Kind::Keyring), Kind::Keyring)?;
        let key_reader = Database::open_reader(folder.place(Kind::Keyring), Kind::Keyring)?;
        let (epochs, mut service, credentials, access, last_number, generation) =
            writer.read(|tx| -> Result<_, KeeperError> {
                let service = ServiceKeys::load(tx, &root)?;
                let credentials = Credentials::load(tx, &service.credentials)?;
                let access = AccessSettings::load(tx, &service.credentials)?;
                Ok((
                    Epochs::load(tx, &root)?,
                    service,
                    credentials,
                    access,
                    counters::fetch(tx, SUBJECT_NUMBERS)?,
                    counters::fetch(tx, GENERATION)?,
                ))
            })?;
        let mut journal = match folder.is_shared() {
            true => Some(claim_log(
                folder,
                &root,
                &around,
                &mut writer,
                &mut service,
            )?),
            false => None,
        };
        let origin = match &journal {
            Some(journal) => journal.origin(),
            None => service.log_origin().ok_or(KeeperError::Keyring {
                what: "the log key",
            })?,
        };
        let origin = origin.to_owned();
        let log_dir = match &mut journal {
            Some(journal) => journal.mirror_own(folder)?,
            None => folder.log_dir(),
        };
        let seed = service.secret(LOG_SIGNING, &origin)?;
        let signer = NoteSigner::new(&origin, seed.expose()).map_err(|_| KeeperError::Keyring {
            what: "the log key",
        })?;
        let log_body_key = service.secret(LOG_BODY, &origin)?;
        let log_verifier_key = signer.verifier_key().to_string();
        let keys = LogKeys {
            origin: origin.clone(),
            signer,
            body_key: log_body_key.clone(),
        };
        let (log, torn) = AccessLog::open(&log_dir, keys, &*around.random)?;
        let log_files = log.files().clone();
        let log_ms = log.last_ms();
        let ledger = Ledger::open(&folder.ledger(), &service.credentials)?;
        let watch = match &journal {
            Some(journal) => Some(Mutex::new(journal.watch(folder)?)),
            None => None,
        };
        let keeper = Self {
            root,
            admission: Mutex::new(AdmissionState {
                log,
                journal,
                uncertain: None,
                quotas: Quotas::default(),
                brakes: Brakes::default(),
                populations: HashMap::new(),
            }),
            epochs: RwLock::new(epochs),
            service: RwLock::new(service),
            credentials: RwLock::new(credentials),
            reader: Mutex::new(reader),
            key_reader: Mutex::new(key_reader),
            writer: Mutex::new(writer),
            numbers: Mutex::new(Numbers::after(last_number)),
            announced: Mutex::new(BTreeSet::new()),
            settled: Mutex::new(Vec::new()),
            access: RwLock::new(Arc::new(access)),
            usage: Mutex::default(),
            saving: Mutex::default(),
            quota_clock: Mutex::new(QuotaClock::starting(&*around.clock, log_ms)),
            denials: Mutex::default(),
            rates: Mutex::default(),
            desk: Desk::default(),
            ledger: Mutex::new(ledger),
            publishing: Mutex::new(()),
            withheld: AtomicBool::new(false),
            log_origin: origin,
            log_files,
            log_body_key,
            log_verifier_key,
            watch,
            generation: Mutex::new(generation),
            folder: folder.clone(),
            around,
        };
        keeper.copy_shared_ledger().map_err(KeeperError::Refused)?;
        keeper.restore_from_log()?;
        keeper.begin_log(torn)?;
        keeper.publish_log()?;
        Ok(keeper)
    }

    /// Writes the first entry of a new log, or one that tells of a torn write.
    fn begin_log(&self, torn_bytes: u64) -> Result<(), KeeperError> {
        let is_new = self.admission().log.size() == 0;
        if !is_new && torn_bytes == 0 {
            return Ok(());
        }
        let act = if is_new {
            ActKind::Genesis
        } else {
            ActKind::Recovery
        };
        let detail = if is_new {
            serde_json::json!({ "format": 1 })
        } else {
            serde_json::json!({ "unacknowledged_bytes_dropped": torn_bytes })
        };
        let public = public_part(act, Phase::Act, StoreId(0), OPERATOR, Some(detail));
        self.append(public).map_err(KeeperError::Refused)?;
        Ok(())
    }

    /// A restart frees nobody's quota. On the way, acts are noted that were announced and not
    /// ended: a crash interrupted them.
    fn restore_from_log(&self) -> Result<(), KeeperError> {
        self.restore_tallies()?;
        let since_ms = self.admission().log.last_ms().saturating_sub(WINDOW_MS);
        let mut announced = BTreeSet::new();
        self.history().each_since(since_ms, |act| {
            let has_outcome = matches!(
                act.public.act,
                ActKind::Intake | ActKind::Erase | ActKind::Retention
            );
            if act.public.phase == Phase::Intent && has_outcome {
                announced.insert(act.entry.index);
            }
            if let Some(intent) = act.public.intent {
                announced.remove(&intent);
            }
        })?;
        *self
            .announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = announced;
        Ok(())
    }

    /// Returns the time that quotas go by, Unix milliseconds. It never goes back, and no setting of
    /// the machine's clock makes it go faster than time does.
    pub(crate) fn quota_ms(&self, log_ms: u64) -> u64 {
        let mut clock = self
            .quota_clock
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        clock.read(&*self.around.clock, log_ms)
    }

    pub(crate) fn usage(&self) -> MutexGuard<'_, UsageBook> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a store: its index keys, and the operator's token key and grant for it.
    ///
    /// # Errors
    ///
    /// What the keyring database says.
    pub fn add_store(
        &self,
        store: StoreId,
        operator_people_per_day: u32,
    ) -> Result<(), KeeperError> {
        let now_ms = self.around.clock.now_ms();
        let random = &*self.around.random;
        let operator = Credential::new(
            if store.0 == 1 {
                OPERATOR.to_owned()
            } else {
                format!("{OPERATOR}-{}", store.0)
            },
            store,
            OPERATOR.to_owned(),
            Grant {
                fields: FieldSet::all(),
                purposes: PurposeSet::all(),
                powers: Power::ALL.into_iter().collect::<PowerSet>(),
                quota: Quota::people_per_day(operator_people_per_day),
                ..Grant::default()
            },
            now_ms,
            None,
        );
        let service = {
            let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
            operator.to_row(&service.credentials)
        };
        self.writer().write(|tx| -> Result<(), KeeperError> {
            ServiceKeys::create_store(tx, &self.root, store, now_ms, random)?;
            ServiceKeys::create_recipient(tx, &self.root, store, OPERATOR, now_ms, random)?;
            lethe_store::keyring::credentials::insert(tx, &service)?;
            Ok(())
        })?;
        self.reload()
    }

    /// Reads service keys and credentials again after a change.
    pub(crate) fn reload(&self) -> Result<(), KeeperError> {
        let (service, credentials) = self.reader().read(|tx| -> Result<_, KeeperError> {
            let service = ServiceKeys::load(tx, &self.root)?;
            let credentials = Credentials::load(tx, &service.credentials)?;
            Ok((service, credentials))
        })?;
        *self.service.write().unwrap_or_else(PoisonError::into_inner) = service;
        *self
            .credentials
            .write()
            .unwrap_or_else(PoisonError::into_inner) = credentials;
        Ok(())
    }

    /// Publishes tiles and a signed checkpoint of everything logged so far.
    ///
    /// # Errors
    ///
    /// What the file system says; the log itself stays durable and can be published later.
    pub fn publish_log(&self) -> Result<(), LogError> {
        let _one_at_a_time = self
            .publishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(publication) = self.admission().log.prepare_publication() else {
            return Ok(());
        };
        // Written without the admission lock: reveals go on meanwhile.
        let result = publication.write(&self.log_files);
        self.admission()
            .log
            .finish_publication(publication, result.is_ok());
        result.map_err(LogError::Write)
    }

    /// Hands out no data key from here on, until the vault is opened again.
    pub fn withhold(&self) {
        self.withheld.store(true, Ordering::SeqCst);
    }

    /// Says whether data keys are withheld.
    pub fn is_withheld(&self) -> bool {
        self.withheld.load(Ordering::SeqCst)
    }

    pub(crate) fn check_withheld(&self) -> Result<(), Refusal> {
        match self.is_withheld() {
            true => Err(Refusal::LogRolledBack),
            false => Ok(()),
        }
    }

    /// Returns how many log entries are durable.
    pub fn log_size(&self) -> u64 {
        self.admission().log.size()
    }

    /// Returns the log's public files.
    pub fn log_files(&self) -> &LogFiles {
        &self.log_files
    }

    /// Returns the log's verifier key as text (C2SP signed-note).
    pub fn log_verifier_key(&self) -> &str {
        &self.log_verifier_key
    }

    /// Returns the log's signer, for receipts and records: whoever can verify the log can verify them.
    ///
    /// # Errors
    ///
    /// When the keyring's log key is damaged.
    pub fn signer(&self) -> Result<NoteSigner, Refusal> {
        let damaged = || Refusal::KeyringUnavailable("the log key is damaged".into());
        let origin = &self.log_origin;
        let seed = self.service().secret(LOG_SIGNING, origin);
        NoteSigner::new(origin, seed.map_err(|_| damaged())?.expose()).map_err(|_| damaged())
    }

    /// Returns the log's name.
    pub fn log_origin(&self) -> &str {
        &self.log_origin
    }

    /// Returns the watch over other vaults, where there can be some.
    pub(crate) fn watch(&self) -> Option<MutexGuard<'_, Watch>> {
        let watch = self.watch.as_ref()?;
        Some(watch.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the log's bodies.
    pub fn history(&self) -> History {
        History::new(self.log_files.clone(), self.log_body_key.clone())
    }

    /// Returns the token key of a recipient, for reading and writing its tokens.
    pub fn token_key(&self, credential: &Credential) -> Option<TokenKey> {
        let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
        service
            .token(credential.store, &credential.recipient)
            .cloned()
    }

    /// Returns a subject's number in the log; `None` when there is none or it was forgotten.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn subject_number(&self, subject: &SubjectId) -> Result<Option<SubjectNumber>, Refusal> {
        let row = self.reader().read(|tx| subject_keys::fetch(tx, subject))?;
        Ok(row.map(|row| row.number))
    }

    /// Says whose shop a subject is of; `None` once it was forgotten.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn store_of(&self, subject: &SubjectId) -> Result<Option<StoreId>, Refusal> {
        let row = self.reader().read(|tx| subject_keys::fetch(tx, subject))?;
        Ok(row.map(|row| row.store))
    }

    /// Says whose number it is; `None` once that person was forgotten.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn subject_by_number(&self, number: SubjectNumber) -> Result<Option<SubjectId>, Refusal> {
        let row = self
            .reader()
            .read(|tx| subject_keys::by_number(tx, number))?;
        Ok(row.map(|row| row.subject))
    }

    pub(crate) fn admission(&self) -> MutexGuard<'_, AdmissionState> {
        self.admission
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn service(&self) -> RwLockReadGuard<'_, ServiceKeys> {
        self.service.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reader(&self) -> MutexGuard<'_, Database> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Database> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends one entry that concerns no subject.
    pub(crate) fn append(&self, public: PublicPart) -> Result<u64, Refusal> {
        let body = Body::new(self.around.random.bytes(), public, Vec::new());
        self.in_turn(|_| Ok(vec![body]))
    }
}

/// A public part with the rarely used columns empty.
pub(crate) fn public_part(
    act: ActKind,
    phase: Phase,
    store: StoreId,
    credential: &str,
    detail: Option<serde_json::Value>,
) -> PublicPart {
    PublicPart {
        act,
        phase,
        store: store.0,
        credential: credential.to_owned(),
        purpose: None,
        fields: Vec::new(),
        denied: None,
        subjects: 0,
        misses: 0,
        root: None,
        intent: None,
        detail,
    }
}

/// Claims a log for this vault, making a new one where all are in use.
fn claim_log(
    folder: &Folder,
    root: &SecretKey,
    around: &Surroundings,
    keyring: &mut Database,
    service: &mut ServiceKeys,
) -> Result<Journal, KeeperError> {
    let vault = vault_name(folder, around)?;
    // Twice, should another vault take the new one first.
    loop {
        if let Some(journal) = Journal::claim(folder, &vault, &service.log_origins())? {
            return Ok(journal);
        }
        let now_ms = around.clock.now_ms();
        keyring.write(|tx| ServiceKeys::add_origin(tx, root, service, now_ms, &*around.random))?;
        *service = keyring.read(|tx| ServiceKeys::load(tx, root))?;
    }
}

/// Returns this vault's name among several, drawing it once.
fn vault_name(folder: &Folder, around: &Surroundings) -> Result<String, KeeperError> {
    let path = folder.vault_name();
    if let Ok(name) = std::fs::read_to_string(&path) {
        return Ok(name.trim().to_owned());
    }
    let name = crate::hex(&around.random.bytes::<8>());
    std::fs::write(&path, format!("{name}\n")).map_err(LogError::Write)?;
    Ok(name)
}
