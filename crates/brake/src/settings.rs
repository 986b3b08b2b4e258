//! The numbers that the rules compare with.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The thresholds of all rules. A count is *over* a limit when it is greater than it.
///
/// Each field has a default; the defaults are those of the table in `docs/brake.md`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrakeSettings {
    /// How long a new credential only learns, in days. Default 14.
    pub learning_days: u32,
    /// A credential learns until it has worked on this many days, in days. Default 3.
    pub learning_worked_days: u32,
    /// After this it has learnt whatever happened, in days. Default 60.
    pub learning_at_most_days: u32,
    /// While learning: an hour may take this share of the daily quota before an alert. Default 0.25.
    pub learning_watch_share: f32,
    /// While learning: and this share before the throttle. Default 0.5.
    pub learning_throttle_share: f32,

    /// Five minutes with no more people than this are never remarkable. Default 30.
    pub burst_floor: u32,
    /// Times the busiest five minutes of 8 weeks, before an alert. Default 2.
    pub burst_watch_times: f32,
    /// Times the busiest five minutes of 8 weeks, before the throttle. Default 3.
    pub burst_throttle_times: f32,

    /// An hour with no more people than this is never remarkable. Default 50.
    pub hour_floor: u32,
    /// Times what is usual for this hour of the week, before an alert. Default 4.
    pub hour_usual_times: f32,
    /// Times the highest of this hour of the week lately, before an alert. Default 2.
    pub hour_highest_times: f32,
    /// Times the busiest hour of 8 weeks, before the throttle. Default 1.5.
    pub hour_throttle_times: f32,

    /// Hours that are hardly ever worked: no more people than this are never remarkable. Default 10.
    pub strange_hour_floor: u32,
    /// Times the average hour of work, before such an hour is throttled. Default 1.5.
    pub strange_hour_times: f32,
    /// The rule holds for credentials that work in at least this many hours of the week. Default 20.
    pub strange_hour_min_hours: u32,

    /// A day with no more people than this is never remarkable. Default 100.
    pub day_floor: u32,
    /// Times the busiest day of 8 weeks, before an alert. Default 1.5.
    pub day_watch_times: f32,
    /// Times the busiest day of 8 weeks, before the throttle. Default 2.
    pub day_throttle_times: f32,

    /// A usual day is taken to be no smaller than this many people. Default 20.
    pub drip_floor: u32,
    /// What a day may have above the usual without being added up, as a share. Default 0.25.
    pub drip_slack: f32,
    /// The most that one day adds, in usual days. Default 1.
    pub drip_most_per_day: f32,
    /// The sum above the usual before an alert, in usual days. Default 3.
    pub drip_watch_days: f32,
    /// The sum above the usual before the throttle, in usual days. Default 5.
    pub drip_throttle_days: f32,

    /// An hour with no more wrong guesses than this is never remarkable. Default 20.
    pub guess_floor: u32,
    /// Times the hour with most wrong guesses in 8 weeks, before an alert. Default 2.
    pub guess_watch_times: f32,
    /// Times the hour with most wrong guesses in 8 weeks, before the throttle. Default 3.
    pub guess_throttle_times: f32,

    /// An hour with no more new people than this has no remarkable share of them. Default 50.
    pub new_people_floor: u32,
    /// The share of people met before, compared with the usual share, below which to alert.
    /// Default 0.25.
    pub new_people_share: f32,

    /// Four weeks against the four weeks two months earlier, times, before an alert. Default 1.5.
    pub trend_times: f32,

    /// By how much any learnt number may grow in a week without somebody's word, times. Default 1.1.
    pub growth_per_week: f32,
    /// How long a throttle lasts unless somebody lifts it, in hours. Default 24.
    pub throttle_hours: u32,
    /// A throttled credential may always meet this many people in an hour. Default 10.
    pub throttle_floor: u32,
}

impl Default for BrakeSettings {
    fn default() -> Self {
        Self {
            learning_days: 14,
            learning_worked_days: 3,
            learning_at_most_days: 60,
            learning_watch_share: 0.25,
            learning_throttle_share: 0.5,
            burst_floor: 30,
            burst_watch_times: 2.0,
            burst_throttle_times: 3.0,
            hour_floor: 50,
            hour_usual_times: 4.0,
            hour_highest_times: 2.0,
            hour_throttle_times: 1.5,
            strange_hour_floor: 10,
            strange_hour_times: 1.5,
            strange_hour_min_hours: 20,
            day_floor: 100,
            day_watch_times: 1.5,
            day_throttle_times: 2.0,
            drip_floor: 20,
            drip_slack: 0.25,
            drip_most_per_day: 1.0,
            drip_watch_days: 3.0,
            drip_throttle_days: 5.0,
            guess_floor: 20,
            guess_watch_times: 2.0,
            guess_throttle_times: 3.0,
            new_people_floor: 50,
            new_people_share: 0.25,
            trend_times: 1.5,
            growth_per_week: 1.1,
            throttle_hours: 24,
            throttle_floor: 10,
        }
    }
}

impl BrakeSettings {
    /// Checks that the numbers can be compared with.
    ///
    /// # Errors
    ///
    /// [`BadSettings`] naming the first setting out of its range.
    pub fn check(&self) -> Result<(), BadSettings> {
        let times = [
            ("burst_watch_times", self.burst_watch_times),
            ("burst_throttle_times", self.burst_throttle_times),
            ("hour_usual_times", self.hour_usual_times),
            ("hour_highest_times", self.hour_highest_times),
            ("hour_throttle_times", self.hour_throttle_times),
            ("strange_hour_times", self.strange_hour_times),
            ("day_watch_times", self.day_watch_times),
            ("day_throttle_times", self.day_throttle_times),
            ("guess_watch_times", self.guess_watch_times),
            ("guess_throttle_times", self.guess_throttle_times),
            ("trend_times", self.trend_times),
            ("growth_per_week", self.growth_per_week),
        ];
        within(&times, 1.0, 100.0)?;
        let days = [
            ("drip_slack", self.drip_slack),
            ("drip_most_per_day", self.drip_most_per_day),
            ("drip_watch_days", self.drip_watch_days),
            ("drip_throttle_days", self.drip_throttle_days),
        ];
        within(&days, 0.0, 100.0)?;
        let shares = [
            ("learning_watch_share", self.learning_watch_share),
            ("learning_throttle_share", self.learning_throttle_share),
            ("new_people_share", self.new_people_share),
        ];
        within(&shares, 0.0, 1.0)
    }
}

/// A setting that is out of its range.
#[derive(Debug, Clone, PartialEq)]
pub struct BadSettings {
    /// The setting's name.
    pub setting: &'static str,
    /// What it was set to.
    pub value: f32,
    /// The least it may be.
    pub least: f32,
    /// The most it may be.
    pub most: f32,
}

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the brake's setting {} is {}; give a number from {} to {}",
            self.setting, self.value, self.least, self.most
        )
    }
}

impl std::error::Error for BadSettings {}

fn within(settings: &[(&'static str, f32)], least: f32, most: f32) -> Result<(), BadSettings> {
    for (setting, value) in settings {
        if !(least..=most).contains(value) {
            return Err(BadSettings {
                setting,
                value: *value,
                least,
                most,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_range() {
        assert_eq!(BrakeSettings::default().check(), Ok(()));
    }

    #[test]
    fn a_setting_out_of_range_is_named() {
        let settings = BrakeSettings {
            growth_per_week: f32::NAN,
            ..BrakeSettings::default()
        };
        let message = settings.check().expect_err("not a number").to_string();
        assert!(message.starts_with("the brake's setting growth_per_week is NaN;"));
    }
}
