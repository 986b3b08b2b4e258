//! The lane: the one way in which reveals and look-ups reach the keeper.
//!
//! Requests that arrive while a log write is under way wait together and share the next one (group
//! commit), one key look-up and one read of the active store.

use crate::Error;
use crate::find::{FindQuery, Found};
use crate::reveal::{RevealQuery, Revealed, open_record};
use lethe_crypto::{SecretKey, Token};
use lethe_keeper::{Admitted, Credential, Keeper, Receipt, Refusal, Request, Sought};
use lethe_model::{Category, FieldSet, OrderId, OrderState, OrderStates, RecordId, SubjectId};
use lethe_store::active::orders::Standing;
use lethe_store::active::records::RecordRow;
use lethe_store::active::{orders, records};
use lethe_store::{Database, StoreError, Tx};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

/// Requests that share one durable write at most.
const GROUP_MAX: usize = 256;
/// Groups that wait to be opened at most.
const GROUPS_MAX: usize = 2;
/// Requests that may wait; more are told to come back.
const QUEUE_MAX: usize = 4_096;

/// What becomes of an answer. Called once, from the lane's thread: hand it on, do not work in it.
pub type Reply<T> = Box<dyn FnOnce(Result<T, Error>) + Send>;

pub(crate) enum Job {
    Reveal(RevealJob),
    Find(FindJob),
}

pub(crate) struct RevealJob {
    pub(crate) credential: Arc<Credential>,
    pub(crate) token: Token,
    pub(crate) query: RevealQuery,
    pub(crate) reply: Reply<Revealed>,
}

pub(crate) struct FindJob {
    pub(crate) credential: Arc<Credential>,
    pub(crate) query: FindQuery,
    pub(crate) reply: Reply<Found>,
}

/// The lane's entrance. Two threads work in turn: while one waits for the log's flush of a group,
/// the other opens the records of the group before.
pub(crate) struct Lane {
    jobs: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

impl Lane {
    pub(crate) fn start(keeper: &Arc<Keeper>, [wanted, opened]: [Database; 2]) -> Self {
        let (jobs, waiting) = sync_channel(QUEUE_MAX);
        let (granted, openings) = sync_channel(GROUPS_MAX);
        let admitter = Admitter {
            keeper: Arc::clone(keeper),
            active: wanted,
            granted,
        };
        let opener = Opener {
            keeper: Arc::clone(keeper),
            active: opened,
        };
        let threads = vec![
            std::thread::spawn(move || admitter.run(&waiting)),
            std::thread::spawn(move || opener.run(&openings)),
        ];
        Self {
            jobs: Some(jobs),
            threads,
        }
    }

    /// Queues a job, or refuses it at once when too many wait.
    pub(crate) fn send(&self, job: Job) {
        let Some(jobs) = &self.jobs else {
            return job.fail(Error::ShuttingDown);
        };
        match jobs.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(job)) => job.fail(Error::Busy),
            Err(TrySendError::Disconnected(job)) => job.fail(Error::ShuttingDown),
        }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        drop(self.jobs.take());
        // The first ends when nobody can send any more, the second when the first has ended.
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

impl Job {
    fn fail(self, error: Error) {
        match self {
            Self::Reveal(job) => (job.reply)(Err(error)),
            Self::Find(job) => (job.reply)(Err(error)),
        }
    }
}

/// Decides and logs, group by group.
struct Admitter {
    keeper: Arc<Keeper>,
    active: Database,
    granted: SyncSender<Vec<Opening>>,
}

/// Opens what was granted.
struct Opener {
    keeper: Arc<Keeper>,
    active: Database,
}

/// A granted reveal with the records it needs.
struct Opening {
    job: RevealJob,
    receipt: Receipt,
    records: Vec<RecordId>,
}

/// The records a job needs.
#[derive(Default)]
struct Wanted {
    records: Vec<RecordId>,
    /// The states of the orders they belong to.
    states: Vec<OrderState>,
}

impl RevealJob {
    fn ids(&self) -> (SubjectId, OrderId) {
        match self.token {
            Token::Subject(subject) => (subject, OrderId::ACCOUNT),
            Token::Order(subject, order) => (subject, order),
        }
    }

