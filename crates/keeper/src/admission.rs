//! Admission: the one decision about every reveal and every look-up, and the log entry it begins
//! with. No receipt, no data key.

use crate::credential::Credential;
use crate::decide::{Wish, decide};
use crate::keeper::{AdmissionState, public_part};
use crate::keys::{Epochs, data_key_context, log_key_context};
use crate::log::{ActKind, Body, Commitment, Phase, PublicPart};
use crate::quota::Charge;
use crate::usage::Read;
use crate::{Alarm, AlarmKind, Keeper, Reaction, Refusal, Usage};
use hmac::{Hmac, KeyInit, Mac};
use lethe_brake::Verdict;
use lethe_crypto::{LookupHash, LookupKind, SecretKey, Token};
use lethe_model::{
    FieldSet, OrderId, OrderStates, Personal, Purpose, RecordId, StoreId, SubjectId, SubjectNumber,
};
use lethe_store::keyring::data_keys::DataKeyRow;
use lethe_store::keyring::known_orders::{self, KnownOrder};
use lethe_store::keyring::subject_keys::SubjectKeyRow;
use lethe_store::keyring::{data_keys, lookups, subject_keys};
use lethe_store::{StoreError, Tx};
use sha2::Sha256;
use std::sync::{Arc, PoisonError, RwLockReadGuard};

/// A look-up answers with no more subjects than this; more would be a list.
const FOUND_MAX: i64 = 20;

/// What a credential asks for.
#[derive(Debug)]
pub struct Request {
    /// Who asks.
    pub credential: Arc<Credential>,
    /// Why.
    pub purpose: Purpose,
    /// What.
    pub sought: Sought,
    /// What the caller named; `None` for a look-up.
    pub token: Option<Token>,
    /// The states that the orders it is about are in; none for a look-up.
    pub states: OrderStates,
}

/// The two things that can be asked.
#[derive(Debug)]
pub enum Sought {
    /// The fields of subjects that are known by token.
    Fields(Vec<(SubjectId, FieldSet)>),
    /// Whose e-mail address, phone number, order or account this is.
    Whose {
        /// What the value is.
        kind: LookupKind,
        /// The value in its compared form.
        value: Personal,
    },
}

/// A granted request.
#[derive(Debug)]
pub struct Admitted {
    /// Proof that the log holds it.
    pub receipt: Receipt,
    /// For a look-up: whom it hit, with the order when an order was sought.
    pub found: Vec<(SubjectId, Option<OrderId>)>,
}

/// Proof of a durable log entry. Only the keeper makes one, and it opens only what it names.
#[derive(Debug)]
pub struct Receipt {
    index: u64,
    allowed: Vec<(SubjectId, FieldSet)>,
}

impl Receipt {
    /// Vouches for an entry that is durable.
    pub(crate) fn new(index: u64, allowed: Vec<(SubjectId, FieldSet)>) -> Self {
        Self { index, allowed }
    }

    /// Returns the place of the entry in the log.
    pub fn index(&self) -> u64 {
        self.index
    }
}

/// A request on its way through the steps of an admission.
struct Candidate {
    request: Request,
    subjects: Vec<(SubjectId, FieldSet)>,
    keys: Vec<SubjectKeyRow>,
    found: Vec<(SubjectId, Option<OrderId>)>,
    misses: u64,
    refusal: Option<Refusal>,
}

impl Keeper {
    /// Decides on a group of requests and makes all decisions durable in one write.
    ///
    /// Denials are logged like grants. When the log cannot be written, everything is refused.
    pub fn admit(&self, requests: Vec<Request>) -> Vec<Result<Admitted, Refusal>> {
        let mut candidates: Vec<Candidate> = requests.into_iter().map(Candidate::new).collect();
        for candidate in &mut candidates {
            candidate.refusal = self.authorize(&candidate.request).err();
        }
        let resolved = self
            .reader()
            .read(|tx| -> Result<(), StoreError> { self.resolve(tx, &mut candidates) });
        if let Err(error) = resolved {
            let refusal = Refusal::from(error);
            return candidates.iter().map(|_| Err(refusal.clone())).collect();
        }
        let mut alarms = self.canaries_among(&candidates);
        let appended = self.in_turn(|state| {
            let now_ms = self.around.clock.now_ms();
            let log_ms = u64::try_from(now_ms).unwrap_or(0).max(state.log.last_ms());
            let described = candidates
                .iter_mut()
                .map(|candidate| self.charge_and_describe(state, &mut alarms, candidate, log_ms));
            Ok(described.collect())
        });
        let first = match appended {
            Ok(first) => first,
            Err(refusal) => return candidates.iter().map(|_| Err(refusal.clone())).collect(),
        };
        self.react(alarms);
        (first..)
            .zip(candidates)
            .map(|(index, candidate)| candidate.into_answer(index))
            .collect()
    }

