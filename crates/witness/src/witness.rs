//! A witness on its folder: one decision at a time for each log, durable before it is told.

use crate::key::read_key;
use crate::metrics::Metrics;
use crate::state::{self, Remembered};
use crate::{Refused, WitnessError, judge};
use lethe_tlog::{AddCheckpoint, Cosigner, Note, SignatureKind, TrustPolicy, VerifierKey};
use rustix::fs::{FlockOperation, flock};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A witness, its key and what it remembers of each log.
pub struct Witness {
    cosigner: Cosigner,
    logs: BTreeMap<String, Log>,
    /// The latest time that a cosignature carries: no later one may be earlier.
    last_at: Mutex<u64>,
    pub(crate) metrics: Metrics,
    /// Held for as long as the witness works in its folder.
    _lock: File,
}

struct Log {
    key: VerifierKey,
    /// Believes the log alone.
    policy: TrustPolicy,
    /// Demands this witness's cosignature too: what it reads back.
    own: TrustPolicy,
    path: PathBuf,
    /// Held for a whole request, so that comparing and remembering are one step. `None` after a write
    /// that failed: the file says what is true.
    remembered: Mutex<Option<Remembered>>,
}

impl Witness {
    /// Opens a witness's folder, for these logs: each a verifier key whose name is the log's origin.
    ///
    /// # Errors
    ///
    /// When the folder has no key or is in use, a log's key is none, or what is remembered is damaged.
    pub fn open(dir: &Path, logs: &[String]) -> Result<Self, WitnessError> {
        let cosigner = read_key(dir)?;
        let lock_path = dir.join("lock");
        let lock = File::create(&lock_path).map_err(WitnessError::file(&lock_path))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| WitnessError::InUse(dir.to_owned()))?;
        let mut known = BTreeMap::new();
        let mut last_at = 0;
        for text in logs {
            let log = Log::open(dir, text, &cosigner)?;
            let at = log.lock().as_ref().map_or(0, |one| one.at);
            last_at = last_at.max(at);
            let origin = log.key.name().as_str().to_owned();
            let is_same = |other: &Log| other.key == log.key;
            if known.get(&origin).is_some_and(|other| !is_same(other)) {
                return Err(WitnessError::TwoKeys(origin));
            }
            known.insert(origin, log);
        }
        Ok(Self {
            cosigner,
            logs: known,
            last_at: Mutex::new(last_at),
            metrics: Metrics::default(),
            _lock: lock,
        })
    }

    /// Returns the key that verifies this witness's cosignatures.
    pub fn verifier_key(&self) -> &VerifierKey {
        self.cosigner.verifier_key()
    }

    /// Cosigns a checkpoint as of `now`, in seconds since 1970, if it extends the one cosigned last;
    /// returns the cosignature's line. It is remembered durably when this returns.
    ///
    /// A clock that went back does not take the cosignatures' time with it: that stands still until the
    /// clock has caught up.
    ///
    /// # Errors
    ///
    /// Why not; then nothing was remembered, or nothing but what is consistent.
    pub fn add_checkpoint(&self, body: &[u8], now: u64) -> Result<String, Refused> {
        let request =
            AddCheckpoint::parse(body).map_err(|error| Refused::Malformed(error.to_string()))?;
        let origin = request.checkpoint().text().lines().next().unwrap_or("");
        let log = self.logs.get(origin).ok_or(Refused::UnknownLog)?;
        let mut remembered = log.lock();
        let known = match remembered.take() {
            Some(known) => known,
            None => state::read(&log.path, &log.own).map_err(|_| Refused::Failed)?,
        };
        let decided = judge(known.known, &log.policy, &request);
        let checkpoint = match decided {
            Ok(checkpoint) => checkpoint,
            Err(refused) => {
                *remembered = Some(known);
                return Err(refused);
            }
        };
        let at = self.moment(now);
        let signed = self.cosigner.cosign(request.checkpoint(), at);
        let cosignature = signed.map_err(|_| Refused::Failed)?.to_string();
        let note = log.note_with(request.checkpoint(), &cosignature);
        // Remembered first: a witness that forgets what it has cosigned can be made to cosign a fork.
        state::write(&log.path, &note).map_err(|_| Refused::Failed)?;
        *remembered = Some(Remembered {
            known: crate::Known {
                size: checkpoint.size(),
                root: *checkpoint.root(),
            },
            at,
            note: Some(note),
        });
        Ok(format!("{cosignature}\n"))
    }

    /// Returns the note that was cosigned last, by the name of its file in `state/`.
    pub fn latest(&self, file_name: &str) -> Option<String> {
        let mut logs = self.logs.iter();
        let (_, log) = logs.find(|(origin, _)| state::file_name(origin) == file_name)?;
        log.lock().as_ref()?.note.clone()
    }

    /// Returns each log's origin and the size that was cosigned last.
    pub fn sizes(&self) -> Vec<(&str, u64)> {
        let size = |log: &Log| log.lock().as_ref().map_or(0, |one| one.known.size);
        let logs = self.logs.iter();
        logs.map(|(origin, log)| (origin.as_str(), size(log)))
            .collect()
    }

    /// Says by how many seconds the clock lies behind the last cosignature.
    pub(crate) fn clock_behind(&self, now: u64) -> u64 {
        let last_at = self.last_at.lock().unwrap_or_else(PoisonError::into_inner);
        last_at.saturating_sub(now)
    }

    fn moment(&self, now: u64) -> u64 {
        let mut last_at = self.last_at.lock().unwrap_or_else(PoisonError::into_inner);
        *last_at = now.max(*last_at);
        *last_at
    }
}

impl Log {
    fn open(dir: &Path, text: &str, cosigner: &Cosigner) -> Result<Self, WitnessError> {
        let bad = || WitnessError::LogKey(text.to_owned());
        let key: VerifierKey = text.trim().parse().map_err(|_| bad())?;
        if key.kind() != SignatureKind::Ed25519 {
            return Err(bad());
        }
        let origin = key.name().as_str();
        let policy = TrustPolicy::log_only(origin, key.clone()).map_err(|_| bad())?;
        let witness = vec![cosigner.verifier_key().clone()];
        let own = policy
            .clone()
            .with_witnesses(witness, 1)
            .map_err(|_| bad())?;
        let path = state::path(dir, origin);
        let remembered = state::read(&path, &own)?;
        Ok(Self {
            policy,
            own,
            path,
            remembered: Mutex::new(Some(remembered)),
            key,
        })
    }

    /// Writes the checkpoint with the log's own signature and ours alone.
    fn note_with(&self, checkpoint: &Note, cosignature: &str) -> String {
        let is_logs =
            |(name, id): (&lethe_tlog::KeyName, _)| (name, id) == (self.key.name(), self.key.id());
        let mut signatures = checkpoint.signatures().iter();
        let own = signatures.find(|one| is_logs((one.name(), one.key_id())));
        let own = own.map(ToString::to_string).unwrap_or_default();
        format!("{}\n{own}\n{cosignature}\n", checkpoint.text())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Remembered>> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
