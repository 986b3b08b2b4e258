//! After the files of a restore are in place: the vault stays locked until it has caught up.
//!
//! It gets a log of its own, does again what the ledger says was done since the backup (erasures,
//! revocations, holds, policies), drops what no key opens, and counts the day's quotas as spent.
//! Interrupted, it goes on with the next call.

use crate::holds::PlacedHold;
use crate::{Error, Installation, Surroundings, Vault};
use lethe_keeper::{CaughtUp, Keeper, LedgerLine};
use lethe_model::{OrderId, RecordId, SubjectId};
use lethe_store::active::{events, holds, orders, records, statistics};
use lethe_store::archive::records as archived;
use lethe_store::{Folder, StoreError};
use lethe_tlog::{Checkpoint, Note};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

const PAGE: i64 = 2_000;

/// What a restore is given beside the backups.
#[derive(Debug, Clone, Default)]
pub struct RestoreInput {
    /// Copies of the ledger that were kept elsewhere; those from the backups are found by themselves.
    pub ledgers: Vec<PathBuf>,
    /// The last checkpoint of the access log that somebody else has seen.
    pub checkpoint: Option<String>,
    /// Why the vault may be opened although the log does not reach that checkpoint, or no copy of the
    /// ledger is newer than the backup. Logged.
    pub accept_gap: Option<String>,
}

/// What a restore came to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RestoreReport {
    /// Lines of the ledger that were done again.
    pub ledger_lines: u64,
    /// Data keys that a backup had brought back, destroyed again.
    pub keys_destroyed: u64,
    /// People forgotten again.
    pub people_forgotten: u64,
    /// API keys revoked again.
    pub keys_revoked: u64,
    /// Policies adopted again.
    pub policies_adopted: u64,
    /// Holds placed or released again.
    pub holds: u64,
    /// Sealed rows dropped because nothing opens them any more.
    pub rows_dropped: u64,
    /// Orders whose data is lost: hand them in again.
    pub orders_lost: u64,
    /// Entries the restored log holds.
    pub log_entries: u64,
    /// Entries that the last witnessed checkpoint knows and the restored log does not: what they
    /// said is lost.
    pub log_gap: u64,
    /// The new log's name.
    pub log_origin: String,
}

/// A step of a restore, for a progress display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreStep {
    /// The ledger is done again; so many lines are done.
    Ledger(u64),
    /// Sealed rows are compared with the keys; so many were looked at.
    Rows(u64),
}

/// What is written while a folder waits to be caught up.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    version: u32,
    /// The log as it was restored: noted before it is set aside, for a restore that is interrupted.
    #[serde(default)]
    log: Option<RestoredLog>,
}

/// A log that came from a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct RestoredLog {
    origin: String,
    entries: u64,
}

impl Marker {
    const fn new(log: Option<RestoredLog>) -> Self {
        Self { version: 1, log }
    }

    fn read(data: &Path) -> Result<Self, Error> {
        let path = Folder::new(data).restoring();
        let failed = |error| Error::file(format!("cannot read {}", path.display()))(error);
        let bytes = fs::read(&path).map_err(failed)?;
        serde_json::from_slice(&bytes).map_err(|error| failed(error.into()))
    }

    /// Writes it; the folder is locked at every moment if it was before.
    fn write(&self, data: &Path) -> Result<(), Error> {
        let path = Folder::new(data).restoring();
        let aside = path.with_extension("new");
        let what = format!("cannot write {}", path.display());
        let write = || {
            let mut file = File::create(&aside)?;
            file.write_all(&serde_json::to_vec(self).expect("words and numbers serialise"))?;
            file.sync_all()?;
            fs::rename(&aside, &path)?;
            File::open(data)?.sync_all()
        };
        write().map_err(Error::file(what))
    }
}

/// Locks a folder that was unpacked from backups until [`Installation::finish_restore`] has run.
///
/// # Errors
///
/// What the file system says.
pub fn lock_restored(data: &Path) -> Result<(), Error> {
    Marker::new(None).write(data)
}