    /// Checks everything that depends on the credential alone. Checked again here, against the
    /// grant as it stands now, and not only when the key was presented: a revocation holds for the
    /// next request. What was presented may be narrower: a key derived from another.
    fn authorize(&self, request: &Request) -> Result<(), Refusal> {
        self.check_withheld()?;
        let now_ms = self.around.clock.now_ms();
        let current = self.current(&request.credential.id);
        let current = current.ok_or(Refusal::Unauthenticated)?;
        let wish = Wish::Read {
            purpose: request.purpose,
            fields: request.fields(),
            states: request.states,
            token: request.token,
        };
        decide(&current, &wish, now_ms)?;
        decide(&request.credential, &wish, now_ms)
    }

    /// Finds the subjects of requests that may be granted, and their log keys: those of the whole
    /// group at once, which on a server is one way there and back.
    fn resolve(&self, tx: &Tx<'_>, candidates: &mut [Candidate]) -> Result<(), StoreError> {
        let is_living = |one: &&mut Candidate| one.refusal.is_none();
        let mut subjects = Vec::new();
        for candidate in candidates.iter_mut().filter(is_living) {
            self.look_up(tx, candidate)?;
            subjects.extend(candidate.subjects.iter().map(|(subject, _)| *subject));
        }
        let mut rows = subject_keys::fetch_many(tx, &subjects)?.into_iter();
        for candidate in candidates.iter_mut().filter(is_living) {
            let store = candidate.request.credential.store;
            for row in rows.by_ref().take(candidate.subjects.len()) {
                match row {
                    Some(row) if row.store == store => candidate.keys.push(row),
                    _ => candidate.refusal = Some(Refusal::Gone),
                }
            }
        }
        Ok(())
    }

    /// Finds whom a look-up is about.
    fn look_up(&self, tx: &Tx<'_>, candidate: &mut Candidate) -> Result<(), StoreError> {
        if let Sought::Whose { kind, value } = &candidate.request.sought {
            let hash = self.lookup_hash(&candidate.request.credential, *kind, value);
            candidate.found = match hash {
                None => Vec::new(),
                Some(hash) => find(tx, *kind, &hash)?,
            };
            let fields = candidate.request.fields();
            candidate.subjects = candidate
                .found
                .iter()
                .map(|(subject, _)| (*subject, fields))
                .collect();
            candidate.misses = u64::from(candidate.found.is_empty());
        }
        Ok(())
    }

    fn lookup_hash(
        &self,
        credential: &Credential,
        kind: LookupKind,
        value: &Personal,
    ) -> Option<LookupHash> {
        let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
        service
            .index(credential.store, kind)
            .map(|key| key.hash(value))
    }

    fn charge_and_describe(
        &self,
        state: &mut AdmissionState,
        alarms: &mut Vec<(Arc<Credential>, Alarm)>,
        candidate: &mut Candidate,
        log_ms: u64,
    ) -> Body {
        let salt: [u8; 16] = self.around.random.bytes();
        let mut commitments = Vec::new();
        if candidate.refusal.is_none() {
            match self.open_log_keys(&candidate.keys) {
                Ok(keys) => commitments = self::commitments(&salt, &keys, &candidate.subjects),
                Err(refusal) => candidate.refusal = Some(refusal),
            }
        }
        if candidate.refusal.is_none() {
            let charged = self.charge(state, alarms, candidate, &commitments, log_ms);
            candidate.refusal = charged.err();
        }
        // A refused request names nobody: what it asked about was not given.
        if candidate.refusal.is_some() {
            commitments.clear();
        }
        Body::new(salt, candidate.describe(), commitments)
    }

