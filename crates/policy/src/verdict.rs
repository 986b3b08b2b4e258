//! The verdict: what the policy says of one record on one day.

use crate::clock::{ArchiveClock, Clock, StartEvent};
use crate::file::{ArchiveRule, KeepRule, OnlyIf, Rule, SealedTo, Substitute, ThenWord};
use crate::policy::fields;
use crate::{Day, Policy};
use lethe_model::{Category, FieldSet};
use serde::Serialize;

/// Which rule, and where it is from.
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
    pub day: Day,
    /// Whether it stands in for an event whose day is not known.
    pub is_substitute: bool,
}

/// A reason to keep an archived record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Keep {
    /// Its name.
    pub name: String,
    /// The day it counts from.
    pub start: Day,
    /// The last day.
    pub until: Day,
    /// Whether the law demands it.
    pub is_minimum: bool,
    /// Where it is from.
    pub reference: String,
}

/// What moves to the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivePlan {
    /// The sorted subset.
    pub fields: FieldSet,
    /// Whose key it is sealed to.
    pub sealed_to: SealedTo,
    /// For how long, and why. Never empty.
    pub keeps: Vec<Keep>,
}

/// What happens when the active period is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Nothing: no rule covers it.
    Keep,
    /// It is destroyed.
    Erase,
    /// It is destroyed and counted.
    Anonymise,
    /// The sorted part moves to the archive.
    Archive(ArchivePlan),
}

/// What the policy says of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The rule that applies.
    pub rule: Option<RuleRef>,
    /// What the active period counts from.
    pub start: Option<Started>,
    /// Why the clock has not started.
    pub not_started: Option<String>,
    /// The last day in the active store.
    pub kept_until: Option<Day>,
    /// What happens the day after.
    pub then: Then,
}

/// What the policy says of one archived record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveVerdict {
    /// The last day it is kept.
    pub kept_until: Option<Day>,
    /// The latest statutory minimum.
    pub minimum: Option<Keep>,
    /// Legal references, one per keep.
    pub reasons: Vec<String>,
    /// Keeps that the policy no longer knows: the record is never due until that is settled.
    pub unknown_keeps: Vec<String>,
}

impl Verdict {
    /// Says whether the active period is over.
    pub fn is_due(&self, today: Day) -> bool {
        !matches!(self.then, Then::Keep) && self.kept_until.is_some_and(|last| last < today)
    }

    /// Returns the latest statutory minimum.
    pub fn minimum(&self) -> Option<&Keep> {
        let Then::Archive(plan) = &self.then else {
            return None;
        };
        let minimum = plan.keeps.iter().filter(|keep| keep.is_minimum);
        minimum.max_by_key(|keep| keep.until)
    }

    /// Returns what the archive remembers.
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

impl ArchiveVerdict {
    /// Says whether the archive's term is over.
    pub fn is_due(&self, today: Day) -> bool {
        self.unknown_keeps.is_empty() && self.kept_until.is_some_and(|last| last < today)
    }
}

impl Policy {
    /// Judges a record in the active store.
    pub fn verdict(
        &self,
        store: &str,
        category: Category,
        clock: Clock<'_>,
        today: Day,
    ) -> Verdict {
        let Some(rule) = self.rule(store, category) else {
            return Verdict {
                rule: None,
                start: None,
                not_started: None,
                kept_until: None,
                then: Then::Keep,
            };
        };
        let (start, not_started) = match self.open_event(clock, today) {
            Some(reason) => (None, Some(reason)),
            None => match self.start(rule.start, &rule.substitutes, clock) {
                Some(start) => (Some(start), None),
                None => (
                    None,
                    Some(format!("the day of {} is not known", rule.start.name())),
                ),
            },
        };
        Verdict {
            rule: Some(RuleRef {
                name: rule.name.clone(),
                reference: rule.reference.clone(),
            }),
            kept_until: start.and_then(|start| start.day.checked_add(&rule.period)),
            start,
            not_started,
            then: self.then(rule, clock, today),
        }
    }

