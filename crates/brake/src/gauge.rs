//! What each rule compares: a count, and the limits from the baseline.

use crate::recent::Recent;
use crate::time::{DAY_MS, HOUR_MS, MINUTE_MS, weekday_of_day};
use crate::{BrakeSettings, Observation, Reason, Rule, State};

/// One rule's count and its limits. A count is remarkable when it is greater than a limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gauge {
    pub(crate) rule: Rule,
    pub(crate) observed: u32,
    pub(crate) usual: u32,
    pub(crate) highest: u32,
    pub(crate) watch: u32,
    pub(crate) throttle: u32,
}

/// A limit that is never reached.
pub(crate) const NEVER: u32 = u32::MAX;

const IDLE: Gauge = Gauge {
    rule: Rule::Learning,
    observed: 0,
    usual: 0,
    highest: 0,
    watch: NEVER,
    throttle: NEVER,
};

/// The gauges that hold for a credential now, at most eight.
pub(crate) struct Gauges {
    all: [Gauge; 8],
    count: usize,
}

impl Gauges {
    /// Reads a state as it would be with one more request.
    pub(crate) fn read(state: &State, more: Observation, settings: &BrakeSettings) -> Gauges {
        let mut gauges = Gauges {
            all: [IDLE; 8],
            count: 0,
        };
        let sight = Sight {
            state,
            more,
            s: settings,
            times: if state.is_vouched() {
                state.vouched_times
            } else {
                1.0
            },
        };
        if state.is_learning(settings) {
            gauges.push(sight.learning());
        } else {
            gauges.push(sight.burst());
            gauges.push(sight.hour());
            if sight.is_strange_hour() {
                gauges.push(sight.strange_hour());
            }
            gauges.push(sight.day());
            gauges.push(sight.drip());
            gauges.push(sight.new_people());
            gauges.push(sight.trend());
        }
        gauges.push(sight.guesses());
        gauges
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Gauge> {
        self.all[..self.count].iter()
    }

    fn push(&mut self, gauge: Gauge) {
        self.all[self.count] = gauge;
        self.count += 1;
    }
}

impl Gauge {
    pub(crate) fn is_remarkable(&self) -> bool {
        self.observed > self.watch
    }

    pub(crate) fn is_too_much(&self) -> bool {
        self.observed > self.throttle
    }

    pub(crate) fn reason(&self, now_ms: u64) -> Reason {
        let from_ms = match self.rule {
            Rule::Burst => (now_ms / MINUTE_MS + 1) * MINUTE_MS - self.rule.span_ms().min(now_ms),
            Rule::Day | Rule::Drip => now_ms / DAY_MS * DAY_MS,
            Rule::Trend => now_ms.saturating_sub(self.rule.span_ms()),
            _ => now_ms / HOUR_MS * HOUR_MS,
        };
        Reason {
            rule: self.rule,
            observed: self.observed,
            usual: self.usual,
            highest: self.highest,
            limit: if self.is_too_much() {
                self.throttle
            } else {
                self.watch
            },
            from_ms,
            is_new: false,
        }
    }
}

/// A state, the request that is judged, and how much somebody vouched for.
struct Sight<'a> {
    state: &'a State,
    more: Observation,
    s: &'a BrakeSettings,
    times: f32,
}

