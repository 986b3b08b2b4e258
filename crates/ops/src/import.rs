//! Import: a whole export goes in; streaming, resumable, and harmless to repeat.

use crate::intake::{BatchItem, IntakeOutcome, Preparer, Progress};
use crate::{Error, Rejection, Vault};
use lethe_formats::Source;
use lethe_keeper::Credential;
use lethe_store::Speed;
use lethe_store::active::imports;
use serde::{Deserialize, Serialize};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, atomic::AtomicBool, atomic::Ordering};
use std::thread;

/// Orders prepared at once, on the way to a batch.
const CHUNK: usize = 500;

/// How to import.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// Orders that share one transaction: many when nobody else works, fewer while serving.
    pub batch: usize,
    /// Names the source, so that an interrupted import of it can be resumed.
    pub source: [u8; 16],
}

/// A row that was not taken.
pub type RejectedRow = Rejection;

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Orders and customers that are new.
    pub imported: u64,
    /// Those that replaced an earlier version.
    pub updated: u64,
    /// Those that were stored like that already.
    pub unchanged: u64,
    /// Those that were not taken.
    pub rejected: u64,
    /// Orders older than the active period: sorted into the archive as they came.
    #[serde(default)]
    pub archived: u64,
    /// Whether copies of wrapped keys of orders that went to the archive may lie in unused parts of a
    /// keyring too large to be compacted: they lose their meaning with the next rotation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_rotation_due: bool,
    /// Values that must never be stored (cards, recovery phrases, keys, passwords), removed.
    pub secrets_removed: u64,
    /// Orders and customers of an earlier, interrupted run of the same file.
    pub resumed_after: u64,
}

/// How far an import has come.
#[derive(Debug, Clone, Copy)]
pub struct ImportProgress {
    /// Orders and customers stored or refused so far.
    pub rows: u64,
    /// Bytes of the source read so far.
    pub bytes_read: u64,
}

impl Vault {
    /// Imports everything a source holds.
    ///
    /// Rows that cannot be taken go to `rejected` with the reason; the others go on. When it is
    /// interrupted, everything reported as done is stored, and the next run of the same file goes
    /// on behind it.
    ///
    /// # Errors
    ///
    /// When nothing more can be stored; what was stored before stays.
    pub fn import(
        &self,
        credential: &Arc<Credential>,
        source: &mut (dyn Source + Send),
        options: &ImportOptions,
        mut progress: impl FnMut(ImportProgress),
        mut rejected: impl FnMut(&RejectedRow) -> Result<(), Error>,
    ) -> Result<ImportReport, Error> {
        self.permit(credential, lethe_model::Power::Intake)?;
        self.intake.set_speed(Speed::Bulk)?;
        let report = self.import_all(credential, source, options, &mut progress, &mut rejected);
        let calmed = self.intake.set_speed(Speed::Serving);
        // The first failure tells more than what follows from it.
        let mut report = report?;
        calmed?;
        if report.archived > 0 {
            report.is_rotation_due = !self.keeper.clear_residues()?;
        }
        Ok(report)
    }

    fn import_all(
        &self,
        credential: &Arc<Credential>,
        source: &mut (dyn Source + Send),
        options: &ImportOptions,
        progress: &mut impl FnMut(ImportProgress),
        rejected: &mut impl FnMut(&RejectedRow) -> Result<(), Error>,
    ) -> Result<ImportReport, Error> {
        let earlier = self.read_active(|tx| imports::fetch(tx, &options.source))?;
        let (done, mut report) = resumed(earlier);
        let preparer = self.preparer(credential.store)?;
        let stopping = AtomicBool::new(false);
        thread::scope(|scope| -> Result<(), Error> {
            let (chunks, prepared) = sync_channel::<(Vec<BatchItem>, u64)>(8);
            let (preparer, stopping) = (&preparer, &stopping);
            // Reading, cleaning and hashing on one core, sealing and storing on the other.
            scope.spawn(move || {
                let items = skip(source, done);
                loop {
                    let next = || items.next().map(|one| prepare(preparer, one));
                    let chunk: Vec<BatchItem> = std::iter::from_fn(next).take(CHUNK).collect();
                    let is_last = chunk.len() < CHUNK;
                    let bytes = items.bytes_read();
                    if chunks.send((chunk, bytes)).is_err()
                        || is_last
                        || stopping.load(Ordering::Relaxed)
                    {
                        break;
                    }
                }
            });
            let mut rows = done;
            let mut batch = Vec::with_capacity(options.batch);
            for (chunk, bytes_read) in prepared {
                batch.extend(chunk);
                if batch.len() >= options.batch {
                    let items = std::mem::take(&mut batch);
                    rows += items.len() as u64;
                    self.import_batch(credential, items, rows, options, &mut report, rejected)?;
                    progress(ImportProgress { rows, bytes_read });
                }
            }
            rows += batch.len() as u64;
            self.import_batch(credential, batch, rows, options, &mut report, rejected)?;
            Ok(())
        })?;
        self.intake.finish_source(&options.source)?;
        Ok(report)
    }

