//! What the brake knows of a credential, for people.

use crate::gauge::{Gauges, NEVER};
use crate::time::{DAY_MS, HOUR_MS};
use crate::{BrakeSettings, Observation, Reason, Rule, State};
use serde::Serialize;

/// The baseline of a credential for the current hour, beside what it did so far.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The moment that is explained, Unix milliseconds.
    pub at_ms: u64,
    /// The beginning of the baseline, Unix milliseconds, to the hour.
    pub since_ms: u64,
    /// Is it still learning? Then only few rules hold.
    pub is_learning: bool,
    /// People usual for this hour of the week, give or take an hour.
    pub usual_this_hour: u32,
    /// People usual for this day of the week.
    pub usual_today: u32,
    /// Hours of the week (0 to 168) that were worked in the last 4 to 8 weeks.
    pub worked_hours: u8,
    /// The counts that the rules look at, with their limits.
    pub counters: Vec<Counter>,
    /// The throttle in force.
    pub throttled: Option<Throttled>,
    /// The word of a person that is in force.
    pub vouched: Option<Vouched>,
}

/// One rule's count and limits. [`Rule::NewPeople`] counts per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counter {
    /// The rule.
    pub rule: Rule,
    /// What was counted so far.
    pub observed: u32,
    /// What is usual.
    pub usual: u32,
    /// The highest in the weeks that the rule looks back on; 0 if it does not.
    pub highest: u32,
    /// More than this raises an alert; absent if the rule cannot today.
    pub watch_above: Option<u32>,
    /// More than this throttles; absent if the rule cannot today.
    pub throttle_above: Option<u32>,
}

/// A throttle in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Throttled {
    /// Until when, Unix milliseconds.
    pub until_ms: u64,
    /// New people and wrong guesses that this hour may have.
    pub people_per_hour: u32,
    /// What it began with.
    pub reason: Reason,
}

/// A person's word for a credential.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Vouched {
    /// Until when, Unix milliseconds.
    pub until_ms: u64,
    /// All limits are multiplied by this, 1 to 100.
    pub times: f32,
    /// Is what happens meanwhile usual from now on? Else the baseline grows no faster than it may.
    pub learn: bool,
}

impl Explanation {
    pub(crate) fn of(state: &State, settings: &BrakeSettings) -> Explanation {
        let usual_today = state.weekdays[crate::time::weekday_of_day(state.today())];
        let gauges = Gauges::read(state, Observation::default(), settings);
        let counters = gauges.iter().map(|gauge| Counter {
            rule: gauge.rule,
            observed: gauge.observed,
            usual: gauge.usual,
            highest: gauge.highest,
            watch_above: (gauge.watch != NEVER).then_some(gauge.watch),
            throttle_above: (gauge.throttle != NEVER).then_some(gauge.throttle),
        });
        Explanation {
            at_ms: state.now_ms,
            since_ms: u64::from(state.since_hour) * HOUR_MS,
            is_learning: state.is_learning(settings),
            usual_this_hour: state.profile.usual_near(state.slot()).round() as u32,
            usual_today: usual_today.round() as u32,
            worked_hours: state.worked_hours,
            counters: counters.collect(),
            throttled: state
                .cause
                .filter(|_| state.is_throttled())
                .map(|cause| Throttled {
                    until_ms: state.throttled_until_ms,
                    people_per_hour: state.pace(settings),
                    reason: cause.0,
                }),
            vouched: state.is_vouched().then_some(Vouched {
                until_ms: state.vouched_until_ms,
                times: state.vouched_times,
                learn: state.vouched_learn,
            }),
        }
    }
}

impl Explanation {
    /// Returns the days since the baseline began.
    pub fn days(&self) -> u64 {
        (self.at_ms - self.since_ms) / DAY_MS
    }
}