    /// Charges a request to its quotas, asks the brake, and notes what it used.
    fn charge(
        &self,
        state: &mut AdmissionState,
        alarms: &mut Vec<(Arc<Credential>, Alarm)>,
        candidate: &Candidate,
        commitments: &[Commitment],
        log_ms: u64,
    ) -> Result<(), Refusal> {
        let request = &candidate.request;
        let quota_ms = self.quota_ms(log_ms);
        let now_ms = i64::try_from(quota_ms).unwrap_or(i64::MAX);
        let credential = &*request.credential.at(self.around.clock.now_ms());
        let access = self.access();
        let people: Vec<_> = commitments
            .iter()
            .map(|one| (one.number, one.fields))
            .collect();
        let charge = Charge {
            credential,
            owner: &self.owner_bounds(credential),
            installation: &access.bounds(),
            people: &people,
            guesses: candidate.misses,
        };
        if let Err(refusal) = state.quotas.check(&charge, quota_ms) {
            self.usage().stopped(&credential.id, now_ms);
            return Err(refusal);
        }
        let mut seen = state.quotas.observe(&charge, quota_ms);
        // Half of everybody within an hour is no day's work, however wide the quota is.
        let population = state.populations.get(&credential.store.0).copied();
        seen.people_per_day = seen.people_per_day.min(population.unwrap_or(u32::MAX));
        if seen.new_people > 0 || seen.guesses > 0 {
            refuse_throttled(&self.current(&credential.id), now_ms)?;
        }
        let may_refuse = access.anomalies != Reaction::Alert && !credential.is_operator();
        let verdict = state
            .brakes
            .judge(&credential.id, seen, may_refuse, quota_ms);
        if verdict.is_alert() {
            let reaction = match verdict {
                Verdict::Throttle { .. } => access.anomalies,
                _ => Reaction::Alert,
            };
            let reasons = verdict.reasons().iter().map(ToString::to_string).collect();
            let alarm = alarm(AlarmKind::Anomaly, credential, reasons, reaction, now_ms);
            alarms.push((Arc::clone(&request.credential), alarm));
        }
        if let Verdict::Throttle {
            reasons,
            until_ms,
            refused: true,
            ..
        } = &verdict
        {
            let why = reasons.first().map(ToString::to_string).unwrap_or_default();
            return Err(Refusal::Throttled {
                why,
                retry_at_ms: *until_ms,
            });
        }
        state.quotas.note(&charge, quota_ms);
        let held = state.quotas.used(&credential.id, quota_ms)[1];
        // A derived key's bound is not the one that its parent's habits are measured by.
        let parent = self.current(&credential.id);
        let grant = &parent.as_deref().unwrap_or(credential).grant;
        let bound = grant.quota.people.day.unwrap_or(u32::MAX);
        let read = Read {
            fields: request.fields(),
            purpose: request.purpose,
            newcomers: u64::from(seen.new_people) + u64::from(seen.guesses),
            peak_per_mille: held * 1_000 / u64::from(bound.max(1)),
        };
        self.usage().read(&credential.id, &read, now_ms);
        Ok(())
    }

    /// Finds requests that name a canary, refused ones too: nobody honest has a reason to.
    fn canaries_among(&self, candidates: &[Candidate]) -> Vec<(Arc<Credential>, Alarm)> {
        let now_ms = self.around.clock.now_ms();
        let names_one = |candidate: &&Candidate| {
            let mut subjects = candidate.subjects.iter();
            subjects.any(|(subject, _)| self.is_canary(subject))
        };
        let found = candidates.iter().filter(names_one);
        found
            .map(|candidate| {
                let request = &candidate.request;
                let what = match request.sought {
                    Sought::Fields(_) => "asked for the fields of a canary",
                    Sought::Whose { .. } => "looked a canary up",
                };
                let sentence = format!("{what}, for the purpose {}", request.purpose);
                let reaction = self.access().canaries;
                let alarm = alarm(
                    AlarmKind::Canary,
                    &request.credential,
                    vec![sentence],
                    reaction,
                    now_ms,
                );
                (Arc::clone(&request.credential), alarm)
            })
            .collect()
    }

    /// Opens the log keys of subjects.
    pub(crate) fn open_log_keys(&self, rows: &[SubjectKeyRow]) -> Result<Vec<LogKey>, Refusal> {
        let mut epochs = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
        if !rows.iter().all(|row| epochs.holds(row.epoch)) {
            // Another vault has rotated, perhaps.
            drop(epochs);
            self.refresh_for_keys()?;
            epochs = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
        }
        let open = |row: &SubjectKeyRow| {
            let context = log_key_context(&row.subject, row.number, row.store);
            let key = epochs
                .unwrap(row.epoch, &context, &row.wrapped)
                .map_err(|_| {
                    Refusal::KeyringUnavailable(
                        "a subject's log key was altered in the keyring: treat it as an incident"
                            .into(),
                    )
                })?;
            Ok(LogKey {
                number: row.number,
                key,
            })
        };
        rows.iter()
            .map(|row| {
                if epochs.holds(row.epoch) {
                    return open(row);
                }
                // A rotation retired the epoch since the row was read: the row is newer now.
                let newer = self
                    .reader()
                    .read(|tx| subject_keys::fetch(tx, &row.subject))?;
                open(&newer.ok_or(Refusal::Gone)?)
            })
            .collect()
    }

