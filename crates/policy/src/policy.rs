//! The policy: a checked `policy.toml`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lethe_model::{Category, FieldSet};
use sha2::{Digest, Sha256};

use crate::financial_year::FinancialYearEnd;
use crate::parse::{self, PolicyErrors, Problem};
use crate::{
    Backups, Day, FinancialYear, OrderClock, Period, Rule, RuleThen, Safety, StatisticsRules,
};

/// A policy that is complete and without contradictions.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) text: String,
    pub(crate) revision: String,
    pub(crate) time_zone: TimeZone,
    pub(crate) financial_year: FinancialYearEnd,
    pub(crate) open_events_at_most: Period,
    pub(crate) rules: Vec<Rule>,
    pub(crate) unruled: Vec<Category>,
    pub(crate) backups: Backups,
    pub(crate) tombstones: Period,
    pub(crate) statistics: StatisticsRules,
    pub(crate) safety: Safety,
    pub(crate) warnings: Vec<Problem>,
}

impl Policy {
    /// The policy that a new installation begins with: a merchant in the EU under French law.
    pub const DEFAULT_TEXT: &str = include_str!("../policy.toml");

    /// Reads a policy.
    ///
    /// # Errors
    ///
    /// [`PolicyErrors`] lists everything that is wrong, each with its place and what to do.
    pub fn parse(text: &str) -> Result<Self, PolicyErrors> {
        parse::policy(text)
    }

    /// Returns the text it was read from, unchanged.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the SHA-256 of exactly that text.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }

    /// Returns the merchant's label for it.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Returns what is allowed but looks like a mistake.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Returns the time zone that decides where a day begins.
    pub fn time_zone(&self) -> &TimeZone {
        &self.time_zone
    }

    /// Returns the day on which an instant falls, where the merchant keeps its books.
    pub fn today(&self, at: Timestamp) -> Day {
        Day::of(at, &self.time_zone)
    }

    /// Returns the rules, in the order of the file.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns the categories that the policy leaves without a rule on purpose.
    pub fn unruled(&self) -> &[Category] {
        &self.unruled
    }

    /// Finds the rule for the records of one category in one shop: the shop's own, else the
    /// general one.
    pub fn rule(&self, store: &str, category: Category) -> Option<&Rule> {
        self.rule_of(category, Some(store))
            .or_else(|| self.rule_of(category, None))
    }

    /// Finds the rule written for exactly this shop, or for no shop in particular.
    pub(crate) fn rule_of(&self, category: Category, store: Option<&str>) -> Option<&Rule> {
        self.rules
            .iter()
            .find(|rule| rule.category == category && rule.store.as_deref() == store)
    }

    /// Returns the fields of a kind of record that are sorted into the archive.
    pub fn archive_fields(&self, store: &str, category: Category) -> FieldSet {
        match self.rule(store, category).map(|rule| &rule.then) {
            Some(RuleThen::Archive(archive)) => archive.fields,
            _ => FieldSet::EMPTY,
        }
    }

    /// Returns the financial year that an order belongs to; none while no day of it is known.
    pub fn financial_year(&self, order: &OrderClock) -> Option<FinancialYear> {
        Some(self.financial_year.year_of(order.booked()?))
    }

    /// Returns how long a return, refund or dispute can keep a record active.
    pub fn open_events_at_most(&self) -> &Period {
        &self.open_events_at_most
    }

    /// Returns how long backups live.
    pub fn backups(&self) -> &Backups {
        &self.backups
    }

    /// Returns how long erased orders are remembered.
    pub fn tombstone_term(&self) -> &Period {
        &self.tombstones
    }

    /// Returns what remains as statistics.
    pub fn statistics(&self) -> &StatisticsRules {
        &self.statistics
    }

    /// Returns the brakes on destruction.
    pub fn safety(&self) -> &Safety {
        &self.safety
    }
}