    /// Whether it depends on where the order stands, or whose gift it is.
    fn needs_standing(&self) -> bool {
        let mut categories = self.query.fields.categories();
        let by_state = self.credential.grant.states != OrderStates::ALL;
        !self.ids().1.is_account() && (by_state || categories.any(|one| one == Category::Delivery))
    }
}

/// A gift's delivery record is its recipient's.
fn wanted_by_reveal(
    tx: &Tx<'_>,
    job: &RevealJob,
    standing: Option<Standing>,
) -> Result<Wanted, StoreError> {
    let (subject, order) = job.ids();
    let categories = || job.query.fields.categories();
    let mut wanted = Wanted::default();
    match standing {
        Some(standing) => wanted.states.push(standing.state),
        None if order.is_account() => wanted.states.push(OrderState::Account),
        None => {}
    }
    for category in categories() {
        let gift_to = standing
            .filter(|_| category == Category::Delivery)
            .and_then(|standing| standing.recipient);
        let id = RecordId {
            subject: gift_to.unwrap_or(subject),
            order,
            category,
        };
        // The parcel of somebody who was erased must not stand in the way of the buyer's own
        // records.
        if gift_to.is_none() || records::fetch(tx, &id)?.is_some() {
            wanted.records.push(id);
        }
    }
    Ok(wanted)
}

impl Admitter {
    fn run(mut self, waiting: &Receiver<Job>) {
        while let Ok(first) = waiting.recv() {
            let mut group = vec![first];
            group.extend(std::iter::from_fn(|| waiting.try_recv().ok()).take(GROUP_MAX - 1));
            self.serve(group);
        }
    }

    fn serve(&mut self, group: Vec<Job>) {
        let wanted = match self.wanted_records(&group) {
            Ok(wanted) => wanted,
            Err(error) => {
                let refusal = Refusal::KeyringUnavailable(error.to_string());
                return group
                    .into_iter()
                    .for_each(|job| job.fail(refusal.clone().into()));
            }
        };
        let requests = group
            .iter()
            .zip(&wanted)
            .map(|(job, wanted)| job.request(wanted));
        let answers = self.keeper.admit(requests.collect());
        let mut openings = Vec::new();
        for ((job, wanted), answer) in group.into_iter().zip(wanted).zip(answers) {
            match (job, answer) {
                (job, Err(refusal)) => job.fail(refusal.into()),
                (Job::Find(job), Ok(admitted)) => self.answer_find(job, &admitted),
                (Job::Reveal(job), Ok(admitted)) => {
                    openings.push(Opening {
                        job,
                        receipt: admitted.receipt,
                        records: wanted.records,
                    });
                }
            }
        }
        if openings.is_empty() {
            return;
        }
        if let Err(lost) = self.granted.send(openings) {
            // Logged as granted and not given: the safe side of the two.
            fail(
                lost.0,
                &Refusal::KeyringUnavailable("the vault failed: restart it".into()),
            );
        }
    }

    /// Says which records each job needs, and in which states their orders are.
    fn wanted_records(&mut self, group: &[Job]) -> Result<Vec<Wanted>, StoreError> {
        let needs = |job: &Job| match job {
            Job::Reveal(job) if job.needs_standing() => Some(job.ids()),
            _ => None,
        };
        let asked: Vec<_> = group.iter().filter_map(needs).collect();
        self.active.read(|tx| {
            // Those of the whole group at once: on a server that is one way there and back.
            let mut standings = orders::standings(tx, &asked)?.into_iter();
            let wanted_by = |job: &Job| match job {
                Job::Find(_) => Ok(Wanted::default()),
                Job::Reveal(job) => {
                    let standing = job.needs_standing().then(|| standings.next().flatten());
                    wanted_by_reveal(tx, job, standing.flatten())
                }
            };
            group.iter().map(wanted_by).collect()
        })
    }

