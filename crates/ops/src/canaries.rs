//! Canaries: people who do not exist, planted so that whoever reads one shows where a list came from.
//!
//! They are stored like everybody else and no column tells them apart. Their orders were shipped long
//! ago: honest work, which starts from a customer's question or an unshipped order, never meets one.
//! Lists show a recipient its own canaries only.

use crate::intake::BatchItem;
use crate::{Error, IntakeOutcome, Vault};
use lethe_formats::Source;
use lethe_keeper::{Credential, ProposalKind};
use lethe_model::{OrderId, Power, StoreId, SubjectId};
use lethe_store::active::orders;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The most canaries planted at once.
const PLANTED_MAX: usize = 1_000;

/// How many canaries of a recipient are in the active store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CanaryCount {
    /// For whom they were planted.
    pub recipient: String,
    /// Orders of canaries.
    pub orders: u64,
    /// The canaries' public ids (`can_…`): they lead to nobody without the vault's key.
    pub ids: Vec<String>,
}

/// Which canaries are taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CanaryChoice {
    /// Those with these public ids.
    Ids(Vec<String>),
    /// All that were planted for a recipient.
    Recipient(String),
}

/// Canaries that were taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemovedCanaries {
    /// Their public ids.
    pub removed: Vec<String>,
    /// Said when one person was enough for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<&'static str>,
}

/// One canary in the active store.
struct Canary {
    id: String,
    subject: SubjectId,
    recipient: String,
    orders: u64,
}

impl CanaryChoice {
    /// Picks them out of all; each that is named must be there.
    fn among(&self, all: Vec<Canary>) -> Result<Vec<Canary>, Error> {
        let is_chosen = |one: &Canary| match self {
            Self::Ids(ids) => ids.contains(&one.id),
            Self::Recipient(name) => one.recipient == *name,
        };
        let chosen: Vec<Canary> = all.into_iter().filter(is_chosen).collect();
        let is_complete = match self {
            Self::Ids(ids) => ids.iter().all(|id| chosen.iter().any(|one| one.id == *id)),
            Self::Recipient(_) => true,
        };
        if is_complete && !chosen.is_empty() {
            Ok(chosen)
        } else {
            Err(Error::NotFound)
        }
    }
}

impl Vault {
    /// Takes orders of invented people in as canaries for a recipient; returns how many were stored.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`, no credential has this recipient, or nothing could be
    /// stored.
    pub fn plant_canaries(
        &self,
        by: &Arc<Credential>,
        recipient: &str,
        source: &mut dyn Source,
    ) -> Result<u64, Error> {
        self.permit(by, Power::Keys)?;
        let all = self.keeper.credentials();
        let is_known = |one: &&Arc<Credential>| one.store == by.store && one.recipient == recipient;
        if !all.iter().any(|one| is_known(&one)) {
            return Err(Error::invalid(
                "recipient",
                "holds no key: canaries are planted for somebody who could read them",
            ));
        }
        let preparer = self.preparer(by.store)?;
        let items: Vec<BatchItem> = source
            .map(|one| crate::import::prepare(&preparer, one))
            .collect();
        if items.len() > PLANTED_MAX {
            return Err(Error::invalid("count", "is more than 1,000 at once"));
        }
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        self.keeper.begin_canaries(by, recipient, count)?;
        let moments = self.moments(by.store, items.len())?;
        let ids = moments
            .into_iter()
            .filter_map(|at_ms| self.keeper.canary(at_ms, recipient));
        let outcomes = self.intake.take_canaries(by, items, ids.collect())?;
        let planted = outcomes
            .iter()
            .filter(|one| matches!(one, IntakeOutcome::Imported { .. }));
        Ok(planted.count() as u64)
    }

    /// As [`Vault::plant_canaries`], of a Shopify order export.
    ///
    /// # Errors
    ///
    /// Also when it is none.
    pub fn plant_canaries_of_export(
        &self,
        by: &Arc<Credential>,
        recipient: &str,
        csv: &[u8],
    ) -> Result<u64, Error> {
        self.permit(by, Power::Keys)?;
        let mut source = lethe_formats::read_shopify_orders(csv)
            .map_err(|_| Error::invalid("orders", "is no Shopify order export"))?;
        self.plant_canaries(by, recipient, &mut source)
    }