    fn import_batch(
        &self,
        credential: &Arc<Credential>,
        items: Vec<BatchItem>,
        rows: u64,
        options: &ImportOptions,
        report: &mut ImportReport,
        rejected: &mut impl FnMut(&RejectedRow) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if items.is_empty() {
            return Ok(());
        }
        let removed: u64 = items
            .iter()
            .filter_map(|item| item.as_ref().ok())
            .map(|one| one.removed)
            .sum();
        let before = report.clone();
        let note = |outcomes: &[IntakeOutcome]| {
            let mut after = before.clone();
            after.add(outcomes, removed);
            Progress {
                source: options.source,
                rows_done: i64::try_from(rows).unwrap_or(i64::MAX),
                report: serde_json::to_string(&after).expect("numbers serialise"),
            }
        };
        let outcomes = self.intake.take(credential, items, Some(&note))?;
        report.add(&outcomes, removed);
        report.archived += self.sort_arrivals(credential.store, &outcomes)?;
        for outcome in &outcomes {
            if let IntakeOutcome::Rejected(rejection) = outcome {
                rejected(rejection)?;
            }
        }
        Ok(())
    }

    /// Takes in a few orders or customers, as an API delivers them, and says what became of each.
    ///
    /// # Errors
    ///
    /// When nothing could be stored.
    pub fn take_in(
        &self,
        credential: &Arc<Credential>,
        source: &mut dyn Source,
    ) -> Result<Vec<IntakeOutcome>, Error> {
        self.permit(credential, lethe_model::Power::Intake)?;
        let preparer = self.preparer(credential.store)?;
        let items = source.map(|one| prepare(&preparer, one)).collect();
        let outcomes = self.intake_lane.take(credential, items)?;
        self.sort_arrivals(credential.store, &outcomes)?;
        Ok(outcomes)
    }
}

pub(crate) fn prepare(
    preparer: &Preparer,
    one: Result<lethe_formats::Incoming, lethe_formats::RowError>,
) -> BatchItem {
    match one {
        Ok(incoming) => preparer.prepare(incoming),
        Err(error) => Err(Rejection {
            row: error.row,
            code: error.code.to_owned(),
            column: error.column,
            reason: error.reason,
        }),
    }
}

/// Asked before anything is looked up: whether an order is known is nobody else's business.

/// Passes over what an interrupted run has stored: read and forgotten, not prepared again.
fn skip(source: &mut (dyn Source + Send), done: u64) -> &mut (dyn Source + Send) {
    for _ in 0..done {
        if source.next().is_none() {
            break;
        }
    }
    source
}

fn resumed(earlier: Option<(i64, String)>) -> (u64, ImportReport) {
    let Some((rows, report)) = earlier else {
        return (0, ImportReport::default());
    };
    let rows = u64::try_from(rows).unwrap_or(0);
    let mut report: ImportReport = serde_json::from_str(&report).unwrap_or_default();
    report.resumed_after = rows;
    (rows, report)
}

impl ImportReport {
    fn add(&mut self, outcomes: &[IntakeOutcome], removed: u64) {
        self.secrets_removed += removed;
        for outcome in outcomes {
            *match outcome {
                IntakeOutcome::Imported { .. } => &mut self.imported,
                IntakeOutcome::Updated { .. } => &mut self.updated,
                IntakeOutcome::Unchanged { .. } => &mut self.unchanged,
                IntakeOutcome::Rejected(_) => &mut self.rejected,
            } += 1;
        }
    }
}