    /// Judges a record in the archive by what it was archived with and the terms of today.
    pub fn archive_verdict(
        &self,
        store: &str,
        category: Category,
        clock: &ArchiveClock,
        today: Day,
    ) -> ArchiveVerdict {
        let rule = self.rule(store, category);
        let archive = rule.and_then(|rule| rule.archive.as_ref());
        let known: &[KeepRule] = archive.map_or(&[], |archive| &archive.keep);
        let mut verdict = ArchiveVerdict {
            kept_until: None,
            minimum: None,
            reasons: Vec::new(),
            unknown_keeps: Vec::new(),
        };
        for (name, start) in &clock.keeps {
            let found = known.iter().find(|keep| keep.name == *name);
            let until = found.and_then(|keep| start.checked_add(&keep.period));
            let (Some(keep), Some(until)) = (found, until) else {
                verdict.unknown_keeps.push(name.clone());
                continue;
            };
            let is_later = verdict.minimum.as_ref().is_none_or(|one| one.until < until);
            if keep.minimum && is_later && until >= today {
                verdict.minimum = Some(kept(keep, *start, until));
            }
            verdict.kept_until = verdict.kept_until.max(Some(until));
            verdict.reasons.push(keep.reference.clone());
        }
        verdict
    }

    fn then(&self, rule: &Rule, clock: Clock<'_>, today: Day) -> Then {
        match (rule.then, &rule.archive) {
            (ThenWord::Anonymise, _) => Then::Anonymise,
            (ThenWord::Archive, Some(archive)) => self.archive_plan(archive, clock, today),
            (ThenWord::Erase | ThenWord::Archive, _) => Then::Erase,
        }
    }

    /// Says what moves to the archive; what no keep wants any more is erased.
    fn archive_plan(&self, archive: &ArchiveRule, clock: Clock<'_>, today: Day) -> Then {
        let is_owed = match clock {
            Clock::Order(order) => archive.only_if == OnlyIf::Always || order.is_owed(),
            Clock::Account(_) => true,
        };
        let keeps: Vec<Keep> = archive
            .keep
            .iter()
            .filter(|keep| applies(keep, clock))
            .filter_map(|keep| {
                let start = self.start(keep.start, &keep.substitutes, clock)?.day;
                Some(kept(keep, start, start.checked_add(&keep.period)?))
            })
            .collect();
        if !is_owed || !keeps.iter().any(|keep| keep.until >= today) {
            return Then::Erase;
        }
        Then::Archive(ArchivePlan {
            fields: fields(&archive.fields),
            sealed_to: archive.sealed_to,
            keeps,
        })
    }

    /// An open return or dispute stops the clock, but not for ever.
    fn open_event(&self, clock: Clock<'_>, today: Day) -> Option<String> {
        let Clock::Order(order) = clock else {
            return None;
        };
        let since = order.open_event_since?;
        let at_most = self.open_events_at_most.as_ref();
        let until = at_most.and_then(|period| since.checked_add(period));
        let is_open = until.is_none_or(|until| today <= until);
        is_open.then(|| "a return or dispute is open".to_owned())
    }

    pub(crate) fn start(
        &self,
        event: StartEvent,
        substitutes: &[Substitute],
        clock: Clock<'_>,
    ) -> Option<Started> {
        let day_of = |event: StartEvent| event.day(clock, |day| self.year_end(day));
        if let Some(day) = day_of(event) {
            return Some(Started {
                event,
                day,
                is_substitute: false,
            });
        }
        substitutes.iter().find_map(|substitute| {
            let day = day_of(substitute.start)?.checked_add(&substitute.plus)?;
            Some(Started {
                event: substitute.start,
                day,
                is_substitute: true,
            })
        })
    }
}

/// A total that is not known, or in another currency, counts as reaching the bound: rather kept.
fn applies(keep: &KeepRule, clock: Clock<'_>) -> bool {
    let (Some(when), Clock::Order(order)) = (&keep.when, clock) else {
        return true;
    };
    let is_comparable = order.currency.as_deref() == Some(when.currency.as_str());
    !is_comparable
        || order
            .total_minor
            .is_none_or(|total| total >= when.total_at_least)
}

fn kept(keep: &KeepRule, start: Day, until: Day) -> Keep {
    Keep {
        name: keep.name.clone(),
        start,
        until,
        is_minimum: keep.minimum,
        reference: keep.reference.clone(),
    }
}
