//! Days and periods: calendar arithmetic at the granularity the law counts in.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest period a policy may state, in years.
const YEARS_MAX: i32 = 100;

/// A day: the number of days since 1970-01-01 in some time zone.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// Returns the day of a moment in a time zone.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        Self::from_date(at.to_zoned(zone.clone()).date())
    }

    /// Returns the day of a date.
    pub fn from_date(day: Date) -> Self {
        let days = (day - date(1970, 1, 1)).get_days();
        Self(days)
    }

    /// Returns the date. A day beyond the calendar becomes its last day.
    pub fn to_date(self) -> Date {
        let span = Span::new().try_days(self.0);
        let epoch = date(1970, 1, 1);
        let found = span.ok().and_then(|span| epoch.checked_add(span).ok());
        found.unwrap_or(if self.0 < 0 { Date::MIN } else { Date::MAX })
    }

    /// Adds days.
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Adds a period; `None` beyond the calendar. Months and years end on the last day of a shorter
    /// month: one month after 31 January is 28 or 29 February.
    pub fn checked_add(self, period: &Period) -> Option<Self> {
        let sum = self.to_date().checked_add(period.span()).ok()?;
        Some(Self::from_date(sum))
    }

    /// Takes a period away; `None` beyond the calendar.
    pub fn checked_sub(self, period: &Period) -> Option<Self> {
        let rest = self.to_date().checked_sub(period.span()).ok()?;
        Some(Self::from_date(rest))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_date())
    }
}

/// A calendar period: years, months, weeks and days (ISO 8601), more than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    years: i32,
    months: i32,
    days: i32,
}

/// A period that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an ISO 8601 period of whole days, such as P3M, P10Y or P35D, above zero and at most 100 years"
)]
pub struct BadPeriod;

impl Period {
    /// Parses `P10Y`, `P1Y6M`, `P2W`, `P35D`.
    pub fn parse(text: &str) -> Result<Self, BadPeriod> {
        let mut rest = text.strip_prefix('P').ok_or(BadPeriod)?;
        let mut period = Self {
            years: 0,
            months: 0,
            days: 0,
        };
        let mut last = 0;
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: i32 = rest[..digits].parse().map_err(|_| BadPeriod)?;
            let unit = rest[digits..].chars().next().ok_or(BadPeriod)?;
            let (place, target, factor) = match unit {
                'Y' => (1, &mut period.years, 1),
                'M' => (2, &mut period.months, 1),
                'W' => (3, &mut period.days, 7),
                'D' => (4, &mut period.days, 1),
                _ => return Err(BadPeriod),
            };
            if place <= last || number > 100_000 {
                return Err(BadPeriod);
            }
            last = place;
            *target += number * factor;
            rest = &rest[digits + 1..];
        }
        let is_positive = period.years + period.months + period.days > 0;
        let is_bounded = period.days_at_most() <= i64::from(YEARS_MAX) * 366;
        if is_positive && is_bounded {
            Ok(period)
        } else {
            Err(BadPeriod)
        }
    }

    /// Returns the largest number of days it can be.
    pub fn days_at_most(&self) -> i64 {
        i64::from(self.years) * 366 + i64::from(self.months) * 31 + i64::from(self.days)
    }

    fn span(&self) -> Span {
        Span::new()
            .years(self.years)
            .months(self.months)
            .days(self.days)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        for (number, unit) in [(self.years, 'Y'), (self.months, 'M'), (self.days, 'D')] {
            if number > 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        Ok(())
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