    /// Hands out the data keys of records, by generation, each against a receipt that names it.
    ///
    /// # Errors
    ///
    /// Per receipt: [`Refusal::Gone`] when it is for something else. For all: what the keyring says.
    pub fn data_keys(
        &self,
        wanted: &[(&Receipt, &[RecordId])],
    ) -> Result<Vec<Result<RecordKeys, Refusal>>, Refusal> {
        self.check_withheld()?;
        // All at once: on a server that is one way there and back for the whole group.
        let asked = wanted
            .iter()
            .flat_map(|(_, records)| records.iter().copied());
        let asked: Vec<RecordId> = asked.collect();
        let (epochs, rows) = self.wrapped_keys(&asked)?;
        let mut rows = rows.into_iter();
        let open = |(receipt, records): &(&Receipt, &[RecordId])| {
            let theirs: Vec<_> = rows.by_ref().take(records.len()).collect();
            let each = records.iter().zip(theirs);
            each.map(|(record, rows)| open_keys(&epochs, receipt, record, rows))
                .collect()
        };
        Ok(wanted.iter().map(open).collect())
    }

    /// Reads the wrapped keys of records, with the epochs that open them: those of another vault's
    /// rotation, which this one may not know yet, too.
    fn wrapped_keys(
        &self,
        records: &[RecordId],
    ) -> Result<(RwLockReadGuard<'_, Epochs>, Vec<Vec<DataKeyRow>>), Refusal> {
        let read = || -> Result<_, Refusal> {
            // Before the rows, so that no rotation here retires an epoch in between.
            let epochs = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
            let reader = self.key_reader.lock();
            let mut reader = reader.unwrap_or_else(PoisonError::into_inner);
            let rows = reader.read(|tx| data_keys::of_records(tx, records))?;
            Ok((epochs, rows))
        };
        let (epochs, rows) = read()?;
        if rows.iter().flatten().all(|row| epochs.holds(row.epoch)) {
            return Ok((epochs, rows));
        }
        drop(epochs);
        self.refresh_for_keys()?;
        read()
    }

    fn refresh_for_keys(&self) -> Result<(), Refusal> {
        let lost = |error: crate::KeeperError| Refusal::KeyringUnavailable(error.to_string());
        self.refresh().map(drop).map_err(lost)
    }

    /// Says how many people and guesses each window of a credential holds now: hour, day, 90 days,
    /// ever.
    pub fn quota_used(&self, credential: &Credential) -> [u64; 4] {
        let state = self.admission();
        let quota_ms = self.quota_ms(state.log.last_ms());
        state.quotas.seen_at(&credential.id, quota_ms)
    }

    /// Notes how many people a shop has: the brake measures wide quotas by it.
    pub fn note_population(&self, store: StoreId, people: u64) {
        let people = u32::try_from(people).unwrap_or(u32::MAX);
        self.admission().populations.insert(store.0, people);
    }

    /// Notes a credential's blast radius of today: people within 24 hours, and until it expires.
    pub fn note_reach(&self, credential: &Credential, reach: (u64, u64)) {
        let now_ms = self.around.clock.now_ms();
        self.usage().reached(&credential.id, reach, now_ms);
    }

    /// Says what a credential has done so far.
    pub fn usage_of(&self, credential: &Credential) -> Usage {
        self.usage().of(&credential.id)
    }
}

fn alarm(
    kind: AlarmKind,
    credential: &Credential,
    reasons: Vec<String>,
    reaction: Reaction,
    at_ms: i64,
) -> Alarm {
    Alarm {
        store: credential.store,
        kind,
        credential: credential.id.clone(),
        owner: credential.grant.owner.clone(),
        reasons,
        reaction,
        at_ms,
    }
}

pub(crate) fn refuse_throttled(
    current: &Option<Arc<Credential>>,
    now_ms: i64,
) -> Result<(), Refusal> {
    let throttle = current
        .as_ref()
        .and_then(|one| one.standing.throttle.as_ref());
    match throttle.filter(|one| one.until_ms > now_ms) {
        None => Ok(()),
        Some(throttle) => Err(Refusal::Throttled {
            why: throttle.reason.sentence().to_owned(),
            retry_at_ms: u64::try_from(throttle.until_ms).unwrap_or(0),
        }),
    }
}

/// A subject's log key, open.
#[derive(Debug)]
pub(crate) struct LogKey {
    pub(crate) number: SubjectNumber,
    pub(crate) key: SecretKey,
}

