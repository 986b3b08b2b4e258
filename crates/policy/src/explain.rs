//! Explaining: which rule, which clock, which date, why.

use crate::clock::Clock;
use crate::verdict::{Keep, RuleRef, Started, Then};
use crate::{Day, Policy};
use jiff::civil::Date;
use lethe_model::Category;
use serde::Serialize;
use std::fmt;

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
    /// `erase`, `anonymise`, `archive` or `keep`.
    pub then: String,
    /// The fields that move to the archive.
    pub archived_fields: Vec<String>,
    /// For how long they stay there, and why.
    pub keeps: Vec<Keep>,
    /// Whether the active period is over.
    pub is_due: bool,
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
        let is_due = verdict.is_due(today);
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
            then: then.to_owned(),
            archived_fields,
            keeps,
            is_due,
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(rule) = &self.rule else {
            return write!(f, "{}: no rule; it is kept for ever", self.category);
        };
        writeln!(
            f,
            "{}: rule {:?} ({})",
            self.category, rule.name, rule.reference
        )?;
        match (&self.start, &self.not_started) {
            (Some(start), _) => writeln!(
                f,
                "  counts from {}: {}{}",
                start.day,
                start.event.name(),
                if start.is_substitute {
                    ", plus a stand-in for a day that is not known"
                } else {
                    ""
                }
            )?,
            (None, Some(reason)) => writeln!(f, "  does not count yet: {reason}")?,
            (None, None) => {}
        }
        if let Some(until) = self.kept_until {
            let verb = if self.is_due { "was due" } else { "stays" };
            writeln!(f, "  {verb} in the active store through {until}")?;
        }
        match self.then.as_str() {
            "archive" => {
                write!(
                    f,
                    "  then to the archive: {}",
                    self.archived_fields.join(", ")
                )?;
                for keep in &self.keeps {
                    let why = if keep.is_minimum {
                        "the law demands it"
                    } else {
                        "no longer than"
                    };
                    write!(
                        f,
                        "\n    {}: from {} through {} ({why}; {})",
                        keep.name, keep.start, keep.until, keep.reference
                    )?;
                }
                Ok(())
            }
            "anonymise" => write!(f, "  then destroyed; counted in the statistics"),
            _ => write!(f, "  then destroyed"),
        }
    }
}
