//! Five kinds of credential and their honest work, hour by hour.

use super::calendar::{Day, FIRST_DAY};
use super::chance::Chance;
use lethe_brake::Observation;

pub(crate) const HOUR_MS: u64 = 3_600_000;
pub(crate) const DAY_MS: u64 = 24 * HOUR_MS;

/// What a credential is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A warehouse prints labels, in batches.
    Labels,
    /// Eight agents answer people.
    Support,
    /// A mailing every Tuesday.
    Marketing,
    /// Invoices in the first three working days of a month.
    Finance,
    /// A program that fetches new orders every 15 minutes, day and night.
    Integration,
}

/// All kinds.
pub(crate) const KINDS: [Kind; 5] = [
    Kind::Labels,
    Kind::Support,
    Kind::Marketing,
    Kind::Finance,
    Kind::Integration,
];

impl Kind {
    /// The kind's name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Labels => "warehouse labels",
            Kind::Support => "support desk",
            Kind::Marketing => "weekly mailing",
            Kind::Finance => "month-end finance",
            Kind::Integration => "integration, every 15 min",
        }
    }

    /// People on a usual day of work, before scaling.
    fn people(self) -> f64 {
        match self {
            Kind::Labels | Kind::Integration => 600.0,
            Kind::Support => 200.0,
            Kind::Marketing => 4_000.0,
            Kind::Finance => 1_200.0,
        }
    }

    /// The daily quota that its operator gave it, in usual days.
    fn quota(self) -> f64 {
        match self {
            Kind::Labels | Kind::Integration => 6.0,
            Kind::Support => 3.0,
            Kind::Marketing | Kind::Finance => 2.5,
        }
    }
}

/// One credential at work.
#[derive(Clone)]
pub(crate) struct Work {
    kind: Kind,
    chance: Chance,
    /// Half to twice the size of the kind's usual day.
    people: f64,
    launches: [u32; 2],
    today: f64,
    backlog: f64,
    down_until_hour: u32,
    missed: u32,
}

impl Work {
    /// Makes a credential of one seed.
    pub(crate) fn new(kind: Kind, seed: u64) -> Work {
        let mut chance = Chance::new(seed, kind as u64);
        let scale = 2_f64.powf(2.0 * chance.share() - 1.0);
        let launches = [0, 0].map(|_| chance.below(300) as u32 + 20);
        Work {
            kind,
            people: kind.people() * scale,
            launches,
            chance,
            today: 1.0,
            backlog: 1.0,
            down_until_hour: 0,
            missed: 0,
        }
    }

    /// The credential's daily quota in people.
    pub(crate) fn quota(&self) -> u32 {
        (self.people * self.kind.quota()) as u32
    }

    /// People on a usual day of work.
    pub(crate) fn people(&self) -> f64 {
        self.people
    }

    /// How much more work than usual its operator announces for a day: a quarter more than comes.
    pub(crate) fn announced(&self, day: u32) -> Option<f32> {
        let day = Day(day);
        let times = day.season().max(1.0) * self.launched(day);
        (times > 1.0).then_some(times as f32 * 1.25)
    }

    fn launched(&self, day: Day) -> f64 {
        let since = |launch: u32| day.of_year().checked_sub(launch);
        let best = self.launches.iter().filter_map(|launch| since(*launch));
        match best.min() {
            Some(0..=2) => 3.0,
            Some(3..=6) => 1.5,
            _ => 1.0,
        }
    }

    /// Returns the requests of an hour, counted from the first day, in their order.
    pub(crate) fn hour(&mut self, hour: u32, requests: &mut Vec<(u64, Observation)>) {
        requests.clear();
        let (day, clock) = (Day(hour / 24), hour % 24);
        if clock == 0 {
            self.begin_day(day);
        }
        match self.kind {
            Kind::Labels => {
                let people = self.people * self.today * warehouse(day, clock);
                self.spread(hour, people, 10, |_| Observation::default(), requests);
            }
            Kind::Support => {
                let people = self.people * self.today * desk(day, clock);
                let rest = |chance: &mut Chance| Observation {
                    known_people: 1 + chance.poisson(2.0),
                    guesses: u32::from(chance.is(0.03)),
                    ..Observation::default()
                };
                self.spread(hour, people, 1, rest, requests);
            }
            Kind::Marketing => self.mail(hour, day, clock, requests),
            Kind::Finance => self.close_month(hour, day, clock, requests),
            Kind::Integration => self.fetch(hour, clock, requests),
        }
        requests.sort_by_key(|(at_ms, _)| *at_ms);
    }

    fn begin_day(&mut self, day: Day) {
        let volume = day.season() * self.launched(day);
        let is_shut = day.is_holiday() && self.kind != Kind::Integration;
        self.today = if is_shut {
            0.0
        } else {
            volume * self.backlog * self.chance.around_one(0.15)
        };
        // What was not done on a holiday is done on the day after.
        self.backlog = match (is_shut, day.weekday()) {
            (true, _) => 1.6,
            (false, 6) => self.backlog,
            _ => 1.0,
        };
        if self.kind == Kind::Integration && self.chance.is(2.0 / 365.0) {
            let hours = 3 + self.chance.below(8) as u32;
            self.down_until_hour = day.0 * 24 + 2 + hours;
        }
    }