impl Installation {
    /// Catches a restored folder up and opens it.
    ///
    /// # Errors
    ///
    /// When passphrase, ledger or checkpoint do not fit, or a gap was not accepted; the folder stays
    /// locked and the next call goes on.
    pub fn finish_restore(
        self,
        passphrase: &str,
        around: Surroundings,
        input: &RestoreInput,
        mut progress: impl FnMut(RestoreStep),
    ) -> Result<(Vault, RestoreReport), Error> {
        let root = self.open_root(passphrase)?;
        let folder = self.folder().clone();
        let lines = newest_ledger(&folder, &root, &input.ledgers)?;
        let mut report = RestoreReport {
            ledger_lines: lines.len() as u64,
            ..RestoreReport::default()
        };
        let log = restored_log(&folder, &root)?;
        measure_log(&log, input, &mut report)?;
        if input.accept_gap.is_none() && report.log_gap > 0 {
            return Err(Error::invalid(
                "checkpoint",
                format!(
                    "knows {} entries more than the restored log: restore a newer copy of the log, or accept the gap with a reason",
                    report.log_gap
                ),
            ));
        }
        Keeper::begin_new_origin(&folder, &root, &around, &log.origin)?;
        let vault = self.open_locked(root, around)?;
        for line in &lines {
            vault.do_again(line, &mut report)?;
            progress(RestoreStep::Ledger(line.n + 1));
        }
        vault.keeper.finish_catching_up()?;
        vault.policies.reload(&vault.keeper)?;
        vault.drop_unopenable(&mut report, &mut progress)?;
        report.log_origin = vault.keeper.log_origin().to_owned();
        let detail = serde_json::json!({
            "restore": report, "accepted_gap": input.accept_gap,
        });
        vault.keeper.note_restore(detail)?;
        // Whoever restores has looked at the clock: it is their hand that vouches for it.
        vault.keeper.trust_clock(vault.around.clock.now_ms())?;
        vault.keeper.clear_residues()?;
        vault.keeper.publish_log()?;
        fs::remove_file(folder.restoring())
            .map_err(Error::file("cannot unlock the restored folder"))?;
        Ok((vault, report))
    }
}

impl RestoreReport {
    fn add(&mut self, caught: &CaughtUp) {
        self.keys_destroyed += caught.keys_destroyed as u64;
        self.people_forgotten += caught.forgotten as u64;
        self.keys_revoked += caught.revoked as u64;
        self.policies_adopted += caught.policies as u64;
        self.holds += caught.holds.len() as u64;
    }
}

/// Finds the copy of the ledger that knows most, and puts it in place. Copies must agree as far as
/// both reach: one that does not is somebody's forgery.
fn newest_ledger(
    folder: &Folder,
    root: &lethe_crypto::SecretKey,
    given: &[PathBuf],
) -> Result<Vec<LedgerLine>, Error> {
    let home = folder.ledger();
    let dir = home.parent().unwrap_or(folder.path());
    let found = ["from-data.jsonl", "from-keyring.jsonl", "ledger.jsonl"];
    let mut copies: Vec<PathBuf> = found.iter().map(|name| dir.join(name)).collect();
    copies.retain(|path| path.exists());
    copies.extend(given.iter().cloned());
    let read = Keeper::read_ledger_copies(folder, root, &copies)?;
    let mut best: Option<&(PathBuf, Vec<LedgerLine>)> = None;
    for copy in &read {
        if let Some(known) = best {
            let common = known.1.len().min(copy.1.len());
            if known.1[..common] != copy.1[..common] {
                return Err(Error::invalid(
                    "ledger",
                    format!(
                        "{} and {} contradict each other: one of them was altered; treat it as an incident",
                        known.0.display(),
                        copy.0.display()
                    ),
                ));
            }
        }
        if best.is_none_or(|known| known.1.len() < copy.1.len()) {
            best = Some(copy);
        }
    }
    let Some((path, lines)) = best else {
        return Ok(Vec::new());
    };
    if *path != home {
        let what = format!("cannot put the ledger in place at {}", home.display());
        let aside = home.with_extension("new");
        let place = || {
            fs::copy(path, &aside)?;
            File::open(&aside)?.sync_all()?;
            fs::rename(&aside, &home)?;
            File::open(dir)?.sync_all()
        };
        place().map_err(Error::file(what))?;
    }
    Ok(lines.clone())
}

