//! Tallies: quotas and usage, kept as snapshots and brought up to date from the log.
//!
//! A snapshot is true of the log up to the mark that was written with it. The mark's tag covers all
//! snapshots at once, so that none can be put back to an earlier one alone; without a mark that
//! verifies the whole log is read again, which yields the same counters.

use crate::keeper::AdmissionState;
use crate::log::{ActKind, LoggedAct};
use crate::quota::Charge;
use crate::{Keeper, KeeperError};
use lethe_crypto::MacKey;
use lethe_model::{Bounds, Field, FieldSet, Purpose};
use lethe_store::StoreError;
use lethe_store::keyring::tallies;
use serde::{Deserialize, Serialize};
use std::sync::PoisonError;

const LABEL: &[u8] = b"lethe-tallies-v1";
const MARK: &str = "mark";
const QUOTA: &str = "quota/";
const USAGE: &str = "usage/";
const BRAKE: &str = "brake/";
const NO_BOUNDS: Bounds = Bounds {
    hour: None,
    day: None,
    quarter: None,
    ever: None,
};

/// In the place of a log's name where several vaults log in turns.
const JOURNAL: &str = "journal";

/// Up to where the snapshots hold.
#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    origin: String,
    /// The log's size then: the first entry that the snapshots do not know. The last turn whose
    /// entries they know, where several vaults log in turns.
    size: u64,
    spent_until_ms: u64,
    tag: Vec<u8>,
}

