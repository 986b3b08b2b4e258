//! What is kept of one credential, and how time passes over it.

use crate::profile::{Profile, moved};
use crate::recent::{Learn, Recent};
use crate::time::{
    clamp, day_of_hour, hour_of, minute_of, slot_of_hour, week_of_hour, weekday_of_day,
};
use crate::{BrakeSettings, Observation, Reason, Rule};

/// Weeks whose totals are kept, the current one not among them.
pub(crate) const TREND_WEEKS: usize = 11;

/// The baseline and the running counts of one credential: numbers only, less than 1 KiB.
///
/// Made with [`State::new`], changed by [`Brake`](crate::Brake), kept as
/// [bytes](State::to_bytes).
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The latest moment seen. Time never goes back.
    pub(crate) now_ms: u64,
    pub(crate) since_hour: u32,
    pub(crate) minutes: [u32; 5],
    pub(crate) hour: HourCount,
    pub(crate) day: DayCount,
    pub(crate) week_people: u32,
    pub(crate) worked_days: u8,
    pub(crate) people_per_day: u32,

    pub(crate) profile: Profile,
    pub(crate) worked_hours: u8,
    /// What is usual for an hour of the week that is ever worked, on average, in people.
    pub(crate) usual_hour: f32,
    /// What an average hour with work in it has, in people.
    pub(crate) average_hour: f32,
    pub(crate) weekdays: [f32; 7],
    pub(crate) busiest_five: Recent,
    pub(crate) busiest_hour: Recent,
    pub(crate) busiest_day: Recent,
    pub(crate) most_guesses: Recent,
    pub(crate) week_totals: [u32; TREND_WEEKS],
    pub(crate) mix_new: f32,
    pub(crate) mix_known: f32,
    /// Hours with work in them, faded like the people met in them.
    pub(crate) mix_hours: f32,
    /// What came above the usual, day after day, in usual days.
    pub(crate) drip: f32,

    pub(crate) throttled_until_ms: u64,
    pub(crate) cause: Option<Cause>,
    pub(crate) vouched_until_ms: u64,
    pub(crate) vouched_times: f32,
    pub(crate) vouched_learn: bool,
    /// The day on which each rule last spoke up, plus one, modulo 2^16.
    pub(crate) alerted: [u16; Rule::ALL.len()],
}

/// The counts of the current hour.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct HourCount {
    pub(crate) new: u32,
    pub(crate) known: u32,
    pub(crate) guesses: u32,
    pub(crate) most_in_five: u32,
    pub(crate) throttled: bool,
    /// Somebody vouched for some of it.
    pub(crate) vouched: bool,
    /// And wants it to be learnt in full.
    pub(crate) learn: bool,
}

/// The counts of the current day.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct DayCount {
    pub(crate) new: u32,
    pub(crate) throttled: bool,
    /// Somebody vouched for some of it.
    pub(crate) vouched: bool,
    /// And wants it to be learnt in full.
    pub(crate) learn: bool,
}

/// What a throttle began with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cause(pub(crate) Reason);

impl State {
    /// Begins a baseline at a moment, Unix milliseconds.
    pub fn new(now_ms: u64) -> State {
        let now_ms = clamp(now_ms);
        let mut state = State {
            now_ms,
            since_hour: hour_of(now_ms),
            minutes: [0; 5],
            hour: HourCount::default(),
            day: DayCount::default(),
            week_people: 0,
            worked_days: 0,
            people_per_day: 0,
            profile: Profile::default(),
            worked_hours: 0,
            usual_hour: 0.0,
            average_hour: 0.0,
            weekdays: [0.0; 7],
            busiest_five: Recent::default(),
            busiest_hour: Recent::default(),
            busiest_day: Recent::default(),
            most_guesses: Recent::default(),
            week_totals: [0; TREND_WEEKS],
            mix_new: 0.0,
            mix_known: 0.0,
            mix_hours: 0.0,
            drip: 0.0,
            throttled_until_ms: 0,
            cause: None,
            vouched_until_ms: 0,
            vouched_times: 1.0,
            vouched_learn: false,
            alerted: [0; Rule::ALL.len()],
        };
        state.profile.skip_before(slot_of_hour(state.since_hour));
        state
    }

