//! Thieves who hold a credential that is also at honest work.

use super::calendar::FIRST_DAY;
use super::chance::Chance;
use super::honest::Desk;
use super::work::{DAY_MS, HOUR_MS, Kind};
use lethe_brake::{BrakeSettings, Observation, Verdict};

/// How a thief goes about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Attack {
    /// Nobody: what the brake says of honest work in the same 80 days.
    Nobody,
    /// Five people a second from one moment on, for a day.
    SmashAndGrab,
    /// Nine tenths of what the quota leaves, evenly round the clock, for 80 days.
    DripUnderQuota,
    /// A fifth of a usual day, evenly round the clock, for 80 days.
    DripFifth,
    /// So many times the honest work, within it, for 80 days.
    Insider(f64),
}

/// All attacks of the table.
pub(crate) const ATTACKS: [Attack; 7] = [
    Attack::Nobody,
    Attack::SmashAndGrab,
    Attack::DripUnderQuota,
    Attack::DripFifth,
    Attack::Insider(1.3),
    Attack::Insider(2.0),
    Attack::Insider(5.0),
];

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttackOutcome {
    /// How long until the throttle, milliseconds.
    pub(crate) throttled_after_ms: Option<u64>,
    /// How long until the first alert or throttle, milliseconds.
    pub(crate) alerted_after_ms: Option<u64>,
    /// People the thief read before the throttle, or until the end.
    pub(crate) people: u32,
    /// People the thief read in all, if nobody looked at the alarm: at the throttled pace.
    pub(crate) people_in_all: u32,
    /// What the quota alone would have let through.
    pub(crate) quota: u32,
}

/// Lets honest work go on for 12 weeks from a random week on, then a thief comes at a random hour
/// of a week.
pub(crate) fn attack(
    kind: Kind,
    attack: Attack,
    seed: u64,
    settings: &BrakeSettings,
) -> AttackOutcome {
    let mut chance = Chance::new(seed, 100);
    let mut desk = Desk::new(kind, seed, true, settings);
    let first_hour = 12 * 7 * 24 + chance.below(20 * 7 * 24) as u32;
    for hour in 0..first_hour {
        desk.hour(hour);
    }
    let days = if attack == Attack::SmashAndGrab {
        1
    } else {
        80
    };
    let mut thief = Thief {
        begins_ms: FIRST_DAY * DAY_MS + u64::from(first_hour) * HOUR_MS,
        chance,
        outcome: AttackOutcome {
            throttled_after_ms: None,
            alerted_after_ms: None,
            people: 0,
            people_in_all: 0,
            quota: days * desk.work.quota(),
        },
    };
    for hour in first_hour..first_hour + days * 24 {
        let requests = thief.mix(attack, hour, &mut desk);
        for (at_ms, seen, is_thief) in requests {
            thief.ask(&mut desk, at_ms, seen, is_thief);
        }
        if attack != Attack::SmashAndGrab && thief.outcome.throttled_after_ms.is_some() {
            break;
        }
    }
    thief.outcome
}

struct Thief {
    begins_ms: u64,
    chance: Chance,
    outcome: AttackOutcome,
}

type Request = (u64, Observation, bool);

impl Thief {
    /// The honest work of an hour, and the thief's among it.
    fn mix(&mut self, attack: Attack, hour: u32, desk: &mut Desk) -> Vec<Request> {
        let honest = desk.requests(hour);
        let quota = desk.work.quota();
        let each = |new_people| Observation {
            new_people,
            people_per_day: quota,
            ..Observation::default()
        };
        let begins_ms = FIRST_DAY * DAY_MS + u64::from(hour) * HOUR_MS;
        let mut all: Vec<Request> = Vec::new();
        let evenly = |people: u32, all: &mut Vec<Request>| {
            let step = HOUR_MS / u64::from(people.max(1));
            all.extend((0..people).map(|n| (begins_ms + u64::from(n) * step, each(1), true)));
        };
        match attack {
            Attack::Nobody => {}
            Attack::SmashAndGrab => evenly(5 * 3600, &mut all),
            Attack::DripUnderQuota => {
                let free = f64::from(quota) - desk.work.people();
                evenly(self.chance.poisson(free * 0.9 / 24.0), &mut all);
            }
            Attack::DripFifth => {
                evenly(
                    self.chance.poisson(desk.work.people() * 0.2 / 24.0),
                    &mut all,
                );
            }
            Attack::Insider(times) => {
                for (at_ms, seen) in &honest {
                    let more = f64::from(seen.new_people) * (times - 1.0);
                    all.push((*at_ms + 1, each(self.chance.poisson(more)), true));
                }
            }
        }
        all.extend(honest.into_iter().map(|(at_ms, seen)| (at_ms, seen, false)));
        all.sort_by_key(|(at_ms, _, _)| *at_ms);
        all
    }

    fn ask(&mut self, desk: &mut Desk, at_ms: u64, seen: Observation, is_thief: bool) {
        let Some(verdict) = desk.ask(at_ms, seen) else {
            return;
        };
        let after_ms = at_ms - self.begins_ms;
        let outcome = &mut self.outcome;
        if verdict.is_alert() {
            outcome.alerted_after_ms.get_or_insert(after_ms);
        }
        if matches!(verdict, Verdict::Throttle { .. }) {
            outcome.throttled_after_ms.get_or_insert(after_ms);
        }
        if is_thief && !verdict.is_refused() {
            outcome.people_in_all += seen.new_people;
            if outcome.throttled_after_ms.is_none() {
                outcome.people += seen.new_people;
            }
        }
    }
}
