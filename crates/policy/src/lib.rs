//! The retention policy: what `policy.toml` says, and what it means for one order or account on one
//! day.
//!
//! Pure: no file, no clock, no chance. Days come in and verdicts go out; who acts on them asks for
//! holds first. The reference of the file is `docs/policy.md`.

mod archived;
mod clock;
mod day;
mod diff;
mod explain;
mod financial_year;
mod parse;
mod period;
mod policy;
mod rule;
mod settings;
mod verdict;

pub use archived::{ArchiveClock, ArchiveVerdict, BadArchiveClock};
pub use clock::{AccountClock, Clock, OrderClock, StartEvent};
pub use day::Day;
pub use diff::{Change, PolicyDiff};
pub use explain::{Explanation, Step, Topic};
pub use financial_year::FinancialYear;
pub use parse::{PolicyErrors, Problem};
pub use period::{BadPeriod, Period};
pub use policy::Policy;
pub use rule::{Archive, KeepRule, OnlyIf, Rule, RuleThen, SealedTo, Substitute, Term, When};
pub use settings::{Backups, ProductRule, Safety, StatisticsRules};
pub use verdict::{ArchivePlan, GivenBy, Keep, RuleRef, Started, Then, Verdict, WhyErased};
