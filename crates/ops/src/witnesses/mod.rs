//! Witnesses: others who countersign the log, so that whoever owns the machine cannot rewrite history
//! alone.
//!
//! How a witness is reached is not known here: the operations cannot link a network client.

mod settings;
mod submit;
mod verify;
mod watch;

pub use settings::{WITNESSES_FILE, WitnessEntry, WitnessSettings};
pub use verify::{WitnessedHead, verify_witnessed};
pub use watch::Witnessing;

use crate::{Error, Installation, Vault};
use lethe_keeper::log::LogError;
use lethe_keeper::{Alert, AlertKind, Keeper, Surroundings};
use lethe_tlog::Note;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use submit::{Head, Outcome, submit};

/// Between two checks of the clock by a witness's time: an hour, in milliseconds.
const VOUCHING_PAUSE_MS: i64 = 60 * 60 * 1000;
/// A witness's clock may be ahead of ours by this much and still vouch: five minutes, in seconds.
const AHEAD_AT_MOST_S: u64 = 300;
/// The longest wait after failures, in milliseconds.
const LONGEST_WAIT_MS: u64 = 5 * 60 * 1000;

/// A way to reach a witness.
pub trait Submit: Send + Sync {
    /// Posts a body to `add-checkpoint` below `url`, within seconds; returns status and body.
    ///
    /// # Errors
    ///
    /// Why there was no answer.
    fn add_checkpoint(&self, url: &str, body: &str) -> Result<(u16, String), String>;
}

/// What the witnesses know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessReport {
    /// Entries in the published log.
    pub entries: u64,
    /// Entries that enough witnesses have cosigned; absent before the first time.
    pub witnessed: Option<u64>,
    /// How many must cosign.
    pub quorum: usize,
    /// Each of them.
    pub witnesses: Vec<WitnessView>,
}

/// What a witness knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessView {
    /// What it is called here.
    pub name: String,
    /// Entries it has cosigned; absent before the first time.
    pub size: Option<u64>,
    /// When it cosigned last, in seconds since 1970, by its own clock.
    pub cosigned_at: Option<u64>,
    /// Entries it lacks.
    pub lag_entries: u64,
    /// Seconds since it last lacked none.
    pub lag_seconds: u64,
    /// What is in the way.
    pub problem: Option<String>,
}

/// What is remembered of each witness between rounds.
pub(crate) struct Round {
    memory: Vec<Memory>,
    /// The head with what was signed so far: a slow witness completes what a quick one began.
    note: Option<Note>,
    moments: Vec<u64>,
    vouched_ms: i64,
    told: Option<u64>,
}

struct Memory {
    view: WitnessView,
    old: u64,
    caught_up_ms: i64,
    failures: u32,
    due_ms: u64,
}

/// A witness that knows another history.
struct Contradiction {
    witness: String,
    /// Entries it knows, if it says so.
    knows: Option<u64>,
}

impl Round {
    pub(crate) fn new(settings: &WitnessSettings, now_ms: i64) -> Self {
        let memory = settings.witnesses.iter().map(|one| Memory {
            view: WitnessView {
                name: one.name.clone(),
                ..WitnessView::default()
            },
            // What it does not know it corrects: most know the latest.
            old: u64::MAX,
            caught_up_ms: now_ms,
            failures: 0,
            due_ms: 0,
        });
        Self {
            memory: memory.collect(),
            note: None,
            moments: Vec::new(),
            vouched_ms: 0,
            told: None,
        }
    }
}

impl Vault {
    /// Asks the witnesses what they know, before anything is served.
    ///
    /// Returns what is in the way of some of them, in sentences.
    ///
    /// # Errors
    ///
    /// [`Error::LogRolledBack`] when one knows another history; [`Error::WitnessesMissing`] when too few
    /// answer and the settings require them.
    pub fn ask_witnesses(
        &self,
        settings: &WitnessSettings,
        transport: &dyn Submit,
    ) -> Result<Vec<String>, Error> {
        let mut round = Round::new(settings, self.around.clock.now_ms());
        self.witness_round(settings, transport, &mut round)?;
        if self.keeper.is_withheld() {
            return Err(Error::LogRolledBack);
        }
        let views = round.memory.iter().map(|one| &one.view);
        let failed: Vec<String> = views
            .filter_map(|view| Some(format!("witness {}: {}", view.name, view.problem.as_ref()?)))
            .collect();
        if settings.required && round.memory.len() - failed.len() < settings.quorum {
            return Err(Error::WitnessesMissing(failed.join("; ")));
        }
        Ok(failed)
    }

