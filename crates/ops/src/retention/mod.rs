//! Retention: what is due leaves, on the day it must and not before.
//!
//! [`plan`](Vault::retention_plan) counts what a run would do; [`apply`](Vault::apply_retention) does
//! it, page by page, and goes on after an interruption. Neither believes a clock that jumped, and
//! neither destroys more than the policy's caps allow without approval.

mod above_cap;
mod arrivals;
pub(crate) mod facts;
mod history;
mod record;
mod report;
pub(crate) mod scan;
mod scheduler;

pub(crate) use above_cap::AboveCap;
pub use report::{RetentionAction, RetentionReport, RuleCount};
pub use scheduler::Scheduler;

use crate::dispose::Removal;
use crate::intake::State;
use crate::policy::timestamp;
use crate::{Error, Vault, statistics};
use history::{History, read_report};
use jiff::Timestamp;
use lethe_keeper::{Credential, ProposalKind, hex};
use lethe_model::{OrderId, SubjectId};
use lethe_policy::{Day, Policy};
use lethe_store::Kind;
use lethe_store::active::runs::{self, RunRow};
use lethe_store::{Database, StoreError};
use scan::{ARCHIVE, DONE, Judge, ORDERS, Place};
use serde::Serialize;
use std::collections::BTreeSet;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What a run would do.
#[derive(Debug, Clone, Serialize)]
pub struct RetentionPlan {
    /// The day it is judged for, in the policy's time zone.
    pub today: Day,
    /// The policy's label.
    pub revision: String,
    /// Counts and reasons.
    pub report: RetentionReport,
    /// Whether no run has destroyed or moved anything yet: the first that does asks for a typed
    /// confirmation.
    pub is_first: bool,
    /// How many records a run may take today.
    pub at_most: u64,
}

/// How a run is allowed.
#[derive(Debug, Clone, Default)]
pub struct ApplyOptions {
    /// What was typed to confirm the first run: see [`confirmation`].
    pub confirmed: Option<String>,
    /// An approved proposal that lifts the daily cap.
    pub proposal: Option<String>,
    /// Who is behind it, for the record: `operator` or `scheduler`.
    pub started_by: String,
}

/// How far a run is.
#[derive(Debug, Clone, Copy)]
pub struct RetentionProgress {
    /// Orders and archived records looked at.
    pub seen: u64,
    /// Records that moved or were destroyed.
    pub done: u64,
}

/// A run as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct RunView {
    /// Its public id.
    pub id: String,
    /// `running`, `stopped` or `done`.
    pub state: String,
    /// Who started it.
    pub started_by: String,
    /// When.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The day it worked for.
    pub today: Day,
    /// SHA-256 of the policy it applied.
    pub policy_sha256: String,
    /// What it did.
    pub report: RetentionReport,
}

/// Returns what must be typed before the first run.
pub fn confirmation(records: u64) -> String {
    format!("retire {records} records")
}

