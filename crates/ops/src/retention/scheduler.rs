//! The daily run: beside a serving vault, once a day, after somebody has confirmed the first.

use super::{ApplyOptions, RunView};
use crate::{Error, Vault};
use lethe_model::StoreId;
use lethe_store::SharedLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it is asked whether a day has begun.
const INTERVAL: Duration = Duration::from_secs(15 * 60);

/// The thread of the daily run; dropping it stops it between two pages.
pub struct Scheduler {
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Scheduler {
    /// Starts it. `tell` hears in a sentence what was done or what is in the way.
    pub fn start(vault: &Arc<Vault>, tell: impl Fn(&str) + Send + 'static) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let (flag, vault) = (Arc::clone(&stopping), Arc::downgrade(vault));
        let thread = std::thread::spawn(move || {
            let mut last_told = String::new();
            while !flag.load(Ordering::Relaxed) {
                if let Some(said) = tick(&vault)
                    && said != last_told
                {
                    tell(&said);
                    last_told = said;
                }
                std::thread::park_timeout(INTERVAL);
            }
        });
        Self {
            stopping,
            thread: Some(thread),
        }
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            drop(thread.join());
        }
    }
}

fn tick(vault: &Weak<Vault>) -> Option<String> {
    let vault = vault.upgrade()?;
    let _claim = match vault.claim(SharedLock::DailyRun) {
        Ok(claim) => claim?,
        Err(error) => return Some(format!("retention: {error}")),
    };
    let stores: Vec<StoreId> = vault.stores().iter().map(|row| row.id).collect();
    let said: Vec<String> = stores
        .into_iter()
        .filter_map(|store| match vault.daily(store) {
            Ok(said) => said,
            Err(error) => Some(format!("retention: {error}")),
        })
        .collect();
    Some(said.join("\n")).filter(|text| !text.is_empty())
}

impl Vault {
    /// Does a day's work of a shop, unless it was done: waiting erasures, then retention.
    ///
    /// # Errors
    ///
    /// What the acts say; the next call tries again.
    pub fn daily(&self, store: StoreId) -> Result<Option<String>, Error> {
        let operator = self.operator(store)?;
        self.tell_lint(store)?;
        let erased = self.carry_out_waiting(&operator)?;
        let today = self.policy().today(self.around.clock.now());
        let runs = self.retention_runs(&operator)?;
        let has_run = runs
            .iter()
            .any(|run| run.today == today && run.state != "running");
        let was_confirmed = runs.iter().any(|run| run.state != "running");
        let told = (erased > 0).then(|| format!("retention: {erased} erasures carried out"));
        if has_run || !was_confirmed {
            return Ok(told);
        }
        let options = ApplyOptions {
            started_by: "scheduler".to_owned(),
            ..ApplyOptions::default()
        };
        let run = self.apply_retention(&operator, &options, |_| ())?;
        Ok(Some(
            [told, Some(sentence(&run))]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("\n"),
        ))
    }
}

fn sentence(run: &RunView) -> String {
    let rest = run
        .report
        .stopped
        .as_deref()
        .unwrap_or("nothing due is left");
    format!(
        "retention: {} records moved or destroyed for {}; {rest}",
        run.report.records(),
        run.today
    )
}
