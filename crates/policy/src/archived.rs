//! Archived records: judged by the policy in force, from the days that went into the archive.

use std::collections::BTreeSet;

use lethe_model::Category;
use serde::{Deserialize, Serialize};

use crate::verdict::{GivenBy, Keep};
use crate::{Day, KeepRule, Policy, RuleThen, StartEvent};

/// What an archived record's terms count from: its rule's name, and the day of every reason to keep
/// it that applied.
///
/// Days and not ends, so that a later policy with other periods applies to it too. As JSON:
/// `{"rule":"invoice","keeps":[["accounting",20088]]}`, a day being the number of days since
/// 1970-01-01.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveClock {
    /// The rule that archived it.
    pub rule: String,
    /// The keeps that applied, each with the day it counts from.
    pub keeps: Vec<(String, Day)>,
}

/// A text that is no archive clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an archived record's clock is malformed; the record stays until that is mended")]
pub struct BadArchiveClock;

impl ArchiveClock {
    /// Writes it as one line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("words and numbers serialise")
    }

    /// Reads what [`ArchiveClock::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// [`BadArchiveClock`] for anything else, also for a clock without a keep or with one twice:
    /// nothing may be destroyed by it.
    pub fn parse(text: &str) -> Result<Self, BadArchiveClock> {
        let clock: Self = serde_json::from_str(text).map_err(|_| BadArchiveClock)?;
        let names: BTreeSet<&str> = clock.keeps.iter().map(|(name, _)| name.as_str()).collect();
        let is_whole = !clock.rule.is_empty()
            && !names.is_empty()
            && !names.contains("")
            && names.len() == clock.keeps.len();
        is_whole.then_some(clock).ok_or(BadArchiveClock)
    }
}

/// What the policy in force says of one archived record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveVerdict {
    /// The last day it is kept; none while `unknown_keeps` is not empty.
    pub kept_until: Option<Day>,
    /// The latest statutory minimum that still runs. A keep that the policy does not know counts as
    /// one without an end: an erasure request cannot take what may be bound by law.
    pub minimum: Option<Keep>,
    /// Legal references, one per known keep.
    pub reasons: Vec<String>,
    /// Keeps that the record remembers and the policy does not know. The record is never due while
    /// there are any; the policy must name them again.
    pub unknown_keeps: Vec<String>,
}

impl ArchiveVerdict {
    /// Says whether the archive's term is over.
    pub fn is_due(&self, today: Day) -> bool {
        self.unknown_keeps.is_empty() && self.kept_until.is_some_and(|last| today > last)
    }
}

impl Policy {
    /// Judges an archived record by the rule that is in force for its shop and category now.
    pub fn archive_verdict(
        &self,
        store: &str,
        category: Category,
        clock: &ArchiveClock,
        today: Day,
    ) -> ArchiveVerdict {
        let known = match self.rule(store, category).map(|rule| &rule.then) {
            Some(RuleThen::Archive(archive)) => archive.keeps.as_slice(),
            _ => &[],
        };
        let (mut keeps, mut unknown_keeps) = (Vec::new(), Vec::new());
        for (name, start) in &clock.keeps {
            match known.iter().find(|keep| keep.name == *name) {
                Some(keep) => keeps.push(judged(keep, *start)),
                None => unknown_keeps.push(name.clone()),
            }
        }
        let minimum = match unknown_keeps.first() {
            Some(name) => Some(without_end(name, today)),
            None => latest_minimum(&keeps, today),
        };
        let ends = keeps.iter().map(|keep| keep.until);
        ArchiveVerdict {
            kept_until: ends.max().filter(|_| unknown_keeps.is_empty()),
            minimum,
            reasons: keeps.into_iter().map(|keep| keep.reference).collect(),
            unknown_keeps,
        }
    }
}

fn judged(keep: &KeepRule, start: Day) -> Keep {
    Keep {
        name: keep.name.clone(),
        event: keep.term.start,
        start,
        given_by: GivenBy::Archive,
        until: start.plus(&keep.term.period),
        is_minimum: keep.minimum,
        reference: keep.reference.clone(),
    }
}

fn latest_minimum(keeps: &[Keep], today: Day) -> Option<Keep> {
    let running = keeps
        .iter()
        .filter(|keep| keep.is_minimum && keep.until >= today);
    running.max_by_key(|keep| keep.until).cloned()
}

fn without_end(name: &str, today: Day) -> Keep {
    Keep {
        name: name.to_owned(),
        event: StartEvent::FinancialYearEnd,
        start: today,
        given_by: GivenBy::Today,
        until: Day::LAST,
        is_minimum: true,
        reference: "the policy in force does not know this keep; it must name it again".to_owned(),
    }
}
