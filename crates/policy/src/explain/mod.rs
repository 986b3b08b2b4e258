//! Explaining: which rule, which clock, which date, why, and what would change it.

mod steps;

use std::fmt;

use jiff::civil::Date;
use lethe_model::Category;
use serde::Serialize;

use crate::verdict::{Keep, RuleRef, Started, Then};
use crate::{Clock, Day, Policy};

/// What the policy says of one kind of record of one order or account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The kind of record.
    pub category: String,
    /// The rule that applies.
    pub rule: Option<RuleRef>,
    /// What the active period counts from.
    pub start: Option<Started>,
    /// Why the clock has not started.
    pub not_started: Option<String>,
    /// The last day in the active store.
    pub kept_until: Option<Date>,
    /// Whether the active period is over.
    pub is_due: bool,
    /// `erase`, `anonymise`, `archive` or `keep`.
    pub then: String,
    /// The fields that move to the archive.
    pub archived_fields: Vec<String>,
    /// For how long they stay there, and why.
    pub keeps: Vec<Keep>,
    /// The last day on which no erasure request takes them.
    pub minimum_until: Option<Date>,
    /// All of it in sentences, in order.
    pub steps: Vec<Step>,
}

/// One step of an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it is about.
    pub about: Topic,
    /// A sentence or two.
    pub text: String,
}

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// Which rule applies.
    Rule,
    /// From which day it counts.
    Clock,
    /// Until when the record is active.
    Active,
    /// What happens then.
    Then,
    /// One reason to keep it in the archive.
    Keep,
    /// What an erasure request would do.
    Request,
    /// What would change the verdict.
    Change,
}

impl Policy {
    /// Explains what happens to one kind of record, and why.
    pub fn explain(
        &self,
        store: &str,
        category: Category,
        clock: Clock<'_>,
        today: Day,
    ) -> Explanation {
        let verdict = self.verdict(store, category, clock, today);
        let steps = steps::steps(self, store, category, clock, today, &verdict);
        let is_due = verdict.is_due(today);
        let minimum_until = verdict.minimum().map(|keep| keep.until.to_date());
        let (then, archived_fields, keeps) = match verdict.then {
            Then::Keep => ("keep", Vec::new(), Vec::new()),
            Then::Erase => ("erase", Vec::new(), Vec::new()),
            Then::Anonymise => ("anonymise", Vec::new(), Vec::new()),
            Then::Archive(plan) => {
                let fields = plan.fields.iter().map(|field| field.to_string());
                ("archive", fields.collect(), plan.keeps)
            }
        };
        Explanation {
            category: category.name().to_owned(),
            rule: verdict.rule,
            start: verdict.start,
            not_started: verdict.not_started,
            kept_until: verdict.kept_until.map(Day::to_date),
            is_due,
            then: then.to_owned(),
            archived_fields,
            keeps,
            minimum_until,
            steps,
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.category)?;
        for step in &self.steps {
            write!(f, "\n  {}", step.text)?;
        }
        Ok(())
    }
}