impl Vault {
    /// Says what a run would do now, and why; nothing is moved.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `retention`.
    pub fn retention_plan(
        &self,
        credential: &Credential,
        mut progress: impl FnMut(RetentionProgress),
    ) -> Result<RetentionPlan, Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        let policy = self.policy();
        let today = policy.today(self.around.clock.now());
        let mut report = RetentionReport::default();
        let archive_keys = self.archive_key_ids()?;
        let judge = self.judge(credential, &policy, today, &archive_keys)?;
        let mut active = Database::open_reader(self.folder.place(Kind::Active), Kind::Active)?;
        let mut archive = Database::open_reader(self.folder.place(Kind::Archive), Kind::Archive)?;
        let mut place = beginning();
        while place.0 != DONE {
            place = judge
                .page(&mut active, &mut archive, &place, &mut report, u64::MAX)?
                .next;
            progress(RetentionProgress {
                seen: report.orders_seen + report.archived_seen,
                done: report.records(),
            });
        }
        let now_ms = self.around.clock.now_ms();
        let history = active.read(|tx| History::read(tx, credential.store, now_ms))?;
        Ok(RetentionPlan {
            today,
            revision: policy.revision().to_owned(),
            is_first: history.is_first,
            at_most: history.allowance(&policy),
            report,
        })
    }

    /// Moves and destroys what is due, or goes on with a run that was interrupted.
    ///
    /// # Errors
    ///
    /// [`Error::ClockJumped`], [`Error::NotConfirmed`], or what grant, log, ledger, keyring and
    /// databases say. What was done stays done; the next run goes on.
    pub fn apply_retention(
        &self,
        credential: &Credential,
        options: &ApplyOptions,
        mut progress: impl FnMut(RetentionProgress),
    ) -> Result<RunView, Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        self.check_clock()?;
        let policy = self.policy();
        let (mut run, mut report) = self.begin_run(credential, &policy, options)?;
        let today = Day(i32::try_from(run.today).unwrap_or(0));
        let archive_keys = self.archive_key_ids()?;
        let judge = self.judge(credential, &policy, today, &archive_keys)?;
        let allowance = self.allowance_of_run(credential, &policy, options, &report)?;
        let mut place: Place = run.at;
        while place.0 != DONE && report.stopped.is_none() {
            let state = &mut *self.intake.lock()?;
            self.intake.settle_earlier(state)?;
            place = self.apply_page(
                state,
                credential,
                &judge,
                &mut run,
                &mut report,
                place,
                allowance,
            )?;
            progress(RetentionProgress {
                seen: report.orders_seen + report.archived_seen,
                done: report.records(),
            });
            if report.records() >= allowance && place.0 != DONE {
                report.stopped = Some(format!(
                    "{allowance} records are as many as may go today: the rest follows with the next runs, or at once with two approvals"
                ));
            }
        }
        self.end_run(&policy, &mut run, report, today)
    }

    #[expect(clippy::too_many_arguments, reason = "one page of one run")]
    /// Judges a page under the writer's lock, so that no hold comes in between, and disposes of it.
    fn apply_page(
        &self,
        state: &mut State,
        credential: &Credential,
        judge: &Judge<'_>,
        run: &mut RunRow,
        report: &mut RetentionReport,
        place: Place,
        at_most: u64,
    ) -> Result<Place, Error> {
        let mut judged = report.clone();
        let State {
            active, archive, ..
        } = state;
        let page = judge.page(active, archive, &place, &mut judged, at_most)?;
        if page.due.is_empty() {
            *report = judged;
            run.at = page.next;
            // Nothing was done: a crash looks at these again, which is cheaper than a write each.
            if page.next.0 != place.0 {
                let text = json(report);
                let advance = |tx: &lethe_store::Tx<'_>| runs::advance(tx, &run.id, &run.at, &text);
                state.active.write::<_, StoreError>(advance)?;
            }
            return Ok(page.next);
        }
        let mut due = page.due;
        due.detail = Some(serde_json::json!({ "run": run.id }));
        // The log's places are known only afterwards; they are stored with the next page.
        let text = json(&judged);
        let note = |tx: &lethe_store::Tx<'_>| runs::advance(tx, &run.id, &page.next, &text);
        let removal = Removal {
            policy: judge.policy,
            note: Some(&note),
        };
        let done = self.dispose(state, credential, due, &removal, false)?;
        *report = judged;
        report.note_log(done.intent, done.outcome);
        run.at = page.next;
        Ok(page.next)
    }

    fn begin_run(
        &self,
        credential: &Credential,
        policy: &Policy,
        options: &ApplyOptions,
    ) -> Result<(RunRow, RetentionReport), Error> {
        let now_ms = self.around.clock.now_ms();
        let today = policy.today(self.around.clock.now());
        let history = self.read_active(|tx| History::read(tx, credential.store, now_ms))?;
        // One that goes on too: it may have begun when nothing was due, and asked for no word.
        if history.is_first {
            self.check_confirmation(credential, options)?;
        }
        if let Some(run) = history.recent.iter().find(|run| run.state == "running") {
            if run.policy_hash == policy.hash() && run.at.0 < ARCHIVE + 1 {
                let mut report = read_report(&run.report);
                report.stopped = None;
                return Ok((run.clone(), report));
            }
            let state = &mut *self.intake.lock()?;
            state.active.write::<_, StoreError>(|tx| {
                runs::finish(tx, &run.id, "stopped", now_ms, &run.report)
            })?;
        }
        let run = RunRow {
            id: format!("run_{}", hex(&self.around.random.bytes::<8>())),
            store: credential.store,
            state: "running".to_owned(),
            started_by: options.started_by.clone(),
            started_at: now_ms,
            finished_at: None,
            today: i64::from(today.0),
            policy_hash: policy.hash(),
            at: beginning(),
            report: json(&RetentionReport::default()),
        };
        let state = &mut *self.intake.lock()?;
        state
            .active
            .write::<_, StoreError>(|tx| runs::insert(tx, &run))?;
        Ok((run, RetentionReport::default()))
    }

    /// The first run on real data is confirmed in words that hold its size.
    fn check_confirmation(
        &self,
        credential: &Credential,
        options: &ApplyOptions,
    ) -> Result<(), Error> {
        let plan = self.retention_plan(credential, |_| ())?;
        let wanted = confirmation(plan.report.records());
        if plan.report.records() == 0 || options.confirmed.as_deref() == Some(wanted.as_str()) {
            return Ok(());
        }
        Err(Error::NotConfirmed { wanted })
    }

    fn end_run(
        &self,
        policy: &Policy,
        run: &mut RunRow,
        mut report: RetentionReport,
        today: Day,
    ) -> Result<RunView, Error> {
        let now_ms = self.around.clock.now_ms();
        let state = &mut *self.intake.lock()?;
        run.state = if report.stopped.is_some() {
            "stopped"
        } else {
            "done"
        }
        .to_owned();
        if run.state == "done" {
            let term = policy.tombstone_term();
            let oldest = today.checked_sub(term).map(|day| i64::from(day.0) * DAY_MS);
            let expired = oldest.map_or(Ok(0), |before| self.keeper.expire_tombstones(before))?;
            report.tombstones_expired = expired as u64;
        }
        let closed = state.active.write(|tx| -> Result<u64, StoreError> {
            let closed = statistics::settle(tx, run.store, policy, today, now_ms)?;
            report.months_closed = closed;
            runs::finish(tx, &run.id, &run.state, now_ms, &json(&report))?;
            Ok(closed)
        })?;
        report.months_closed = closed;
        state.active.checkpoint()?;
        state.archive.checkpoint()?;
        self.keeper.clear_residues()?;
        self.keeper.trust_clock(now_ms)?;
        self.keeper.publish_log()?;
        run.finished_at = Some(now_ms);
        run.report = json(&report);
        Ok(view(run.clone()))
    }

    /// Lists the last runs, newest first.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `retention`.
    pub fn retention_runs(&self, credential: &Credential) -> Result<Vec<RunView>, Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        let rows = self.read_active(|tx| runs::list(tx, credential.store, 100))?;
        Ok(rows.into_iter().map(view).collect())
    }

    /// Says that the clock is right although it has moved further than the policy trusts.
    ///
    /// # Errors
    ///
    /// What grant, log and keyring say.
    pub fn confirm_clock(&self, credential: &Credential) -> Result<(), Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        Ok(self.keeper.confirm_clock(credential)?)
    }

    /// Refuses to destroy by a clock that moved further than anybody has vouched for: whoever can set
    /// the clock could otherwise order the destruction of everything.
    pub(crate) fn check_clock(&self) -> Result<(), Error> {
        let trusted_ms = self.keeper.trusted_clock()?;
        let now_ms = self.around.clock.now_ms();
        let most_days = i64::from(self.policy().safety().clock_jump_at_most_days);
        let ahead = now_ms.saturating_sub(trusted_ms);
        if ahead > most_days * DAY_MS || ahead < -DAY_MS {
            return Err(Error::ClockJumped {
                now: timestamp(now_ms),
                trusted: timestamp(trusted_ms),
            });
        }
        Ok(())
    }

    pub(crate) fn judge<'j>(
        &'j self,
        credential: &Credential,
        policy: &'j Policy,
        today: Day,
        archive_keys: &'j BTreeSet<String>,
    ) -> Result<Judge<'j>, Error> {
        Ok(Judge {
            policy,
            store: credential.store,
            store_name: self.store_name(credential.store)?,
            today,
            archive_keys,
            keeper: &self.keeper,
        })
    }

    pub(crate) fn archive_key_ids(&self) -> Result<BTreeSet<String>, Error> {
        let keys = self.keeper.archive_keys()?;
        Ok(keys.into_iter().map(|key| key.key_id).collect())
    }

    fn allowance_of_run(
        &self,
        credential: &Credential,
        policy: &Policy,
        options: &ApplyOptions,
        so_far: &RetentionReport,
    ) -> Result<u64, Error> {
        if let Some(proposal) = &options.proposal {
            self.keeper
                .use_proposal(credential, proposal, ProposalKind::AboveCap)?;
            return Ok(u64::MAX);
        }
        let now_ms = self.around.clock.now_ms();
        let history = self.read_active(|tx| History::read(tx, credential.store, now_ms))?;
        // What this run did before an interruption is in the sum and in its own count.
        Ok(history.allowance(policy) + so_far.records())
    }
}

fn beginning() -> Place {
    (ORDERS, SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT)
}

fn json(report: &RetentionReport) -> String {
    serde_json::to_string(report).expect("words and numbers serialise")
}

pub(crate) fn view(run: RunRow) -> RunView {
    RunView {
        report: read_report(&run.report),
        id: run.id,
        state: run.state,
        started_by: run.started_by,
        started_at: timestamp(run.started_at),
        finished_at: run.finished_at.map(timestamp),
        today: Day(i32::try_from(run.today).unwrap_or(0)),
        policy_sha256: hex(&run.policy_hash),
    }
}