impl Keeper {
    /// Brings the snapshots of quotas and usage up to now.
    ///
    /// # Errors
    ///
    /// What the keyring says; the counters in memory are not touched by that.
    pub fn save_tallies(&self) -> Result<(), KeeperError> {
        let _saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut changed, origin, size, spent_until_ms) = {
            let mut state = self.admission();
            let quotas = state.quotas.take_changed();
            let quotas = quotas
                .into_iter()
                .map(|(name, snapshot)| (format!("{QUOTA}{name}"), snapshot));
            let mut changed = quotas.collect::<Vec<_>>();
            let brakes = state.brakes.take_changed();
            changed.extend(
                brakes
                    .into_iter()
                    .map(|(name, snapshot)| (format!("{BRAKE}{name}"), snapshot)),
            );
            let (origin, size) = match &state.journal {
                None => (self.log_origin(), state.log.size()),
                Some(journal) => (JOURNAL, u64::try_from(journal.seen()).unwrap_or(0)),
            };
            (
                changed,
                origin.to_owned(),
                size,
                state.quotas.spent_until_ms(),
            )
        };
        let usage = self.usage().take_changed();
        changed.extend(
            usage
                .into_iter()
                .map(|(name, snapshot)| (format!("{USAGE}{name}"), snapshot)),
        );
        if changed.is_empty() {
            return Ok(());
        }
        let is_shared = origin == JOURNAL;
        let service = self.service();
        let mut mark = Mark {
            origin,
            size,
            spent_until_ms,
            tag: Vec::new(),
        };
        let written = self
            .writer()
            .write_in_turn(|tx| -> Result<bool, StoreError> {
                let before = tallies::list(tx)?;
                if is_shared && is_ahead(&before, mark.size) {
                    // Another vault has written later ones.
                    return Ok(false);
                }
                for (name, snapshot) in &mut changed {
                    if is_shared && let Some(credential) = name.strip_prefix(USAGE) {
                        let stored = before.iter().find(|(stored, _)| stored == name);
                        self.usage()
                            .merge(credential, stored.map(|(_, one)| one), snapshot);
                    }
                    tallies::put(tx, name, snapshot)?;
                }
                mark.tag = mark
                    .compute(&tallies::list(tx)?, &service.credentials)
                    .to_vec();
                let mark = serde_json::to_vec(&mark).expect("words and numbers");
                tallies::put(tx, MARK, &mark).map(|()| true)
            });
        drop(service);
        if !matches!(written, Ok(true)) {
            self.usage().mark_changed(&changed, USAGE);
            let mut state = self.admission();
            state.quotas.mark_all_changed();
            state.brakes.mark_all_changed();
        }
        written?;
        Ok(())
    }

    /// Brings quotas and usage back: from the snapshots, and from what the log holds since.
    pub(crate) fn restore_tallies(&self) -> Result<(), KeeperError> {
        let rows = self.reader().read(tallies::list)?;
        let mut state = self.admission();
        let from = self.load_snapshots(&mut state, &rows);
        if from.is_none() {
            state.quotas = crate::quota::Quotas::default();
            state.brakes = crate::brakes::Brakes::default();
        }
        if let Some(mut journal) = state.journal.take() {
            let turn = i64::try_from(from.unwrap_or(0)).unwrap_or(0);
            journal.see_from(turn);
            let read = journal.peek(|turn| self.read_news(&mut state, turn, true));
            state.journal = Some(journal);
            return read.map_err(KeeperError::Refused);
        }
        let mut usage = self.usage();
        let visited = self.history().each_from(from.unwrap_or(0), |act| {
            self.count_again(&mut state, &mut usage, &act);
            true
        });
        Ok(visited?)
    }

    /// Loads the snapshots; returns the first entry they do not know, or `None` when they are not
    /// what was written.
    fn load_snapshots(
        &self,
        state: &mut AdmissionState,
        rows: &[(String, Vec<u8>)],
    ) -> Option<u64> {
        let (_, mark) = rows.iter().find(|(name, _)| name == MARK)?;
        let mark: Mark = serde_json::from_slice(mark).ok()?;
        let service = self.service();
        mark.verifies(rows, &service.credentials).then_some(())?;
        for (name, snapshot) in rows {
            if let Some(counter) = name.strip_prefix(QUOTA) {
                state.quotas.restore(counter, snapshot).ok()?;
            } else if let Some(credential) = name.strip_prefix(USAGE) {
                self.usage().restore(credential, snapshot)?;
            } else if let Some(credential) = name.strip_prefix(BRAKE) {
                state.brakes.restore(credential, snapshot)?;
            }
        }
        state.quotas.spend_until(mark.spent_until_ms);
        if state.journal.is_some() {
            // The first start after files became shared databases counts everything anew.
            return (mark.origin == JOURNAL).then_some(mark.size);
        }
        // After a restore the log begins anew; what the snapshots hold was before it.
        let is_same = self.log_origin() == mark.origin;
        let from = if is_same { mark.size } else { 0 };
        // A log that is shorter than the snapshots say was cut: count what there is.
        Some(from.min(state.log.size()))
    }

    pub(crate) fn count_again(
        &self,
        state: &mut AdmissionState,
        usage: &mut crate::usage::UsageBook,
        act: &LoggedAct,
    ) {
        if act.public.act == ActKind::Restore {
            state
                .quotas
                .spend_until(act.entry.at_ms + crate::quota::WINDOW_MS);
        }
        let is_metered = matches!(act.public.act, ActKind::Reveal | ActKind::Find);
        if !is_metered || act.public.denied.is_some() {
            return;
        }
        let Some(credential) = self.current(&act.public.credential) else {
            return;
        };
        let people: Vec<_> = act
            .body
            .commitments
            .iter()
            .map(|one| (one.number, one.fields))
            .collect();
        let charge = Charge {
            credential: &credential,
            owner: &NO_BOUNDS,
            installation: &NO_BOUNDS,
            people: &people,
            guesses: act.public.misses,
        };
        let seen = state.quotas.observe(&charge, act.entry.at_ms);
        state.brakes.replay(&credential.id, seen, act.entry.at_ms);
        state.quotas.note(&charge, act.entry.at_ms);
        let purpose = act.public.purpose.as_deref().map(Purpose::parse);
        if let Some(Ok(purpose)) = purpose {
            let fields: FieldSet = act
                .public
                .fields
                .iter()
                .filter_map(|name| Field::parse(name).ok())
                .collect();
            let read = crate::usage::Read {
                fields,
                purpose,
                newcomers: 0,
                peak_per_mille: 0,
            };
            let at_ms = i64::try_from(act.entry.at_ms).unwrap_or(i64::MAX);
            usage.read(&credential.id, &read, at_ms);
        }
    }
}

/// Says whether the stored snapshots know later turns.
fn is_ahead(rows: &[(String, Vec<u8>)], turn: u64) -> bool {
    let mark = rows.iter().find(|(name, _)| name == MARK);
    let mark = mark.and_then(|(_, mark)| serde_json::from_slice::<Mark>(mark).ok());
    mark.is_some_and(|mark| mark.origin == JOURNAL && mark.size > turn)
}

impl Mark {
    fn compute(&self, rows: &[(String, Vec<u8>)], key: &MacKey) -> [u8; 32] {
        self.with_parts(rows, |parts| key.tag(parts))
    }

    fn verifies(&self, rows: &[(String, Vec<u8>)], key: &MacKey) -> bool {
        self.with_parts(rows, |parts| key.verifies(parts, &self.tag))
    }

    fn with_parts<T>(
        &self,
        rows: &[(String, Vec<u8>)],
        use_parts: impl FnOnce(&[&[u8]]) -> T,
    ) -> T {
        let numbers = [self.size.to_be_bytes(), self.spent_until_ms.to_be_bytes()];
        let mut parts: Vec<&[u8]> = vec![LABEL, self.origin.as_bytes(), &numbers[0], &numbers[1]];
        for (name, snapshot) in rows.iter().filter(|(name, _)| name != MARK) {
            parts.push(name.as_bytes());
            parts.push(snapshot);
        }
        use_parts(&parts)
    }
}
