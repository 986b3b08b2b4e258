//! The file as it is written, before it is checked.

use crate::{Period, StartEvent};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyFile {
    pub(crate) format: u32,
    pub(crate) revision: String,
    pub(crate) time_zone: String,
    #[serde(default)]
    pub(crate) open_events_at_most: Option<Period>,
    pub(crate) financial_year: YearFile,
    #[serde(default)]
    pub(crate) rule: Vec<Rule>,
    /// Kinds of records that are knowingly kept for ever.
    #[serde(default)]
    pub(crate) unruled: Vec<String>,
    pub(crate) backups: BackupsFile,
    pub(crate) tombstones: TombstonesFile,
    pub(crate) statistics: StatisticsRules,
    pub(crate) safety: SafetyFile,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct YearFile {
    pub(crate) ends: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupsFile {
    pub(crate) keyring: Period,
    pub(crate) data: Period,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TombstonesFile {
    pub(crate) term: Period,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SafetyFile {
    pub(crate) first_run_at_most: u64,
    pub(crate) per_day_at_most: u64,
    pub(crate) erasures_per_day_at_most: u32,
    pub(crate) request_delay: Period,
    pub(crate) shorter_policy_delay: Period,
    pub(crate) clock_jump_at_most: Period,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, unique.
    pub name: String,
    /// The kind of record.
    pub category: String,
    /// The shop it is for; all shops when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// What the active period counts from.
    pub start: StartEvent,
    /// How long the record stays in the active store.
    pub period: Period,
    /// What happens then.
    pub then: ThenWord,
    /// The legal basis of keeping it (GDPR Art. 6).
    pub basis: String,
    /// Where the period is from.
    pub reference: String,
    /// What stands in when the start event's day is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitutes: Vec<Substitute>,
    /// What moves to the archive and for how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<ArchiveRule>,
}

/// What happens to a record when its active period is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThenWord {
    /// It is destroyed.
    Erase,
    /// Its sorted part moves to the archive.
    Archive,
    /// It is destroyed and counted.
    Anonymise,
}

/// A stand-in for a day that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Substitute {
    /// Another event.
    pub start: StartEvent,
    /// How long after that.
    pub plus: Period,
}

/// What moves to the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveRule {
    /// The sorted subset.
    pub fields: Vec<String>,
    /// Whose key it is sealed to.
    #[serde(default)]
    pub sealed_to: SealedTo,
    /// When there is anything to archive at all.
    #[serde(default)]
    pub only_if: OnlyIf,
    /// For how long.
    #[serde(default)]
    pub keep: Vec<KeepRule>,
}

/// The archive key a record is sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SealedTo {
    /// Of the financial year.
    #[default]
    FinancialYear,
    /// For warning people of a breach.
    Notification,
}

/// A condition on archiving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnlyIf {
    /// None.
    #[default]
    Always,
    /// The order was paid, or not cancelled; and its total is not zero.
    Owed,
}

/// One reason to keep an archived record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepRule {
    /// Its name, unique in the rule; archived records remember it.
    pub name: String,
    /// What it counts from.
    pub start: StartEvent,
    /// For how long.
    pub period: Period,
    /// Whether the law demands it: then no erasure request takes it before.
    pub minimum: bool,
    /// Where it is from.
    pub reference: String,
    /// Only for some orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// What stands in when the day is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitutes: Vec<Substitute>,
}

/// A condition on an order's total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// In the currency's minor unit.
    pub total_at_least: i64,
    /// ISO 4217 code; orders in another currency count as reaching it.
    pub currency: String,
}

/// What remains of orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatisticsRules {
    /// No group under this size.
    pub minimum_group: u32,
    /// Upper ends of the bands, in the currency's minor unit.
    pub amount_bands: Vec<i64>,
    /// The category of everything else.
    pub other: String,
    /// Product categories.
    #[serde(default)]
    pub products: Vec<ProductRule>,
}

/// A product category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductRule {
    /// Its name.
    pub name: String,
    /// Article numbers; `*` at the end stands for anything.
    pub skus: Vec<String>,
}

impl StatisticsRules {
    /// Returns the band of an amount, from 0.
    pub fn band(&self, total_minor: i64) -> i64 {
        let below = self.amount_bands.iter().filter(|end| **end < total_minor);
        i64::try_from(below.count()).unwrap_or(0)
    }

    /// Returns the category of an order by its article numbers: the first rule that fits any.
    pub fn product(&self, skus: &[&str]) -> String {
        let fits = |pattern: &String| {
            skus.iter().any(|sku| match pattern.strip_suffix('*') {
                Some(start) => sku.starts_with(start),
                None => *sku == pattern,
            })
        };
        let found = self.products.iter().find(|rule| rule.skus.iter().any(fits));
        found.map_or_else(|| self.other.clone(), |rule| rule.name.clone())
    }
}