/// Commits to subjects under openings that derive from their log keys.
pub(crate) fn commitments(
    salt: &[u8; 16],
    keys: &[LogKey],
    subjects: &[(SubjectId, FieldSet)],
) -> Vec<Commitment> {
    let commit = |(log_key, (subject, fields)): (&LogKey, &(SubjectId, FieldSet))| {
        let opening = opening(&log_key.key, salt);
        Commitment::new(&opening, subject.as_bytes(), log_key.number, *fields)
    };
    keys.iter().zip(subjects).map(commit).collect()
}

/// The data keys of some records, each by generation.
pub type RecordKeys = Vec<Vec<(u32, SecretKey)>>;

fn open_keys(
    epochs: &Epochs,
    receipt: &Receipt,
    record: &RecordId,
    rows: Vec<DataKeyRow>,
) -> Result<Vec<(u32, SecretKey)>, Refusal> {
    if !receipt.covers(record) {
        return Err(Refusal::Gone);
    }
    let altered = "a data key was altered in the keyring: treat it as an incident";
    let unwrap = |row: DataKeyRow| {
        let context = data_key_context(record, row.generation);
        let key = epochs
            .unwrap(row.epoch, &context, &row.wrapped)
            .map_err(|_| Refusal::KeyringUnavailable(altered.to_owned()))?;
        Ok((row.generation, key))
    };
    rows.into_iter().map(unwrap).collect()
}

impl Receipt {
    fn covers(&self, record: &RecordId) -> bool {
        self.allowed.iter().any(|(subject, fields)| {
            *subject == record.subject && !fields.of_category(record.category).is_empty()
        })
    }
}

impl Request {
    /// Returns the fields that are asked for, or by which somebody is looked up.
    fn fields(&self) -> FieldSet {
        match &self.sought {
            Sought::Fields(subjects) => subjects
                .iter()
                .fold(FieldSet::EMPTY, |all, (_, fields)| all.union(*fields)),
            Sought::Whose { kind, .. } => FieldSet::parse([match kind {
                LookupKind::Email => "contact.email",
                LookupKind::Phone => "contact.phone",
                LookupKind::Order => "invoice.reference",
                LookupKind::Customer => "account.customer_id",
            }])
            .expect("these fields exist"),
        }
    }
}

impl Candidate {
    fn new(request: Request) -> Self {
        let subjects = match &request.sought {
            Sought::Fields(subjects) => subjects.clone(),
            Sought::Whose { .. } => Vec::new(),
        };
        let (keys, found) = (Vec::new(), Vec::new());
        Self {
            request,
            subjects,
            keys,
            found,
            misses: 0,
            refusal: None,
        }
    }

    fn describe(&self) -> PublicPart {
        let act = match self.request.sought {
            Sought::Fields(_) => ActKind::Reveal,
            Sought::Whose { .. } => ActKind::Find,
        };
        let credential = &self.request.credential;
        let detail = credential.derived.as_ref().map(|one| one.detail().into());
        let mut public = public_part(act, Phase::Act, credential.store, &credential.id, detail);
        public.purpose = Some(self.request.purpose.name().to_owned());
        public.fields = self
            .request
            .fields()
            .iter()
            .map(|field| field.to_string())
            .collect();
        public.denied = self
            .refusal
            .as_ref()
            .map(|refusal| refusal.code().to_owned());
        public.misses = if self.refusal.is_none() {
            self.misses
        } else {
            0
        };
        public
    }

    fn into_answer(self, index: u64) -> Result<Admitted, Refusal> {
        match self.refusal {
            Some(refusal) => Err(refusal),
            None => Ok(Admitted {
                receipt: Receipt {
                    index,
                    allowed: self.subjects,
                },
                found: self.found,
            }),
        }
    }
}

fn find(
    tx: &Tx<'_>,
    kind: LookupKind,
    hash: &LookupHash,
) -> Result<Vec<(SubjectId, Option<OrderId>)>, StoreError> {
    if kind == LookupKind::Order {
        return Ok(match known_orders::fetch(tx, hash)? {
            Some(KnownOrder::Stored { subject, order, .. }) => vec![(subject, Some(order))],
            // Archived orders are opened in a ceremony only; a look-up says no more than of an unknown one.
            Some(KnownOrder::Archived { .. } | KnownOrder::Erased) | None => Vec::new(),
        });
    }
    let subjects = lookups::find(tx, hash, FOUND_MAX)?;
    Ok(subjects
        .into_iter()
        .map(|subject| (subject, None))
        .collect())
}

/// Derives the opening of a subject's commitment in the body with this salt.
pub(crate) fn opening(log_key: &SecretKey, salt: &[u8; 16]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(log_key.expose()).expect("any length of key");
    mac.update(b"lethe-opening-v1");
    mac.update(salt);
    mac.finalize().into_bytes().into()
}
