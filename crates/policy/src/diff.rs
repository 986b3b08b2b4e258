//! The difference between two policies, and whether the newer destroys anything earlier. When in
//! doubt it does: then it waits.

use crate::file::{KeepRule, Rule, ThenWord};
use crate::{Day, Period, Policy};
use jiff::civil::date;
use serde::Serialize;
use std::fmt;

/// What changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyDiff {
    /// Whether any record may be destroyed earlier than before.
    pub destroys_earlier: bool,
    /// The changes, in words.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where.
    pub place: String,
    /// What.
    pub what: String,
    /// Whether something may be destroyed earlier by it.
    pub destroys_earlier: bool,
}

impl Policy {
    /// Compares this policy with a newer one.
    pub fn diff(&self, newer: &Self) -> PolicyDiff {
        let mut changes = Vec::new();
        let mut say = |place: &str, what: String, destroys_earlier: bool| {
            changes.push(Change {
                place: place.to_owned(),
                what,
                destroys_earlier,
            });
        };
        for rule in &newer.rules {
            match same_place(&self.rules, rule) {
                None => say(&rule.name, "is new".into(), true),
                Some(before) => diff_rule(before, rule, &mut say),
            }
        }
        for rule in &self.rules {
            if same_place(&newer.rules, rule).is_none() {
                // Another rule, a general one perhaps, takes its place.
                let is_general = rule.store.is_none();
                say(&rule.name, "is gone".into(), !is_general);
            }
        }
        if self.zone != newer.zone {
            say(
                "time_zone",
                "changed: days stored so far stay as they are".into(),
                true,
            );
        }
        if self.year_end != newer.year_end {
            say("financial_year", "ends on another day".into(), true);
        }
        if self.open_events_at_most != newer.open_events_at_most {
            let is_bounded_now = newer.open_events_at_most.is_some();
            say("open_events_at_most", "changed".into(), is_bounded_now);
        }
        if self.backups != newer.backups {
            say("backups", "live another time".into(), false);
        }
        if self.tombstones != newer.tombstones {
            say(
                "tombstones",
                format!("{} → {}", self.tombstones, newer.tombstones),
                false,
            );
        }
        if self.statistics != newer.statistics {
            say("statistics", "changed".into(), false);
        }
        if self.safety != newer.safety {
            say("safety", "caps or delays changed".into(), true);
        }
        PolicyDiff {
            destroys_earlier: changes.iter().any(|change| change.destroys_earlier),
            changes,
        }
    }
}

fn same_place<'r>(rules: &'r [Rule], rule: &Rule) -> Option<&'r Rule> {
    let place = (&rule.category, &rule.store);
    rules
        .iter()
        .find(|one| (&one.category, &one.store) == place)
}

fn diff_rule(before: &Rule, after: &Rule, say: &mut impl FnMut(&str, String, bool)) {
    let place = after.name.as_str();
    if before.name != after.name {
        say(place, format!("was called {:?}", before.name), false);
    }
    if before.start != after.start || before.substitutes != after.substitutes {
        say(place, "counts from another day".into(), true);
    }
    if before.period != after.period {
        let what = format!("active for {} → {}", before.period, after.period);
        say(place, what, is_shorter(&before.period, &after.period));
    }
    if before.then != after.then {
        let what = format!("then {:?} → {:?}", before.then, after.then);
        say(place, what, after.then != ThenWord::Archive);
    }
    if (&before.basis, &before.reference) != (&after.basis, &after.reference) {
        say(place, "another basis or reference".into(), false);
    }
    let (Some(was), Some(is)) = (&before.archive, &after.archive) else {
        return;
    };
    let lost: Vec<&String> = was
        .fields
        .iter()
        .filter(|one| !is.fields.contains(one))
        .collect();
    if was.fields != is.fields {
        say(
            place,
            "sorts other fields into the archive".into(),
            !lost.is_empty(),
        );
    }
    if (was.sealed_to, was.only_if) != (is.sealed_to, is.only_if) {
        say(
            place,
            "archives under another key or condition".into(),
            true,
        );
    }
    for keep in &was.keep {
        match is.keep.iter().find(|one| one.name == keep.name) {
            None => say(place, format!("keep {:?} is gone", keep.name), true),
            Some(after) => diff_keep(place, keep, after, say),
        }
    }
    for keep in &is.keep {
        if !was.keep.iter().any(|one| one.name == keep.name) {
            say(place, format!("keep {:?} is new", keep.name), false);
        }
    }
}

fn diff_keep(
    place: &str,
    before: &KeepRule,
    after: &KeepRule,
    say: &mut impl FnMut(&str, String, bool),
) {
    let name = &after.name;
    if before.period != after.period {
        let what = format!("keep {name:?} for {} → {}", before.period, after.period);
        say(place, what, is_shorter(&before.period, &after.period));
    }
    if before.minimum != after.minimum {
        let what = format!(
            "keep {name:?} is {} demanded by law",
            if after.minimum { "now" } else { "no longer" }
        );
        say(place, what, !after.minimum);
    }
    let (was, is) = (
        (before.start, &before.substitutes, &before.when),
        (after.start, &after.substitutes, &after.when),
    );
    if was != is {
        say(place, format!("keep {name:?} counts differently"), true);
    }
}

/// Says whether a period ends earlier from any day of a leap cycle.
fn is_shorter(before: &Period, after: &Period) -> bool {
    let first = Day::from_date(date(2024, 1, 1));
    (0..1461).any(|days| {
        let from = first.plus_days(days);
        from.checked_add(after) < from.checked_add(before)
    })
}

impl fmt::Display for PolicyDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            return f.write_str("Nothing changes.");
        }
        for change in &self.changes {
            let mark = if change.destroys_earlier { "!" } else { " " };
            writeln!(f, "{mark} {}: {}", change.place, change.what)?;
        }
        f.write_str(if self.destroys_earlier {
            "! may destroy records earlier than before: such a policy waits before it is applied."
        } else {
            "Nothing is destroyed earlier than before."
        })
    }
}