    /// Lists the canaries of the caller's shop by recipient.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`, or the database fails.
    pub fn canary_counts(&self, by: &Credential) -> Result<Vec<CanaryCount>, Error> {
        self.permit(by, Power::Keys)?;
        let mut counts: BTreeMap<String, CanaryCount> = BTreeMap::new();
        for one in self.canaries(by.store)? {
            let count = counts.entry(one.recipient.clone());
            let count = count.or_insert_with(|| CanaryCount {
                recipient: one.recipient,
                orders: 0,
                ids: Vec::new(),
            });
            count.orders += one.orders;
            count.ids.push(one.id);
        }
        Ok(counts.into_values().collect())
    }

    /// Takes canaries away: the invented people are erased like any person, so that no row of an
    /// erasure says what they were. Two others approve exactly these canaries first, where there are
    /// two others.
    ///
    /// # Errors
    ///
    /// [`Error::ApprovalNeeded`] with the proposal that waits; [`Error::NotFound`] when there is no such
    /// canary, or none of the recipient; [`Error::CannotArchive`] as for a person; when the grant lacks the power `keys` or `erase`.
    pub fn remove_canaries(
        &self,
        by: &Credential,
        which: &CanaryChoice,
        reason: &str,
    ) -> Result<RemovedCanaries, Error> {
        self.permit(by, Power::Keys)?;
        self.permit(by, Power::Erase)?;
        crate::archive::check_reason(reason)?;
        let chosen = which.among(self.canaries(by.store)?)?;
        // What cannot be erased must not use an approval up.
        for one in &chosen {
            self.preview_subject(by, one.subject)?;
        }
        let ids: Vec<&str> = chosen.iter().map(|one| one.id.as_str()).collect();
        let recipients: BTreeSet<&str> = chosen.iter().map(|one| one.recipient.as_str()).collect();
        let frozen = serde_json::json!({ "canaries": ids, "recipients": recipients });
        let control = self.control(by, ProposalKind::CanaryRemoval, &frozen, reason)?;
        for one in &chosen {
            self.erase_subject(by, one.subject)?;
        }
        Ok(RemovedCanaries {
            removed: ids.into_iter().map(str::to_owned).collect(),
            warning: control.warning(),
        })
    }

    /// Finds the canaries of a shop, in the order of their public ids.
    fn canaries(&self, store: StoreId) -> Result<Vec<Canary>, Error> {
        let recipients: BTreeSet<String> = self
            .keeper
            .credentials()
            .iter()
            .filter(|one| one.store == store)
            .map(|one| one.recipient.clone())
            .collect();
        let mut found: BTreeMap<String, Canary> = BTreeMap::new();
        let mut after = (SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT);
        loop {
            let page = self.read_active(|tx| orders::page(tx, store, after, 1_000))?;
            let Some(last) = page.last() else { break };
            after = (last.subject, last.order);
            for row in page {
                let Some(id) = self.keeper.canary_id(&row.subject) else {
                    continue;
                };
                let of = recipients
                    .iter()
                    .find(|name| !self.keeper.is_canary_of_another(&row.subject, name));
                let recipient = of.map_or("nobody any more", String::as_str).to_owned();
                let canary = found.entry(id.clone()).or_insert(Canary {
                    id,
                    subject: row.subject,
                    recipient,
                    orders: 0,
                });
                canary.orders += 1;
            }
        }
        Ok(found.into_values().collect())
    }

    /// Draws moments at which real people came, so that canaries do not stand out by theirs.
    fn moments(&self, store: StoreId, count: usize) -> Result<Vec<i64>, Error> {
        let now_ms = self.around.clock.now_ms();
        let mut moments = Vec::with_capacity(count);
        let first = self.read_active(|tx| {
            orders::page(
                tx,
                store,
                (SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT),
                1,
            )
        })?;
        let first_ms = first.first().map_or(now_ms, |row| moment_of(&row.subject));
        for _ in 0..count {
            let draw = u64::from_be_bytes(self.around.random.bytes::<8>());
            let span = u64::try_from((now_ms - first_ms).max(1)).unwrap_or(1);
            let wanted_ms = first_ms + i64::try_from(draw % span).unwrap_or(0);
            let start = SubjectId::from_parts(wanted_ms, self.around.random.bytes());
            let near =
                self.read_active(|tx| orders::page(tx, store, (start, OrderId::ACCOUNT), 1))?;
            let mut at_ms = near.first().map_or(first_ms, |row| moment_of(&row.subject));
            // One canary for each moment and recipient.
            while moments.contains(&at_ms) {
                at_ms += 1;
            }
            moments.push(at_ms);
        }
        Ok(moments)
    }
}

fn moment_of(subject: &SubjectId) -> i64 {
    let id = subject.as_bytes();
    let mut at_ms = [0; 8];
    at_ms[2..].copy_from_slice(&id[..6]);
    i64::from_be_bytes(at_ms)
}
