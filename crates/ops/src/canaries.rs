//! Canaries: people who do not exist, planted so that whoever reads one shows where a list came from.
//!
//! They are stored like everybody else and no column tells them apart. Their orders were shipped long
//! ago: honest work, which starts from a customer's question or an unshipped order, never meets one.
//! Lists show a recipient its own canaries only.

use crate::intake::BatchItem;
use crate::{Error, IntakeOutcome, Vault};
use lethe_formats::Source;
use lethe_keeper::Credential;
use lethe_model::{OrderId, StoreId, SubjectId};
use lethe_store::active::orders;
use serde::Serialize;
use std::collections::BTreeMap;
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
        self.permit(by, lethe_model::Power::Keys)?;
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

    /// Counts the canaries of the caller's shop by recipient.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`, or the database fails.
    pub fn canary_counts(&self, by: &Credential) -> Result<Vec<CanaryCount>, Error> {
        self.permit(by, lethe_model::Power::Keys)?;
        let recipients: std::collections::BTreeSet<String> = self
            .keeper
            .credentials()
            .iter()
            .filter(|one| one.store == by.store)
            .map(|one| one.recipient.clone())
            .collect();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut after = (SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT);
        loop {
            let page = self.read_active(|tx| orders::page(tx, by.store, after, 1_000))?;
            let Some(last) = page.last() else { break };
            after = (last.subject, last.order);
            for row in page
                .iter()
                .filter(|row| self.keeper.is_canary(&row.subject))
            {
                let of = recipients
                    .iter()
                    .find(|name| !self.keeper.is_canary_of_another(&row.subject, name));
                let of = of.map_or("nobody any more", String::as_str);
                *counts.entry(of.to_owned()).or_default() += 1;
            }
        }
        let counts = counts.into_iter();
        Ok(counts
            .map(|(recipient, orders)| CanaryCount { recipient, orders })
            .collect())
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