    fn answer_find(&self, job: FindJob, admitted: &Admitted) {
        let found = self
            .keeper
            .token_key(&job.credential)
            .map(|key| Found::new(&key, admitted))
            .ok_or(Error::NotFound);
        (job.reply)(found);
    }
}

fn fail(openings: Vec<Opening>, refusal: &Refusal) {
    openings
        .into_iter()
        .for_each(|one| (one.job.reply)(Err(refusal.clone().into())));
}

impl Opener {
    fn run(mut self, openings: &Receiver<Vec<Opening>>) {
        while let Ok(group) = openings.recv() {
            // Documents one by one, and last: a whole group of them would not fit into memory.
            let (large, small): (Vec<_>, Vec<_>) = group.into_iter().partition(Opening::is_large);
            if !small.is_empty() {
                self.answer_reveals(small);
            }
            for one in large {
                self.answer_reveals(vec![one]);
            }
        }
    }

    fn answer_reveals(&mut self, openings: Vec<Opening>) {
        let asked: Vec<(&Receipt, &[RecordId])> = openings
            .iter()
            .map(|one| (&one.receipt, one.records.as_slice()))
            .collect();
        let ids = openings.iter().flat_map(|one| one.records.iter().copied());
        let ids: Vec<RecordId> = ids.collect();
        let rows = self.active.read(|tx| records::fetch_many(tx, &ids));
        // After the rows: a new version keeps the key of the one before until it is stored.
        let keys = self.keeper.data_keys(&asked);
        let (keys, rows) = match (keys, rows) {
            (Ok(keys), Ok(rows)) => (keys, rows),
            (Err(refusal), _) => return fail(openings, &refusal),
            (_, Err(error)) => {
                return fail(openings, &Refusal::KeyringUnavailable(error.to_string()));
            }
        };
        let mut rows = rows.into_iter();
        for (opening, keys) in openings.into_iter().zip(keys) {
            let rows: Vec<_> = rows.by_ref().take(opening.records.len()).collect();
            let answer = keys
                .map_err(Error::from)
                .and_then(|keys| opening.open(&keys, &rows));
            (opening.job.reply)(answer);
        }
    }
}

impl Job {
    fn request(&self, wanted: &Wanted) -> Request {
        let states = wanted.states.iter().copied().collect();
        match self {
            Self::Reveal(job) => Request {
                credential: Arc::clone(&job.credential),
                purpose: job.query.purpose,
                sought: Sought::Fields(by_subject(&wanted.records, job.query.fields)),
                token: Some(job.token),
                states,
            },
            Self::Find(job) => Request {
                credential: Arc::clone(&job.credential),
                purpose: job.query.purpose,
                sought: Sought::Whose {
                    kind: job.query.kind,
                    value: job.query.value.clone(),
                },
                token: None,
                states,
            },
        }
    }
}

/// Sums up which fields of which subject the records are.
fn by_subject(records: &[RecordId], fields: FieldSet) -> Vec<(SubjectId, FieldSet)> {
    let mut subjects: Vec<(SubjectId, FieldSet)> = Vec::new();
    for record in records {
        let of_record = fields.of_category(record.category);
        match subjects
            .iter_mut()
            .find(|(subject, _)| *subject == record.subject)
        {
            Some((_, all)) => *all = all.union(of_record),
            None => subjects.push((record.subject, of_record)),
        }
    }
    subjects
}

impl Opening {
    fn is_large(&self) -> bool {
        let mut records = self.records.iter();
        records.any(|record| record.category == Category::Document)
    }

    fn open(
        &self,
        keys: &[Vec<(u32, SecretKey)>],
        rows: &[Option<RecordRow>],
    ) -> Result<Revealed, Error> {
        let mut revealed = Revealed {
            log_index: self.receipt.index(),
            fields: Vec::new(),
        };
        let mut is_known = false;
        for (keys, row) in keys.iter().zip(rows) {
            let Some(row) = row else { continue };
            is_known = true;
            let key = keys
                .iter()
                .find(|(generation, _)| *generation == row.generation);
            // A record whose key is gone was erased, whatever its row still holds.
            let Some((_, key)) = key else {
                return Err(Error::NotFound);
            };
            revealed
                .fields
                .extend(open_record(key, row, self.job.query.fields)?);
        }
        if is_known {
            Ok(revealed)
        } else {
            Err(Error::NotFound)
        }
    }
}