/// Says which log the backups brought, and how long it is: noted at the first try, because from then
/// on another log lies in its place.
fn restored_log(folder: &Folder, root: &lethe_crypto::SecretKey) -> Result<RestoredLog, Error> {
    if let Some(log) = Marker::read(folder.path())?.log {
        return Ok(log);
    }
    let files = lethe_keeper::log::LogFiles::new(&folder.log_dir());
    let own = files
        .checkpoint()
        .map_err(Error::file("cannot read the restored log"))?;
    let log = RestoredLog {
        origin: Keeper::log_origin_in(folder, root)?,
        entries: own.as_deref().and_then(size_of).unwrap_or(0),
    };
    Marker::new(Some(log.clone())).write(folder.path())?;
    Ok(log)
}

fn size_of(checkpoint: &str) -> Option<u64> {
    let note = Note::parse(checkpoint.as_bytes()).ok()?;
    note.text().parse::<Checkpoint>().ok().map(|one| one.size())
}

/// Compares the restored log with the last checkpoint somebody else has seen.
fn measure_log(
    log: &RestoredLog,
    input: &RestoreInput,
    report: &mut RestoreReport,
) -> Result<(), Error> {
    report.log_entries = log.entries;
    if let Some(seen) = &input.checkpoint {
        let seen = size_of(seen).ok_or_else(|| {
            Error::invalid(
                "checkpoint",
                "is no checkpoint: give the file as the log published it",
            )
        })?;
        report.log_gap = seen.saturating_sub(report.log_entries);
    }
    Ok(())
}

impl Vault {
    /// Does a line of the ledger again. A person whom the backup brought back is erased like the first
    /// time: what the law keeps goes to the archive, which the backup may not know yet.
    fn do_again(&self, line: &LedgerLine, report: &mut RestoreReport) -> Result<(), Error> {
        let mut caught = CaughtUp::default();
        let is_back = |subject: &SubjectId| -> Result<bool, StoreError> {
            // A restored folder has files of its own: there is nobody to wait for.
            let state = &mut *self.intake.lock().map_err(|_| StoreError::Busy)?;
            state.active.read(|tx| {
                Ok(records::any_of_subject(tx, subject)?
                    || !orders::of_subject(tx, subject)?.is_empty())
            })
        };
        let back = self.keeper.catch_up(line, is_back, &mut caught)?;
        self.restore_holds(&caught)?;
        report.add(&caught);
        for subject in back {
            let store = self.keeper.store_of(&subject)?;
            let Some(store) = store else { continue };
            let operator = self.operator(store)?;
            self.erase_again(&operator, subject)?;
            report.people_forgotten += 1;
        }
        Ok(())
    }

    /// Places and releases holds again.
    fn restore_holds(&self, caught: &CaughtUp) -> Result<(), Error> {
        let state = &mut *self.intake.lock()?;
        for (id, placed) in &caught.holds {
            let rows = placed
                .clone()
                .and_then(|placed| serde_json::from_value::<PlacedHold>(placed).ok())
                .and_then(|placed| placed.to_rows(id));
            let now_ms = self.around.clock.now_ms();
            state.active.write(|tx| -> Result<(), StoreError> {
                match &rows {
                    Some((row, records)) => holds::insert(tx, row, records),
                    None => holds::release(tx, id, "ledger", now_ms).map(drop),
                }
            })?;
        }
        Ok(())
    }