    /// Returns the latest checkpoint that enough witnesses have cosigned.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] before the first, or when it cannot be read.
    pub fn cosigned_checkpoint(&self) -> Result<String, Error> {
        let note = self.keeper.log_files().cosigned();
        note.map_err(LogError::Read)?.ok_or(Error::NotFound)
    }

    /// Returns what the witnesses knew after the last round; `None` before the first.
    pub fn witness_report(&self) -> Option<WitnessReport> {
        let report = self.witnesses.lock();
        report.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Submits the head to every witness that is due, keeps what they sign, and tells what they deny.
    pub(crate) fn witness_round(
        &self,
        settings: &WitnessSettings,
        transport: &dyn Submit,
        round: &mut Round,
    ) -> Result<(), Error> {
        let head = self.head()?;
        let size = head.checkpoint.size();
        let (now_ms, elapsed_ms) = (self.around.clock.now_ms(), self.around.clock.elapsed_ms());
        let files = self.keeper.log_files();
        // All at once: the slowest bounds the round, not the sum of them.
        let outcomes: Vec<Option<Outcome>> = std::thread::scope(|scope| {
            let ask = |(one, memory): (&'_ WitnessEntry, &'_ mut Memory)| {
                let is_behind = memory.view.size != Some(size) || memory.view.problem.is_some();
                let is_due = is_behind && elapsed_ms >= memory.due_ms;
                let (one, old, head) = (one.clone(), memory.old, &head);
                is_due.then(|| {
                    scope.spawn(move || {
                        let mut old = old;
                        let outcome = submit(files, head, &one, &mut old, transport);
                        (outcome, old)
                    })
                })
            };
            let asked: Vec<_> = settings
                .witnesses
                .iter()
                .zip(&mut round.memory)
                .map(ask)
                .collect();
            asked
                .into_iter()
                .zip(&mut round.memory)
                .map(|(thread, memory)| {
                    let (outcome, old) = thread?.join().ok()?;
                    memory.old = old;
                    Some(outcome)
                })
                .collect()
        });
        let begun = round
            .note
            .take()
            .filter(|note| note.text() == head.note.text());
        if begun.is_none() {
            round.moments.clear();
        }
        let mut note = begun.unwrap_or_else(|| head.note.clone());
        let (signed_before, mut contradiction) = (round.moments.len(), None);
        for (outcome, memory) in outcomes.into_iter().zip(&mut round.memory) {
            let Some(outcome) = outcome else { continue };
            let problem = match outcome {
                Outcome::Cosigned(signature, at) => {
                    note.add_signature(signature);
                    round.moments.push(at);
                    memory.view.size = Some(size);
                    memory.view.cosigned_at = Some(at);
                    memory.caught_up_ms = now_ms;
                    None
                }
                Outcome::Failed(why) => Some(why),
                Outcome::Ahead(_) | Outcome::Forked => {
                    let knows = match outcome {
                        Outcome::Ahead(knows) => Some(knows),
                        _ => None,
                    };
                    let found = Contradiction {
                        witness: memory.view.name.clone(),
                        knows,
                    };
                    let sentence = found.sentence(size);
                    contradiction.get_or_insert(found);
                    Some(sentence)
                }
            };
            memory.failures = match problem {
                Some(_) => memory.failures.saturating_add(1),
                None => 0,
            };
            let wait_ms = (1_000_u64 << memory.failures.min(20)).min(LONGEST_WAIT_MS);
            memory.due_ms = match problem {
                Some(_) => elapsed_ms + wait_ms,
                None => 0,
            };
            memory.view.problem = problem;
        }
        let is_news = round.moments.len() > signed_before;
        if is_news && round.moments.len() >= settings.quorum {
            let written = files.write_cosigned(&note.to_string());
            written.map_err(LogError::Write)?;
            round.told = Some(size);
            self.vouch(&round.moments, now_ms, &mut round.vouched_ms)?;
        }
        round.note = Some(note);
        if let Some(found) = contradiction {
            self.withhold(settings, &found, size)?;
        }
        self.measure_lag(settings, round, size, now_ms)
    }

    /// Takes the earliest of the witnesses' moments for one that somebody vouched for: whoever sets the
    /// machine's clock forward does not set theirs.
    fn vouch(&self, moments: &[u64], now_ms: i64, vouched_ms: &mut i64) -> Result<(), Error> {
        let now_s = u64::try_from(now_ms / 1000).unwrap_or(0);
        let Some(earliest) = moments
            .iter()
            .min()
            .filter(|at| **at <= now_s + AHEAD_AT_MOST_S)
        else {
            return Ok(());
        };
        let moment_ms = i64::try_from(*earliest).unwrap_or(0).saturating_mul(1000);
        if moment_ms - *vouched_ms >= VOUCHING_PAUSE_MS {
            self.keeper.trust_clock(moment_ms)?;
            *vouched_ms = moment_ms;
        }
        Ok(())
    }

    /// Tells that a witness knows another history, and reveals nothing from here on if so set.
    fn withhold(
        &self,
        settings: &WitnessSettings,
        found: &Contradiction,
        size: u64,
    ) -> Result<(), Error> {
        if settings.withhold {
            // Before anything else: from here on no key is handed out.
            self.keeper.withhold();
            mark(&self.folder.path().join(MARKER), found, size)?;
        }
        self.raise_everywhere(AlertKind::LogRolledBack, &found.sentence(size))
    }

    fn raise_everywhere(&self, kind: AlertKind, text: &str) -> Result<(), Error> {
        for store in self.stores() {
            self.raise(&Alert {
                store: store.id,
                kind,
                credential: None,
                owner: None,
                text: text.to_owned(),
            })?;
        }
        Ok(())
    }

    fn measure_lag(
        &self,
        settings: &WitnessSettings,
        round: &mut Round,
        size: u64,
        now_ms: i64,
    ) -> Result<(), Error> {
        for memory in &mut round.memory {
            let view = &mut memory.view;
            view.lag_entries = size - view.size.unwrap_or(0).min(size);
            if view.lag_entries == 0 {
                memory.caught_up_ms = now_ms;
            }
            let lag_ms = now_ms.saturating_sub(memory.caught_up_ms);
            view.lag_seconds = u64::try_from(lag_ms / 1000).unwrap_or(0);
            if view.lag_entries > settings.lag_entries && view.lag_seconds > settings.lag_seconds {
                let text = format!(
                    "The witness {} lacks {} entries of the access log and has cosigned none for {} s: {}. \
                     What it has not seen, whoever owns this machine could still rewrite.",
                    view.name,
                    view.lag_entries,
                    view.lag_seconds,
                    view.problem.as_deref().unwrap_or("it is slow"),
                );
                self.raise_everywhere(AlertKind::WitnessLag, &text)?;
                // Said once in that time.
                memory.caught_up_ms = now_ms;
            }
        }
        let report = WitnessReport {
            entries: size,
            witnessed: round.told,
            quorum: settings.quorum,
            witnesses: round.memory.iter().map(|one| one.view.clone()).collect(),
        };
        let mut known = self
            .witnesses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if known.as_ref() != Some(&report) {
            // For `lethe log witness status`; lost, it is written again.
            let text = serde_json::to_vec_pretty(&report).expect("words and numbers serialise");
            let path = report_path(self.folder.path());
            fs::write(&path, text)
                .map_err(Error::file(format!("cannot write {}", path.display())))?;
            *known = Some(report);
        }
        Ok(())
    }

    fn head(&self) -> Result<Head, Error> {
        let text = self.log_checkpoint()?;
        let foreign = || Error::from(LogError::ForeignCheckpoint);
        let note = Note::parse(text.as_bytes()).map_err(|_| foreign())?;
        let checkpoint = note.text().parse().map_err(|_| foreign())?;
        Ok(Head { note, checkpoint })
    }
}

impl Contradiction {
    fn sentence(&self, size: u64) -> String {
        let witness = &self.witness;
        let found = match self.knows {
            Some(knows) => {
                format!("has cosigned {knows} entries of the access log and this vault has {size}")
            }
            None => format!("has cosigned other entries than the {size} of this vault"),
        };
        format!(
            "The witness {witness} {found}: the folder was put back to an older copy, its log was altered, \
             or another copy of it is running. Find out which before you run `lethe log witness explain`."
        )
    }
}

/// The file that keeps reveals withheld over a restart.
const MARKER: &str = "rolled-back.json";

pub(crate) fn is_marked(data: &Path) -> bool {
    data.join(MARKER).exists()
}

fn mark(path: &Path, found: &Contradiction, size: u64) -> Result<(), Error> {
    let text = serde_json::json!({
        "version": 1, "witness": found.witness, "witness_knows": found.knows, "entries": size,
    });
    let write = || {
        match File::create_new(path) {
            // The first contradiction is the one to look into.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
            made => {
                let mut file = made?;
                file.write_all(text.to_string().as_bytes())?;
                file.sync_all()?;
            }
        }
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(Error::file(format!("cannot write {}", path.display())))
}

fn report_path(data: &Path) -> PathBuf {
    data.join("log").join("witnesses.json")
}

/// Reads what the witnesses of a data folder knew after the last round; needs no passphrase.
///
/// # Errors
///
/// [`Error::NotFound`] before the first round.
pub fn read_witness_report(data: &Path) -> Result<WitnessReport, Error> {
    let path = report_path(data);
    let failed = |error| Error::file(format!("cannot read {}", path.display()))(error);
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| failed(error.into())),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Error::NotFound),
        Err(error) => Err(failed(error)),
    }
}

