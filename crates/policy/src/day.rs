//! Days: calendar dates as numbers, the only unit of time that retention counts in.

use std::fmt;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize, Serializer};

use crate::Period;

const EPOCH: Date = date(1970, 1, 1);

/// A calendar day, as the number of days since 1970-01-01.
///
/// Any number is a day. The calendar knows the years -9999 to 9999; what lies beyond them counts
/// as their first or last day, so that nothing here can fail on a number read from a table.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// The last day of the calendar: 9999-12-31.
    pub const LAST: Self = Self(2_932_896);

    /// Returns the day on which an instant falls in a time zone.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        Self::from_date(zone.to_datetime(at).date())
    }

    /// Returns the day of a date.
    pub fn from_date(day: Date) -> Self {
        Self((day - EPOCH).get_days())
    }

    /// Returns the date.
    pub fn to_date(self) -> Date {
        let span = Span::new().try_days(self.0);
        let found = span.ok().and_then(|span| EPOCH.checked_add(span).ok());
        found.unwrap_or(if self.0 < 0 { Date::MIN } else { Date::MAX })
    }

    /// Adds days.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Adds a period; none beyond the calendar.
    ///
    /// Months first, then days. A month that lacks the day ends on its last one: a month after
    /// 31 January is 28 or 29 February, and a year after 29 February is 28 February.
    pub fn checked_add(self, period: &Period) -> Option<Self> {
        let sum = self.to_date().checked_add(period.span()).ok()?;
        Some(Self::from_date(sum))
    }

    /// Takes a period away, by the same rule; none beyond the calendar.
    pub fn checked_sub(self, period: &Period) -> Option<Self> {
        let rest = self.to_date().checked_sub(period.span()).ok()?;
        Some(Self::from_date(rest))
    }

    /// Adds a period; what lies beyond the calendar is its last day. For terms: rather kept too
    /// long than forgotten too early.
    #[must_use]
    pub fn plus(self, period: &Period) -> Self {
        self.checked_add(period).unwrap_or(Self::LAST)
    }

    /// Serialises as a date, for answers that people read.
    pub(crate) fn as_date<S: Serializer>(day: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_date(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_january_1970_is_day_zero() {
        assert_eq!(Day::from_date(EPOCH), Day(0));
        assert_eq!(Day::from_date(date(1969, 12, 31)), Day(-1));
        assert_eq!(Day(19_722).to_string(), "2023-12-31");
    }

    #[test]
    fn a_number_beyond_the_calendar_counts_as_its_first_or_last_day() {
        assert_eq!(Day::from_date(Date::MAX), Day::LAST);
        assert_eq!(Day(i32::MAX).to_date(), Date::MAX);
        assert_eq!(Day(i32::MIN).to_date(), Date::MIN);
        let century = Period::parse("P100Y").unwrap();
        assert_eq!(Day(i32::MAX).checked_add(&century), None);
        assert_eq!(Day(i32::MAX).plus(&century), Day::LAST);
        assert_eq!(Day(i32::MIN).checked_sub(&century), None);
        assert_eq!(Day(i32::MAX).plus_days(1), Day(i32::MAX));
    }

    #[test]
    fn a_month_that_lacks_the_day_ends_on_its_last() {
        for (from, period, to) in [
            ("2023-01-31", "P1M", "2023-02-28"),
            ("2024-01-31", "P1M", "2024-02-29"),
            ("2024-02-29", "P1Y", "2025-02-28"),
            ("2024-02-29", "P4Y", "2028-02-29"),
            ("2024-02-29", "P12M", "2025-02-28"),
            ("2023-11-30", "P3M", "2024-02-29"),
            ("2024-05-31", "P1M", "2024-06-30"),
            ("2024-12-31", "P10Y", "2034-12-31"),
            ("2024-01-31", "P1M1D", "2024-03-01"),
            ("2024-01-01", "P2W", "2024-01-15"),
            ("2024-02-28", "P1D", "2024-02-29"),
        ] {
            let start = Day::from_date(from.parse().unwrap());
            let end = start.checked_add(&Period::parse(period).unwrap()).unwrap();
            assert_eq!(end.to_string(), to, "{from} + {period}");
        }
    }
}
