//! The retention policy: what `policy.toml` says, and what it means for one order or account on one
//! day. Pure: no clock, no database.

mod check;
mod clock;
mod day;
mod diff;
mod explain;
mod file;
mod policy;
mod verdict;

pub use check::PolicyErrors;
pub use clock::{AccountClock, ArchiveClock, BadArchiveClock, Clock, OrderClock, StartEvent};
pub use day::{BadPeriod, Day, Period};
pub use diff::{Change, PolicyDiff};
pub use explain::Explanation;
pub use file::{
    ArchiveRule, KeepRule, OnlyIf, ProductRule, Rule, SealedTo, StatisticsRules, Substitute,
    ThenWord, When,
};
pub use policy::{Backups, FinancialYear, Policy, Safety};
pub use verdict::{ArchivePlan, ArchiveVerdict, Keep, RuleRef, Started, Then, Verdict};
