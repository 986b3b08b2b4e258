//! What a plan foresees and a run did: counts by rule, never an order or a person.

use lethe_policy::{Day, Then, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What happens to records whose term is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetentionAction {
    /// The sorted part moves to the archive, the rest is destroyed.
    Archive,
    /// All of it is destroyed.
    Erase,
    /// All of it is destroyed, and counted in the statistics.
    Anonymise,
}

/// One rule's share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCount {
    /// The rule.
    pub rule: String,
    /// The kind of record.
    pub category: String,
    /// What happens.
    pub action: RetentionAction,
    /// Its legal reference.
    pub reference: String,
    /// How many records.
    pub records: u64,
    /// The earliest day their clocks started.
    pub earliest_start: Option<Day>,
    /// The latest.
    pub latest_start: Option<Day>,
}

/// Counts of a plan or a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RetentionReport {
    /// By rule and action.
    pub rules: Vec<RuleCount>,
    /// Records that were due and are held, by legal hold.
    pub held: BTreeMap<String, u64>,
    /// Records whose clock has not started, by reason.
    pub not_started: BTreeMap<String, u64>,
    /// Records that no rule covers, by kind.
    pub without_rule: BTreeMap<String, u64>,
    /// Records that are due and cannot move, by reason.
    pub blocked: BTreeMap<String, u64>,
    /// Orders looked at.
    pub orders_seen: u64,
    /// Archived records looked at.
    pub archived_seen: u64,
    /// Orders of which nothing stays in the active store.
    pub orders_ended: u64,
    /// People who can no longer be looked up.
    pub people_unlinked: u64,
    /// People (and archived orders) forgotten wholly, in the access log too.
    pub people_forgotten: u64,
    /// Tombstones older than their term that were dropped.
    pub tombstones_expired: u64,
    /// Months closed in the statistics.
    pub months_closed: u64,
    /// The first entry of the run in the access log.
    pub log_from: Option<u64>,
    /// The last.
    pub log_to: Option<u64>,
    /// Why the run ended before everything due was done.
    pub stopped: Option<String>,
}

impl RetentionReport {
    /// Returns how many records moved or were destroyed, or would be.
    pub fn records(&self) -> u64 {
        self.rules.iter().map(|rule| rule.records).sum()
    }

    /// Returns how many due records stay, because of holds or because they cannot move.
    pub fn kept_back(&self) -> u64 {
        self.held.values().chain(self.blocked.values()).sum()
    }

    pub(crate) fn add(&mut self, category: &str, verdict: &Verdict) {
        let action = match &verdict.then {
            Then::Archive(_) => RetentionAction::Archive,
            Then::Anonymise => RetentionAction::Anonymise,
            Then::Erase | Then::Keep => RetentionAction::Erase,
        };
        let Some(rule) = &verdict.rule else { return };
        let start = verdict.start.as_ref().map(|start| start.day);
        self.count(&rule.name, category, action, &rule.reference, start);
    }

    pub(crate) fn count(
        &mut self,
        rule: &str,
        category: &str,
        action: RetentionAction,
        reference: &str,
        start: Option<Day>,
    ) {
        let is_same = |one: &&mut RuleCount| {
            one.rule == rule && one.category == category && one.action == action
        };
        let counted = match self.rules.iter_mut().find(is_same) {
            Some(counted) => counted,
            None => {
                self.rules.push(RuleCount {
                    rule: rule.to_owned(),
                    category: category.to_owned(),
                    action,
                    reference: reference.to_owned(),
                    records: 0,
                    earliest_start: None,
                    latest_start: None,
                });
                self.rules.last_mut().expect("just pushed")
            }
        };
        counted.records += 1;
        if let Some(start) = start {
            let earliest = counted.earliest_start.map_or(start, |day| day.min(start));
            let latest = counted.latest_start.map_or(start, |day| day.max(start));
            (counted.earliest_start, counted.latest_start) = (Some(earliest), Some(latest));
        }
    }

    pub(crate) fn note_log(&mut self, intent: u64, outcome: u64) {
        self.log_from.get_or_insert(intent);
        self.log_to = Some(outcome);
    }
}
