//! Verdicts: what the policy means for one record on one day.

mod decide;
mod start_day;

pub(crate) use start_day::StartDay;

use lethe_model::FieldSet;
use serde::Serialize;

use crate::{ArchiveClock, Day, SealedTo, StartEvent};

/// What the policy says of one record in the active store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The rule that applies; none where the category is left without one.
    pub rule: Option<RuleRef>,
    /// What the active period counts from.
    pub start: Option<Started>,
    /// Why the clock has not started. The same words for all such records, so that they can be
    /// counted by it.
    pub not_started: Option<String>,
    /// The last day in the active store; none while the clock has not started.
    pub kept_until: Option<Day>,
    /// What happens from the day after.
    pub then: Then,
    /// Why a record is erased although its rule archives.
    pub why_erased: Option<WhyErased>,
}

/// Which rule, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleRef {
    /// Its name.
    pub name: String,
    /// Its legal reference.
    pub reference: String,
}

/// What the active period counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Started {
    /// The event that gave the day.
    pub event: StartEvent,
    /// The day.
    #[serde(serialize_with = "Day::as_date")]
    pub day: Day,
    /// Whether it stands in for an event whose day is not known.
    pub is_substitute: bool,
}

/// What happens when the active period is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Nothing: no rule covers it.
    Keep,
    /// It is destroyed.
    Erase,
    /// It is destroyed, and lives on only in statistics.
    Anonymise,
    /// The sorted part moves to the archive; the rest is destroyed.
    Archive(ArchivePlan),
}

/// Why a record is erased although its rule archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyErased {
    /// The archive does not take this order: there is no sale to account for.
    NotForTheArchive,
    /// No reason to keep it in the archive applies to this order.
    NoKeepApplies,
    /// The archive's own term is over already.
    ArchiveTermOver {
        /// The last day on which the archive would have kept it.
        kept_until: Day,
    },
}

/// What moves to the archive, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivePlan {
    /// The sorted part.
    pub fields: FieldSet,
    /// Whose key it is sealed to.
    pub sealed_to: SealedTo,
    /// For how long, and why. Never empty.
    pub keeps: Vec<Keep>,
}

/// A reason to keep an archived record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Keep {
    /// Its name in the rule.
    pub name: String,
    /// The event it counts from.
    pub event: StartEvent,
    /// The day it counts from.
    #[serde(serialize_with = "Day::as_date")]
    pub start: Day,
    /// What gave that day.
    pub given_by: GivenBy,
    /// The last day.
    #[serde(serialize_with = "Day::as_date")]
    pub until: Day,
    /// Whether the law forbids to erase before.
    pub is_minimum: bool,
    /// Where it comes from.
    pub reference: String,
}

/// What gave the day that a term counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GivenBy {
    /// The event itself.
    Event,
    /// Another event that stands in for it.
    Substitute,
    /// The day the active period counts from, as nothing better is known.
    ActiveClock,
    /// Today: no day at all is known, and what happened did so no later.
    Today,
    /// The archive, which remembers it.
    Archive,
}

impl ArchivePlan {
    /// Returns the last day on which the archive keeps the record.
    pub fn kept_until(&self) -> Day {
        let last = self.keeps.iter().map(|keep| keep.until).max();
        last.expect("a plan has a reason to keep")
    }

    /// Returns the latest of the law's minimum terms.
    pub fn minimum(&self) -> Option<&Keep> {
        let minimum = self.keeps.iter().filter(|keep| keep.is_minimum);
        minimum.max_by_key(|keep| keep.until)
    }
}

impl Verdict {
    /// Says whether the active period is over on a day.
    pub fn is_due(&self, today: Day) -> bool {
        !matches!(self.then, Then::Keep) && self.kept_until.is_some_and(|last| today > last)
    }

    /// Returns the latest statutory minimum, whether or not the record is due: through its last
    /// day no erasure request takes the archive's fields. All other fields it takes at once.
    pub fn minimum(&self) -> Option<&Keep> {
        match &self.then {
            Then::Archive(plan) => plan.minimum(),
            _ => None,
        }
    }

    /// Returns what the archive remembers of the record's terms.
    pub fn archive_clock(&self) -> Option<ArchiveClock> {
        let (Then::Archive(plan), Some(rule)) = (&self.then, &self.rule) else {
            return None;
        };
        let keeps = plan.keeps.iter();
        Some(ArchiveClock {
            rule: rule.name.clone(),
            keeps: keeps.map(|keep| (keep.name.clone(), keep.start)).collect(),
        })
    }
}
