//! A checked policy.

use crate::check::{PolicyErrors, check};
use crate::clock::OrderClock;
use crate::file::{PolicyFile, Rule, StatisticsRules};
use crate::{Day, Period};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use lethe_model::{Category, Field, FieldSet};
use sha2::{Digest, Sha256};

/// A retention policy: parsed, checked, ready to judge.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) text: String,
    pub(crate) revision: String,
    pub(crate) zone: TimeZone,
    pub(crate) open_events_at_most: Option<Period>,
    pub(crate) year_end: (i8, i8),
    pub(crate) rules: Vec<Rule>,
    pub(crate) backups: Backups,
    pub(crate) tombstones: Period,
    pub(crate) statistics: StatisticsRules,
    pub(crate) safety: Safety,
    pub(crate) warnings: Vec<String>,
}

/// How long backups live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backups {
    /// Of the keyring, in days.
    pub keyring_days: u32,
    /// Of the data, in days.
    pub data_days: u32,
}

/// What keeps destruction from being ordered from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Safety {
    /// Records that the first run takes at most.
    pub first_run_at_most: u64,
    /// Records a day; more need two approvers.
    pub per_day_at_most: u64,
    /// Erasures that API keys may ask for in a day.
    pub erasures_per_day_at_most: u32,
    /// How long such a request waits, in days.
    pub request_delay_days: u32,
    /// How long a policy waits that destroys earlier, in days.
    pub shorter_policy_delay_days: u32,
    /// How far the clock may have moved since somebody vouched for it, in days.
    pub clock_jump_at_most_days: u32,
}

/// A financial year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinancialYear {
    /// The year in which it ends.
    pub label: String,
    /// Its last day.
    pub last_day: Day,
}

impl Policy {
    /// The commented default for a French merchant.
    pub const DEFAULT_TEXT: &'static str = include_str!("../policy.toml");

    /// Reads and checks a policy.
    ///
    /// # Errors
    ///
    /// Every problem at once, each with the rule it is in and what to do.
    pub fn parse(text: &str) -> Result<Self, PolicyErrors> {
        let file: PolicyFile = toml::from_str(text).map_err(PolicyErrors::of_toml)?;
        check(file, text)
    }

    /// Returns the exact text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns SHA-256 of the exact text.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }

    /// Returns the merchant's own label.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Returns what is allowed and still worth a look.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Returns the rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns where days begin and end.
    pub fn time_zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Returns the day of a moment.
    pub fn today(&self, now: Timestamp) -> Day {
        Day::of(now, &self.zone)
    }

    /// Returns the lives of backups.
    pub fn backups(&self) -> &Backups {
        &self.backups
    }

    /// Returns how long tombstones are kept.
    pub fn tombstone_term(&self) -> &Period {
        &self.tombstones
    }

    /// Returns what remains of orders.
    pub fn statistics(&self) -> &StatisticsRules {
        &self.statistics
    }

    /// Returns the caps and delays.
    pub fn safety(&self) -> &Safety {
        &self.safety
    }

    /// Returns the financial year an order belongs to; `None` while neither payment nor order has a
    /// day.
    pub fn financial_year(&self, clock: &OrderClock) -> Option<FinancialYear> {
        let last_day = self.year_end(clock.accounted()?);
        Some(FinancialYear {
            label: last_day.to_date().year().to_string(),
            last_day,
        })
    }

    /// Returns the last day of the financial year that a day is in.
    pub(crate) fn year_end(&self, day: Day) -> Day {
        let this = self.year_end_in(day.to_date().year());
        if day <= this {
            this
        } else {
            self.year_end_in(day.to_date().year() + 1)
        }
    }

    fn year_end_in(&self, year: i16) -> Day {
        let (month, day) = self.year_end;
        let first = date(year.clamp(-9999, 9999), month, 1);
        let last = day.min(first.days_in_month());
        let end: Date = date(first.year(), month, last);
        Day::from_date(end)
    }

    /// Finds the rule of a kind of record: a shop's own wins over the general one.
    pub(crate) fn rule(&self, store: &str, category: Category) -> Option<&Rule> {
        let of = |wanted: Option<&str>| {
            self.rules
                .iter()
                .find(|rule| rule.category == category.name() && rule.store.as_deref() == wanted)
        };
        of(Some(store)).or_else(|| of(None))
    }

    /// Returns the fields of a kind of record that are sorted into the archive.
    pub fn archive_fields(&self, store: &str, category: Category) -> FieldSet {
        let rule = self.rule(store, category);
        let archive = rule.and_then(|rule| rule.archive.as_ref());
        archive.map_or(FieldSet::EMPTY, |archive| fields(&archive.fields))
    }
}

/// Parses field references that were checked.
pub(crate) fn fields(names: &[String]) -> FieldSet {
    names
        .iter()
        .filter_map(|name| Field::parse(name).ok())
        .collect()
}
