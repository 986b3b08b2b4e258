//! What changes in the rules.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use lethe_model::{Category, FieldSet};

use super::{Change, Changes, Effect};
use crate::{Archive, KeepRule, OnlyIf, Period, Policy, Rule, RuleThen, Term, When};

/// Compares, for every category and shop that either policy names, the rules that are applied there:
/// a shop without a rule of its own has the general one.
pub(super) fn diff(older: &Policy, newer: &Policy, changes: &mut Vec<Change>) {
    let rules = older.rules.iter().chain(&newer.rules);
    let places: BTreeSet<(Category, Option<&str>)> = rules
        .map(|rule| (rule.category, rule.store.as_deref()))
        .collect();
    for (category, store) in places {
        let place = match store {
            Some(store) => format!("{} in {store}", category.name()),
            None => category.name().to_owned(),
        };
        let mut changes = Changes::at(&place, changes);
        let applied = |policy: &'_ Policy| match store {
            Some(store) => policy.rule(store, category).cloned(),
            None => policy.rule_of(category, None).cloned(),
        };
        match (applied(older), applied(newer)) {
            (Some(before), Some(after)) => rule(&before, &after, &mut changes),
            (None, Some(after)) => {
                changes.say(
                    format!("rule \"{}\" is new; nothing was erased before", after.name),
                    Effect::Earlier,
                );
            }
            (Some(before), None) => {
                changes.say(
                    format!("rule \"{}\" is gone; nothing is erased now", before.name),
                    Effect::Longer,
                );
            }
            (None, None) => {}
        }
    }
}

fn rule(before: &Rule, after: &Rule, changes: &mut Changes<'_>) {
    if before.name != after.name {
        let what = format!("rule \"{}\" is now \"{}\"", before.name, after.name);
        changes.say(what, Effect::None);
    }
    if (&before.basis, &before.reference) != (&after.basis, &after.reference) {
        changes.say("another basis or reference", Effect::None);
    }
    term("the active period", &before.active, &after.active, changes);
    match (&before.then, &after.then) {
        (RuleThen::Archive(before), RuleThen::Archive(after)) => archive(before, after, changes),
        (before, after) if before == after => {}
        (before, after) => {
            let effect = match (before, after) {
                (RuleThen::Archive(_), _) => Effect::Earlier,
                (_, RuleThen::Archive(_)) => Effect::Longer,
                _ => Effect::None,
            };
            changes.say(format!("then {} → {}", before.name(), after.name()), effect);
        }
    }
}

fn term(what: &str, before: &Term, after: &Term, changes: &mut Changes<'_>) {
    if before.start != after.start {
        let what = format!("{what} counts from {} → {}", before.start, after.start);
        changes.say(what, Effect::Both);
    }
    if before.substitutes != after.substitutes {
        changes.say(format!("{what} has other substitutes"), Effect::Both);
    }
    period(what, &before.period, &after.period, changes);
}

/// Says how a period changed, if it did.
pub(super) fn period(what: &str, before: &Period, after: &Period, changes: &mut Changes<'_>) {
    let effect = match after.compare(before) {
        Some(Ordering::Equal) => return,
        Some(Ordering::Less) => Effect::Earlier,
        Some(Ordering::Greater) => Effect::Longer,
        None => Effect::Both,
    };
    changes.say(format!("{what} {before} → {after}"), effect);
}

fn archive(before: &Archive, after: &Archive, changes: &mut Changes<'_>) {
    let (lost, gained) = (
        before.fields.without(after.fields),
        after.fields.without(before.fields),
    );
    if !lost.is_empty() {
        changes.say(
            format!("no longer archived: {}", names(lost)),
            Effect::Earlier,
        );
    }
    if !gained.is_empty() {
        changes.say(format!("archived too: {}", names(gained)), Effect::Longer);
    }
    if before.sealed_to != after.sealed_to {
        // Another key may be opened, or be lost, at another time.
        let what = format!("sealed to {} → {}", before.sealed_to, after.sealed_to);
        changes.say(what, Effect::Both);
    }
    if before.only_if != after.only_if {
        // `owed` and `paid` each take orders that the other leaves.
        let effect = match (before.only_if, after.only_if) {
            (OnlyIf::Always, _) => Effect::Earlier,
            (_, OnlyIf::Always) => Effect::Longer,
            _ => Effect::Both,
        };
        let what = format!("archived only if {} → {}", before.only_if, after.only_if);
        changes.say(what, effect);
    }
    keeps(&before.keeps, &after.keeps, changes);
}

fn names(fields: FieldSet) -> String {
    let names: Vec<String> = fields.iter().map(|field| field.to_string()).collect();
    names.join(", ")
}

fn keeps(before: &[KeepRule], after: &[KeepRule], changes: &mut Changes<'_>) {
    for keep in before {
        match after.iter().find(|other| other.name == keep.name) {
            Some(other) => self::keep(keep, other, changes),
            None => {
                let what = format!(
                    "keep \"{}\" is gone: records archived with it stay until it is named again, \
                     others leave without it",
                    keep.name
                );
                changes.say(what, Effect::Both);
            }
        }
    }
    for keep in after {
        if !before.iter().any(|other| other.name == keep.name) {
            let what = format!(
                "keep \"{}\" is new, for records archived from now on",
                keep.name
            );
            changes.say(what, Effect::Longer);
        }
    }
}

fn keep(before: &KeepRule, after: &KeepRule, changes: &mut Changes<'_>) {
    let name = format!("keep \"{}\"", after.name);
    term(&name, &before.term, &after.term, changes);
    if before.reference != after.reference {
        changes.say(format!("{name} has another reference"), Effect::None);
    }
    match (before.minimum, after.minimum) {
        (true, false) => {
            let what = format!("{name} no longer binds: an erasure request takes it");
            changes.say(what, Effect::Earlier);
        }
        (false, true) => {
            let what = format!("{name} binds now: no erasure request takes it");
            changes.say(what, Effect::Longer);
        }
        _ => {}
    }
    if before.when != after.when {
        let effect = condition_effect(before.when.as_ref(), after.when.as_ref());
        let (was, is) = (
            condition(before.when.as_ref()),
            condition(after.when.as_ref()),
        );
        changes.say(format!("{name} applies to {was} → {is}"), effect);
    }
}

fn condition(when: Option<&When>) -> String {
    when.map_or_else(
        || "all".to_owned(),
        |when| format!("{} {} and more", when.total_at_least, when.currency),
    )
}

fn condition_effect(before: Option<&When>, after: Option<&When>) -> Effect {
    match (before, after) {
        (Some(_), None) => Effect::Longer,
        (None, Some(_)) => Effect::Earlier,
        (Some(before), Some(after)) if before.currency == after.currency => {
            if after.total_at_least > before.total_at_least {
                Effect::Earlier
            } else {
                Effect::Longer
            }
        }
        _ => Effect::Both,
    }
}