    /// People one by one or in batches, at any time of the hour.
    fn spread(
        &mut self,
        hour: u32,
        people: f64,
        batch: u32,
        rest: impl Fn(&mut Chance) -> Observation,
        requests: &mut Vec<(u64, Observation)>,
    ) {
        let mut left = self.chance.poisson(people);
        while left > 0 {
            let most = 1 + self.chance.below(u64::from(2 * batch - 1)) as u32;
            let new_people = most.min(left);
            left -= new_people;
            let at_ms = self.chance.below(HOUR_MS);
            let rest = rest(&mut self.chance);
            self.push(hour, at_ms, Observation { new_people, ..rest }, requests);
        }
    }

    fn mail(&mut self, hour: u32, day: Day, clock: u32, requests: &mut Vec<(u64, Observation)>) {
        let is_due = day.weekday() == 1 || day.is_sale() || self.launches.contains(&day.of_year());
        let at = 9 + day.0 / 7 % 2;
        if is_due && clock == at {
            let people = self.people * self.chance.around_one(0.1);
            self.run(hour, people as u32, 100, requests);
        }
    }

    fn close_month(
        &mut self,
        hour: u32,
        day: Day,
        clock: u32,
        requests: &mut Vec<(u64, Observation)>,
    ) {
        let share = match day.working_day_of_month() {
            1 => 1.0,
            2 => 0.4,
            3 => 0.15,
            _ => 0.0,
        };
        if clock == 9 && share > 0.0 {
            let people = self.people * share * self.chance.around_one(0.15);
            self.run(hour, people as u32, 20, requests);
        }
        if day.is_working() && (8..17).contains(&clock) {
            self.spread(hour, 0.6, 1, |_| Observation::default(), requests);
        }
    }

    /// A job that takes 20 minutes.
    fn run(&mut self, hour: u32, people: u32, batch: u32, requests: &mut Vec<(u64, Observation)>) {
        let steps = people.div_ceil(batch).max(1);
        for step in 0..steps {
            let new_people = batch.min(people - step * batch);
            let at_ms = u64::from(step) * 20 * 60_000 / u64::from(steps);
            let seen = Observation {
                new_people,
                ..Observation::default()
            };
            self.push(hour, at_ms, seen, requests);
        }
    }

    fn fetch(&mut self, hour: u32, clock: u32, requests: &mut Vec<(u64, Observation)>) {
        const SHAPE: [f64; 24] = [
            0.6, 0.3, 0.2, 0.2, 0.2, 0.3, 0.5, 0.8, 1.0, 1.1, 1.2, 1.3, 1.3, 1.2, 1.1, 1.1, 1.2,
            1.4, 1.6, 1.8, 1.8, 1.5, 1.2, 1.1,
        ];
        let each = self.people * self.today * SHAPE[clock as usize] / 96.0;
        for quarter in 0..4 {
            let new_people = self.missed + self.chance.poisson(each);
            if hour < self.down_until_hour {
                self.missed = new_people;
                continue;
            }
            self.missed = 0;
            let known_people = self.chance.poisson(f64::from(new_people) / 2.0);
            let seen = Observation {
                new_people,
                known_people,
                ..Observation::default()
            };
            self.push(hour, quarter * 15 * 60_000, seen, requests);
        }
    }

    fn push(
        &self,
        hour: u32,
        at_ms: u64,
        seen: Observation,
        requests: &mut Vec<(u64, Observation)>,
    ) {
        let at_ms = FIRST_DAY * DAY_MS + u64::from(hour) * HOUR_MS + at_ms;
        let people_per_day = self.quota();
        let seen = Observation {
            people_per_day,
            ..seen
        };
        requests.push((at_ms, seen));
    }
}

/// The share of a day's labels in an hour.
fn warehouse(day: Day, clock: u32) -> f64 {
    const SHAPE: [f64; 11] = [0.5, 1.0, 1.2, 1.2, 1.0, 0.6, 1.0, 1.2, 1.2, 1.0, 0.6];
    let share = match clock {
        6..=16 => SHAPE[clock as usize - 6] / 10.5,
        _ => 0.0,
    };
    match day.weekday() {
        0..=4 => share,
        5 if clock < 12 => share * 0.6,
        _ => 0.0,
    }
}

/// The share of a day's people in an hour of the support desk.
fn desk(day: Day, clock: u32) -> f64 {
    const SHAPE: [f64; 12] = [0.7, 1.1, 1.3, 1.2, 0.8, 0.8, 1.1, 1.2, 1.1, 1.0, 0.6, 0.4];
    let share = match clock {
        7..=18 => SHAPE[clock as usize - 7] / 11.3,
        _ => 0.0,
    };
    match day.weekday() {
        0..=4 => share,
        5 => share * 0.4,
        _ => 0.0,
    }
}