impl Sight<'_> {
    fn hour_people(&self) -> u32 {
        self.state.hour.new.saturating_add(self.more.new_people)
    }

    fn day_people(&self) -> u32 {
        self.state.day.new.saturating_add(self.more.new_people)
    }

    /// Makes a limit from the highest of 8 weeks, in the same way.
    fn limit_of(&self, floor: u32, recent: &Recent, times: f32) -> u32 {
        let floor = floor as f32 * self.times;
        (recent.highest_times(self.times) * times).max(floor) as u32
    }

    /// Makes a limit: at least the floor, and more if somebody vouched for it.
    fn limit(&self, floor: u32, people: f32) -> u32 {
        (people.max(floor as f32) * self.times) as u32
    }

    /// Makes the two limits of a gauge. An alert never comes after the throttle.
    fn gauge(&self, gauge: Gauge) -> Gauge {
        Gauge {
            watch: gauge.watch.min(gauge.throttle),
            ..gauge
        }
    }

    fn learning(&self) -> Gauge {
        let quota = match self.more.people_per_day {
            0 => self.state.people_per_day,
            given => given,
        } as f32;
        let floor = self.s.hour_floor;
        self.gauge(Gauge {
            rule: Rule::Learning,
            observed: self.hour_people(),
            watch: self.limit(floor, quota * self.s.learning_watch_share),
            throttle: self.limit(floor, quota * self.s.learning_throttle_share),
            ..IDLE
        })
    }

    fn burst(&self) -> Gauge {
        let highest = self.state.busiest_five.highest();
        let recent = &self.state.busiest_five;
        let limit = |times: f32| self.limit_of(self.s.burst_floor, recent, times);
        self.gauge(Gauge {
            rule: Rule::Burst,
            observed: self
                .state
                .five_minutes()
                .saturating_add(self.more.new_people),
            usual: highest,
            highest,
            watch: limit(self.s.burst_watch_times),
            throttle: limit(self.s.burst_throttle_times),
        })
    }

    fn hour(&self) -> Gauge {
        let s = self.s;
        let usual = self.state.profile.usual_near(self.state.slot());
        let here = self.state.profile.highest_near(self.state.slot()) as f32;
        let highest = self.state.busiest_hour.highest();
        let remarkable = (usual * s.hour_usual_times).max(here * s.hour_highest_times);
        self.gauge(Gauge {
            rule: Rule::Hour,
            observed: self.hour_people(),
            usual: usual.round() as u32,
            highest,
            watch: self.limit(s.hour_floor, remarkable),
            throttle: self.limit_of(
                s.hour_floor,
                &self.state.busiest_hour,
                s.hour_throttle_times,
            ),
        })
    }

    /// An hour that never had a tenth of what is usual for the hours that are worked, of a
    /// credential that works regularly.
    fn is_strange_hour(&self) -> bool {
        let here = self.state.profile.highest_near(self.state.slot());
        u32::from(self.state.worked_hours) >= self.s.strange_hour_min_hours
            && here as f32 * 10.0 < self.state.usual_hour
    }

    fn strange_hour(&self) -> Gauge {
        let s = self.s;
        let here = self.state.profile.highest_near(self.state.slot());
        let average = self.state.average_hour;
        let remarkable = here as f32 * s.hour_highest_times;
        let too_much = remarkable.max(average * s.strange_hour_times);
        let usual = self.state.profile.usual_near(self.state.slot());
        self.gauge(Gauge {
            rule: Rule::StrangeHour,
            observed: self.hour_people(),
            usual: usual.round() as u32,
            highest: here,
            watch: self.limit(s.strange_hour_floor, remarkable),
            throttle: self.limit(s.strange_hour_floor.saturating_mul(2), too_much),
        })
    }

    fn day(&self) -> Gauge {
        let highest = self.state.busiest_day.highest();
        let recent = &self.state.busiest_day;
        let limit = |times: f32| self.limit_of(self.s.day_floor, recent, times);
        self.gauge(Gauge {
            rule: Rule::Day,
            observed: self.day_people(),
            usual: self.usual_day(),
            highest,
            watch: limit(self.s.day_watch_times),
            throttle: limit(self.s.day_throttle_times),
        })
    }

    fn drip(&self) -> Gauge {
        let s = self.s;
        let expected = self.state.expected_today(s);
        // How many people today would bring the sum over its limit; one day adds only so much.
        let limit = |days: f32| {
            let missing = (days - self.state.drip).max(0.0);
            if missing >= s.drip_most_per_day {
                return NEVER;
            }
            self.limit(s.drip_floor, expected * (1.0 + s.drip_slack + missing))
        };
        self.gauge(Gauge {
            rule: Rule::Drip,
            observed: self.day_people(),
            usual: self.usual_day(),
            highest: 0,
            watch: limit(s.drip_watch_days),
            throttle: limit(s.drip_throttle_days),
        })
    }

    fn usual_day(&self) -> u32 {
        self.state.weekdays[weekday_of_day(self.state.today())].round() as u32
    }

    fn guesses(&self) -> Gauge {
        let highest = self.state.most_guesses.highest();
        let recent = &self.state.most_guesses;
        let limit = |times: f32| self.limit_of(self.s.guess_floor, recent, times);
        self.gauge(Gauge {
            rule: Rule::Guesses,
            observed: self.state.hour.guesses.saturating_add(self.more.guesses),
            usual: highest,
            highest,
            watch: limit(self.s.guess_watch_times),
            throttle: limit(self.s.guess_throttle_times),
        })
    }

    /// In per cent. Only a credential that usually reads people again can stop doing so.
    fn new_people(&self) -> Gauge {
        let new = self.hour_people();
        let known = self.state.hour.known.saturating_add(self.more.known_people);
        let share = |new: f32, known: f32| 100.0 * new / (new + known).max(1.0);
        let usual = share(self.state.mix_new, self.state.mix_known);
        let observed = if new > self.s.new_people_floor {
            share(new as f32, known as f32)
        } else {
            0.0
        };
        let watch = if usual > 70.0 || self.state.mix_new == 0.0 || self.state.is_vouched() {
            NEVER
        } else {
            (100.0 - (100.0 - usual) * self.s.new_people_share) as u32
        };
        self.gauge(Gauge {
            rule: Rule::NewPeople,
            observed: observed as u32,
            usual: usual.round() as u32,
            watch,
            ..IDLE
        })
    }

    fn trend(&self) -> Gauge {
        let sum = |weeks: &[u32]| {
            weeks
                .iter()
                .fold(0_u32, |sum, one| sum.saturating_add(*one))
        };
        let totals = &self.state.week_totals;
        let usual = sum(&totals[totals.len() - 4..]);
        let now = sum(&totals[..3]).saturating_add(self.state.week_people);
        self.gauge(Gauge {
            rule: Rule::Trend,
            observed: now.saturating_add(self.more.new_people),
            usual,
            watch: if usual == 0 || !self.state.knows_trend() {
                NEVER
            } else {
                let floor = self.s.day_floor.saturating_mul(4);
                self.limit(floor, usual as f32 * self.s.trend_times)
            },
            ..IDLE
        })
    }
}