impl Installation {
    /// Lets a vault go on whose witness knows another history, because somebody has found out why: with
    /// a log of its own, as after a restore, and the day's quotas spent. Returns the new log's key, which
    /// the witnesses must be given.
    ///
    /// # Errors
    ///
    /// When nothing is withheld, or what keyring and file system say; then nothing is revealed yet.
    pub fn explain_rollback(
        self,
        passphrase: &str,
        around: Surroundings,
        reason: &str,
    ) -> Result<String, Error> {
        let folder = self.folder().clone();
        let marker = folder.path().join(MARKER);
        let what = || Error::file(format!("cannot read {}", marker.display()));
        if !marker.exists() {
            let reason = "no witness contradicts this vault: there is nothing to explain";
            return Err(Error::invalid("folder", reason));
        }
        if folder.restoring().exists() {
            return Err(Error::Restoring);
        }
        if folder.is_shared() {
            let reason = "has its databases on a server: put the server's data back to what the \
                          witness knows, and every vault starts again";
            return Err(Error::invalid("folder", reason));
        }
        let found: serde_json::Value = serde_json::from_slice(&fs::read(&marker).map_err(what())?)
            .map_err(|error| what()(error.into()))?;
        let root = self.open_root(passphrase)?;
        // An earlier try may have begun the new log already: the name of the one that lies there says.
        let named = lethe_keeper::log::LogFiles::new(&folder.log_dir()).verifier_key();
        let named = named.map_err(LogError::Read)?.unwrap_or_default();
        let current = Keeper::log_origin_in(&folder, &root)?;
        let contradicted = named.split('+').next().unwrap_or(&current);
        Keeper::begin_new_origin(&folder, &root, &around, contradicted)?;
        let vault = self.open_locked(root, around)?;
        let detail = serde_json::json!({ "rolled_back": found, "explanation": reason });
        vault.keeper.note_restore(detail)?;
        vault.keeper.publish_log()?;
        let gone = fs::remove_file(&marker);
        gone.map_err(Error::file(format!("cannot remove {}", marker.display())))?;
        Ok(vault.log_key().to_owned())
    }
}