    /// Returns the latest moment that was seen, Unix milliseconds.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    pub(crate) fn this_hour(&self) -> u32 {
        hour_of(self.now_ms)
    }

    pub(crate) fn today(&self) -> u32 {
        day_of_hour(self.this_hour())
    }

    pub(crate) fn slot(&self) -> usize {
        slot_of_hour(self.this_hour())
    }

    pub(crate) fn five_minutes(&self) -> u32 {
        self.minutes
            .iter()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }

    pub(crate) fn is_throttled(&self) -> bool {
        self.now_ms < self.throttled_until_ms
    }

    /// Are all the weeks known that [`Rule::Trend`] compares?
    pub(crate) fn knows_trend(&self) -> bool {
        let weeks = week_of_hour(self.this_hour()) - week_of_hour(self.since_hour);
        weeks as usize > TREND_WEEKS
    }

    pub(crate) fn is_vouched(&self) -> bool {
        self.now_ms < self.vouched_until_ms
    }

    pub(crate) fn is_learning(&self, settings: &BrakeSettings) -> bool {
        let days = self.today() - day_of_hour(self.since_hour);
        days < settings.learning_days
            || (u32::from(self.worked_days) < settings.learning_worked_days
                && days < settings.learning_at_most_days)
    }

    /// How many new people and wrong guesses an hour may have while the credential is throttled.
    pub(crate) fn pace(&self, settings: &BrakeSettings) -> u32 {
        let usual = self.profile.usual_near(self.slot()).ceil() as u32;
        usual.max(settings.throttle_floor)
    }

    /// Takes what a day of this kind is expected to have, in people; never 0.
    pub(crate) fn expected_today(&self, settings: &BrakeSettings) -> f32 {
        let average = self.weekdays.iter().sum::<f32>() / 7.0;
        self.weekdays[weekday_of_day(self.today())]
            .max(average / 2.0)
            .max(settings.drip_floor as f32)
            .max(1.0)
    }

    /// Counts a request that is carried out.
    pub(crate) fn count(&mut self, seen: Observation) {
        let minute = &mut self.minutes[minute_of(self.now_ms) as usize % 5];
        *minute = minute.saturating_add(seen.new_people);
        let five = self.five_minutes();
        let (throttled, vouched) = (self.is_throttled(), self.is_vouched());
        let learn = vouched && self.vouched_learn;
        let hour = &mut self.hour;
        hour.new = hour.new.saturating_add(seen.new_people);
        hour.known = hour.known.saturating_add(seen.known_people);
        hour.guesses = hour.guesses.saturating_add(seen.guesses);
        hour.most_in_five = hour.most_in_five.max(five);
        hour.throttled |= throttled;
        hour.vouched |= vouched;
        hour.learn |= learn;
        let day = &mut self.day;
        day.new = day.new.saturating_add(seen.new_people);
        day.throttled |= throttled;
        day.vouched |= vouched;
        day.learn |= learn;
        self.week_people = self.week_people.saturating_add(seen.new_people);
    }

    /// Lets time pass: whatever is over is learnt from. A clock that went back stands still.
    ///
    /// The steps are bounded however long nothing was seen: once a week it goes over the profile.
    pub(crate) fn advance(&mut self, now_ms: u64, settings: &BrakeSettings) {
        let now_ms = clamp(now_ms);
        if now_ms <= self.now_ms {
            return;
        }
        let (minute, before) = (minute_of(now_ms), minute_of(self.now_ms));
        for passed in 1..=(minute - before).min(5) {
            self.minutes[(before + passed) as usize % 5] = 0;
        }
        let (hour, day, week) = (
            self.this_hour(),
            self.today(),
            week_of_hour(self.this_hour()),
        );
        let next_hour = hour_of(now_ms);
        if next_hour != hour {
            self.close_hour(settings);
        }
        let days = day_of_hour(next_hour) - day;
        if days > 0 {
            self.close_day(settings);
            self.pass_days(day, days, settings);
        }
        let weeks = week_of_hour(next_hour) - week;
        if weeks > 0 {
            self.close_week(week, weeks, settings);
        }
        self.now_ms = now_ms;
    }

    fn learn(&self, freely: bool, base: f32, settings: &BrakeSettings) -> Learn {
        if freely || self.is_learning(settings) {
            return Learn::Freely;
        }
        Learn::Capped {
            times: settings.growth_per_week,
            base,
        }
    }

    fn close_hour(&mut self, settings: &BrakeSettings) {
        let hour = std::mem::take(&mut self.hour);
        let (slot, seen) = (
            self.slot(),
            (self.this_hour() - self.since_hour) / crate::time::WEEK_HOURS as u32,
        );
        if hour.throttled && !hour.vouched {
            self.profile.learn_throttled(slot, hour.new, seen);
            return;
        }
        // A base times its factor is the floor: what is learnt freely below it loosens nothing.
        let s = settings;
        let how = |base: u32, times: f32| self.learn(hour.learn, base as f32 / times, s);
        let in_slot = how(s.strange_hour_floor, s.hour_highest_times);
        let in_five = how(s.burst_floor, s.burst_throttle_times);
        let in_hour = how(s.hour_floor, s.hour_throttle_times);
        let in_guesses = how(s.guess_floor, s.guess_throttle_times);
        self.profile.learn(slot, hour.new, seen, in_slot);
        self.busiest_five.learn(hour.most_in_five, in_five);
        self.busiest_hour.learn(hour.new, in_hour);
        self.most_guesses.learn(hour.guesses, in_guesses);
        self.mix_new += hour.new as f32;
        self.mix_known += hour.known as f32;
        self.mix_hours += f32::from(u8::from(hour.new > 0));
    }

    fn close_day(&mut self, settings: &BrakeSettings) {
        let day = std::mem::take(&mut self.day);
        let today = self.today();
        let is_learning = self.is_learning(settings);
        let s = settings;
        let above = day.new as f32 / self.expected_today(s) - 1.0 - s.drip_slack;
        // What somebody vouched for, and what is only being learnt, adds nothing.
        let most = if day.vouched || is_learning {
            0.0
        } else {
            s.drip_most_per_day
        };
        let least = self.least_drip(today, s);
        self.drip = (self.drip + above.max(least).min(most)).max(0.0);
        if day.new > 0 {
            self.worked_days = self.worked_days.saturating_add(1);
        }
        let first = day_of_hour(self.since_hour);
        if today > first {
            let seen = (today - first - 1) / 7;
            let usual = self.weekdays[weekday_of_day(today)];
            // Nor does a day teach upwards while days above the usual have added up.
            let is_suspicious = day.throttled || self.drip > s.drip_watch_days;
            let count = if is_suspicious && !day.vouched {
                (day.new as f32).min(usual)
            } else {
                day.new as f32
            };
            let how = self.learn(day.learn, s.drip_floor as f32, s);
            self.weekdays[weekday_of_day(today)] = moved(usual, count, seen, how);
        }
        if !day.throttled || day.vouched {
            let how = self.learn(day.learn, s.day_floor as f32 / s.day_throttle_times, s);
            self.busiest_day.learn(day.new, how);
        }
    }

    /// What a day without anybody takes from the sum: little, where nobody was expected.
    fn least_drip(&self, day: u32, settings: &BrakeSettings) -> f32 {
        let week: f32 = self.weekdays.iter().sum();
        let is_free = self.weekdays[weekday_of_day(day)] * 70.0 < week;
        let usual = if is_free { 0.0 } else { 1.0 };
        -usual - settings.drip_slack
    }

    /// Days between the one that is over and the one that begins had no work.
    fn pass_days(&mut self, day: u32, days: u32, settings: &BrakeSettings) {
        let idle = days - 1;
        if idle == 0 {
            return;
        }
        let keep = 1.0 - crate::profile::WEIGHT;
        let each = keep.powi(i32::try_from(idle / 7).unwrap_or(i32::MAX).min(200));
        for usual in &mut self.weekdays {
            *usual *= each;
        }
        if idle >= 7 {
            self.drip = 0.0;
        }
        for passed in 1..=idle % 7 {
            let least = self.least_drip(day + passed, settings);
            self.drip = (self.drip + least).max(0.0);
            self.weekdays[weekday_of_day(day + passed)] *= keep;
        }
    }

    fn close_week(&mut self, week: u32, weeks: u32, settings: &BrakeSettings) {
        let seen = (self.this_hour() - self.since_hour) / crate::time::WEEK_HOURS as u32;
        let periods = (week + weeks) / 4 - week / 4;
        let profile = self.profile.roll(weeks, periods, seen);
        self.worked_hours = profile.worked_hours;
        self.usual_hour = profile.usual / f32::from(profile.worked_hours).max(1.0);
        if self.mix_hours > 0.0 {
            let how = self.learn(false, settings.strange_hour_floor as f32, settings);
            let average = self.mix_new / self.mix_hours;
            self.average_hour = average.min(how.cap(self.average_hour));
        }
        for recent in [
            &mut self.busiest_five,
            &mut self.busiest_hour,
            &mut self.busiest_day,
            &mut self.most_guesses,
        ] {
            recent.roll(weeks);
        }
        let by = (weeks as usize).min(TREND_WEEKS);
        self.week_totals.rotate_right(by % TREND_WEEKS);
        self.week_totals[..by].fill(0);
        if weeks as usize <= TREND_WEEKS {
            self.week_totals[by - 1] = self.week_people;
        }
        self.week_people = 0;
        let keep =
            (1.0 - crate::profile::WEIGHT).powi(i32::try_from(weeks).unwrap_or(200).min(200));
        self.mix_new *= keep;
        self.mix_known *= keep;
        self.mix_hours *= keep;
    }
}