    /// Drops sealed rows that no key opens, and lets orders whose data is gone come in again.
    fn drop_unopenable(
        &self,
        report: &mut RestoreReport,
        progress: &mut impl FnMut(RestoreStep),
    ) -> Result<(), Error> {
        let state = &mut *self.intake.lock()?;
        let mut seen = 0;
        let mut after: Option<RecordId> = None;
        loop {
            let rows = state
                .active
                .read(|tx| records::page(tx, after.as_ref(), PAGE))?;
            let Some((last, _)) = rows.last() else { break };
            after = Some(*last);
            seen += rows.len() as u64;
            let orphans = self.keeper.without_key(&rows)?;
            report.rows_dropped += orphans.len() as u64;
            state.active.write(|tx| -> Result<(), StoreError> {
                orphans
                    .iter()
                    .try_for_each(|one| records::delete(tx, one).map(drop))
            })?;
            progress(RestoreStep::Rows(seen));
        }
        let mut after: Option<RecordId> = None;
        loop {
            let rows = state
                .archive
                .read(|tx| archived::page(tx, after.as_ref(), PAGE))?;
            let Some(last) = rows.last() else { break };
            after = Some(*last);
            seen += rows.len() as u64;
            let rows: Vec<(RecordId, u32)> = rows.into_iter().map(|one| (one, 0)).collect();
            let orphans = self.keeper.without_key(&rows)?;
            report.rows_dropped += orphans.len() as u64;
            state.archive.write(|tx| -> Result<(), StoreError> {
                orphans
                    .iter()
                    .try_for_each(|one| archived::delete(tx, one).map(drop))
            })?;
            progress(RestoreStep::Rows(seen));
        }
        drop_empty_orders(&mut state.active)?;
        self.expect_lost_again(state, report)?;
        state.active.checkpoint()?;
        state.archive.checkpoint()?;
        Ok(())
    }

    /// An order that the keyring knows and the databases do not is lost: it may come in again.
    fn expect_lost_again(
        &self,
        state: &mut crate::intake::State,
        report: &mut RestoreReport,
    ) -> Result<(), Error> {
        let mut after = [0; 16];
        loop {
            let known = self.keeper.known_orders(&after, PAGE)?;
            let Some(last) = known.last() else {
                return Ok(());
            };
            after = last.hash;
            let mut lost = Vec::new();
            for one in &known {
                let is_there = if one.is_archived {
                    let rows = state
                        .archive
                        .read(|tx| archived::of_subject(tx, &one.subject))?;
                    !rows.is_empty()
                } else {
                    state.active.read(|tx| -> Result<bool, StoreError> {
                        if one.order.is_account() {
                            Ok(!records::of_order(tx, &one.subject, &one.order)?.is_empty())
                        } else {
                            Ok(orders::fetch(tx, &one.subject, &one.order)?.is_some())
                        }
                    })?
                };
                if !is_there {
                    lost.push(one.hash);
                }
            }
            report.orders_lost += lost.len() as u64;
            self.keeper.expect_again(&lost, &[])?;
        }
    }
}

/// Removes relations of which no record is left.
fn drop_empty_orders(active: &mut lethe_store::Database) -> Result<(), StoreError> {
    let mut after = (SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT);
    let stores = active.read(lethe_store::active::stores::list)?;
    for store in stores {
        loop {
            let rows = active.read(|tx| orders::page(tx, store.id, after, PAGE))?;
            let Some(last) = rows.last() else { break };
            after = (last.subject, last.order);
            active.write(|tx| -> Result<(), StoreError> {
                for row in &rows {
                    if crate::retention::scan::order_records(tx, row)?.is_empty() {
                        orders::delete(tx, &row.subject, &row.order)?;
                        events::delete_order(tx, &row.subject, &row.order)?;
                    }
                }
                Ok(())
            })?;
        }
        after = (SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT);
    }
    active.write(statistics::forget_gone_buyers)?;
    Ok(())
}
