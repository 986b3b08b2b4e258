//! What changes outside the rules.

use std::fmt::Display;

use super::rules::period;
use super::{Change, Changes, Effect};
use crate::Policy;

pub(super) fn diff(older: &Policy, newer: &Policy, all: &mut Vec<Change>) {
    if older.revision != newer.revision {
        let what = format!("{} → {}", older.revision, newer.revision);
        Changes::at("revision", all).say(what, Effect::None);
    }
    if older.time_zone != newer.time_zone {
        let what = "days begin at another hour; days that are stored stay as they are";
        Changes::at("time_zone", all).say(what, Effect::Both);
    }
    if older.financial_year != newer.financial_year {
        let what = format!("ends {} → {}", older.financial_year, newer.financial_year);
        Changes::at("financial_year", all).say(what, Effect::Both);
    }
    let (before, after) = (&older.open_events_at_most, &newer.open_events_at_most);
    period(
        "an open event counts for",
        before,
        after,
        &mut Changes::at("open_events_at_most", all),
    );
    let (before, after) = (&older.tombstones, &newer.tombstones);
    period(
        "tombstones live for",
        before,
        after,
        &mut Changes::at("tombstones", all),
    );
    if older.statistics != newer.statistics {
        Changes::at("statistics", all).say("counted in other groups", Effect::None);
    }
    let (before, after) = (&older.backups, &newer.backups);
    let mut backups = Changes::at("backups", all);
    days(
        "of the keyring",
        before.keyring_days,
        after.keyring_days,
        &mut backups,
    );
    days(
        "of the data",
        before.data_days,
        after.data_days,
        &mut backups,
    );
    safety(older, newer, &mut Changes::at("safety", all));
}

/// Copies that live shorter are destroyed earlier.
fn days(what: &str, before: u32, after: u32, changes: &mut Changes<'_>) {
    if before != after {
        let effect = if after < before {
            Effect::Earlier
        } else {
            Effect::Longer
        };
        changes.say(format!("{what}: {before} → {after} days"), effect);
    }
}

/// A brake that is loosened could be the first step of destroying everything: it waits as well.
fn safety(older: &Policy, newer: &Policy, changes: &mut Changes<'_>) {
    let (before, after) = (&older.safety, &newer.safety);
    let mut cap = |what: &str, before: u64, after: u64| {
        brake(what, before, after, after > before, changes);
    };
    cap(
        "first_run_at_most",
        before.first_run_at_most,
        after.first_run_at_most,
    );
    cap(
        "per_day_at_most",
        before.per_day_at_most,
        after.per_day_at_most,
    );
    cap(
        "erasures_per_day_at_most",
        before.erasures_per_day_at_most.into(),
        after.erasures_per_day_at_most.into(),
    );
    cap(
        "clock_jump_at_most, in days",
        before.clock_jump_at_most_days.into(),
        after.clock_jump_at_most_days.into(),
    );
    let mut delay = |what: &str, before: u32, after: u32| {
        brake(what, before, after, after < before, changes);
    };
    delay(
        "request_delay, in days",
        before.request_delay_days,
        after.request_delay_days,
    );
    delay(
        "shorter_policy_delay, in days",
        before.shorter_policy_delay_days,
        after.shorter_policy_delay_days,
    );
}

fn brake<N: PartialEq + Display>(
    what: &str,
    before: N,
    after: N,
    is_loosened: bool,
    changes: &mut Changes<'_>,
) {
    if before != after {
        let effect = if is_loosened {
            Effect::Earlier
        } else {
            Effect::None
        };
        changes.say(format!("{what}: {before} → {after}"), effect);
    }
}
