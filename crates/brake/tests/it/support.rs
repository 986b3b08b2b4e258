//! A credential with office hours.

use lethe_brake::{Brake, BrakeSettings, Observation, State, Verdict};

pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
pub(crate) const WEEK: u64 = 7 * DAY;

/// A Monday, 00:00 UTC.
pub(crate) const MONDAY: u64 = 20_458 * DAY;

pub(crate) fn people(new_people: u32) -> Observation {
    Observation {
        new_people,
        people_per_day: 2_000,
        ..Observation::default()
    }
}

pub(crate) fn brake() -> Brake {
    Brake::new(BrakeSettings::default()).expect("good settings")
}

pub(crate) struct Office {
    pub(crate) brake: Brake,
    pub(crate) state: State,
    /// The beginning of the next week.
    pub(crate) monday: u64,
}

impl Office {
    /// Eight weeks of 20 people an hour, Monday to Friday from 8 to 18, each read four times.
    pub(crate) fn after_eight_weeks() -> Office {
        let mut office = Office {
            brake: brake(),
            state: State::new(MONDAY),
            monday: MONDAY,
        };
        for _ in 0..8 {
            let calm = office.week(20.0);
            assert!(calm.iter().all(|verdict| verdict.severity() == 0));
        }
        office
    }

    /// Works for a week; returns the verdicts.
    pub(crate) fn week(&mut self, people_per_hour: f64) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for day in 0..5 {
            verdicts.extend(self.day(self.monday + day * DAY, people_per_hour));
        }
        self.monday += WEEK;
        verdicts
    }

    pub(crate) fn day(&mut self, midnight: u64, people_per_hour: f64) -> Vec<Verdict> {
        let step = (HOUR as f64 / people_per_hour) as u64;
        let people = (people_per_hour * 10.0) as u64;
        let seen = Observation {
            known_people: 3,
            ..people_of_one()
        };
        (0..people)
            .map(|n| self.see(midnight + 8 * HOUR + n * step, seen))
            .collect()
    }

    pub(crate) fn see(&mut self, at_ms: u64, seen: Observation) -> Verdict {
        self.brake.observe(&mut self.state, at_ms, seen)
    }

    /// Reads one person after another; returns how many until a verdict is severe enough, and it.
    pub(crate) fn until(&mut self, severity: u8, from: u64, step: u64) -> (u32, Verdict) {
        for n in 0..10_000_u32 {
            let verdict = self.see(from + u64::from(n) * step, people_of_one());
            if verdict.severity() >= severity {
                return (n + 1, verdict);
            }
        }
        panic!("the brake never spoke up");
    }
}

pub(crate) fn people_of_one() -> Observation {
    people(1)
}
