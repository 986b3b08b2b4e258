//! Periods: calendar lengths such as three months or ten years.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use jiff::Span;
use serde::{Serialize, Serializer};

/// A length of time in calendar units, ISO 8601: `P3M`, `P10Y`, `P1Y6M`, `P14D`.
///
/// At least a day and at most a hundred years. Years are twelve months and weeks seven days;
/// nothing else is converted, because a month is not a number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    months: u32,
    days: u32,
}

/// No law asks for more, and a longer one is a slip of the keyboard.
const MONTHS_AT_MOST: u32 = 1200;
const DAYS_AT_MOST: u32 = 36_525;

impl Period {
    /// Makes a period of years.
    pub(crate) const fn years(years: u32) -> Self {
        Self {
            months: years * 12,
            days: 0,
        }
    }

    /// Parses `P10Y`, `P1Y6M`, `P2W`, `P35D`.
    ///
    /// # Errors
    ///
    /// [`BadPeriod`] says what is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, BadPeriod> {
        if text.starts_with(['-', '+']) {
            return Err(BadPeriod::Sign);
        }
        let mut rest = text.strip_prefix('P').ok_or(BadPeriod::Form)?;
        let (mut months, mut days) = (0u32, 0u32);
        let mut units = "YMWD".chars();
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, tail) = rest.split_at(digits);
            let unit = match tail.chars().next() {
                Some('T') if digits == 0 => return Err(BadPeriod::Time),
                Some('-' | '+') => return Err(BadPeriod::Sign),
                Some(unit) if digits > 0 => unit,
                _ => return Err(BadPeriod::Form),
            };
            // Each unit once, the larger before the smaller.
            if !units.any(|known| known == unit) {
                return Err(BadPeriod::Form);
            }
            let number = number.parse::<u32>().map_err(|_| BadPeriod::TooLong)?;
            let (target, factor) = match unit {
                'Y' => (&mut months, 12),
                'M' => (&mut months, 1),
                'W' => (&mut days, 7),
                _ => (&mut days, 1),
            };
            *target = number
                .checked_mul(factor)
                .and_then(|more| target.checked_add(more))
                .ok_or(BadPeriod::TooLong)?;
            rest = &tail[unit.len_utf8()..];
        }
        let period = Self { months, days };
        match (months, days) {
            (0, 0) if text == "P" => Err(BadPeriod::Form),
            (0, 0) => Err(BadPeriod::Zero),
            (MONTHS_AT_MOST, 0) => Ok(period),
            _ if months >= MONTHS_AT_MOST || period.days_at_least() > u64::from(DAYS_AT_MOST) => {
                Err(BadPeriod::TooLong)
            }
            _ => Ok(period),
        }
    }

    /// Returns the largest number of days it can be.
    pub fn days_at_most(&self) -> u32 {
        // Twelve months are never more than a leap year.
        self.months / 12 * 366 + self.months % 12 * 31 + self.days
    }

    fn days_at_least(self) -> u64 {
        u64::from(self.months / 12 * 365 + self.months % 12 * 28) + u64::from(self.days)
    }

    /// Compares two lengths where every calendar agrees on the answer.
    ///
    /// `P12M` equals `P1Y`, and `P3M` is shorter than `P100D` whatever the months. `P1M` and `P30D`
    /// have no order.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let months = self.months.cmp(&other.months);
        let days = self.days.cmp(&other.days);
        if months == days || days.is_eq() {
            Some(months)
        } else if months.is_eq() {
            Some(days)
        } else if u64::from(self.days_at_most()) < other.days_at_least() {
            Some(Ordering::Less)
        } else if self.days_at_least() > u64::from(other.days_at_most()) {
            Some(Ordering::Greater)
        } else {
            None
        }
    }

    /// Says it in words: `3 months`, `1 year and 14 days`.
    pub fn words(&self) -> String {
        let parts = [
            (self.months / 12, "year"),
            (self.months % 12, "month"),
            (self.days, "day"),
        ];
        let said: Vec<String> = parts
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, unit)| format!("{number} {unit}{}", if number == 1 { "" } else { "s" }))
            .collect();
        said.join(" and ")
    }

    pub(crate) fn span(self) -> Span {
        Span::new()
            .months(i64::from(self.months))
            .days(i64::from(self.days))
    }
}

/// Why a text is no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPeriod {
    /// Not of the form.
    #[error("is no calendar period; write years, months, weeks or days, such as `P3M` or `P10Y`")]
    Form,
    /// Hours, minutes or seconds.
    #[error("has a time part; retention counts in whole days, so write at least `P1D`")]
    Time,
    /// A sign.
    #[error("has a sign; a period only goes forward, such as `P3M`")]
    Sign,
    /// Nothing.
    #[error("is no time at all; the shortest period is `P1D`")]
    Zero,
    /// Beyond a hundred years.
    #[error("is longer than a hundred years; check the number and its letter")]
    TooLong,
}

impl FromStr for Period {
    type Err = BadPeriod;

    fn from_str(text: &str) -> Result<Self, BadPeriod> {
        Self::parse(text)
    }
}

/// Prints the ISO 8601 form, with years and months as far as they go.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P")?;
        for (number, unit) in [
            (self.months / 12, 'Y'),
            (self.months % 12, 'M'),
            (self.days, 'D'),
        ] {
            if number > 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        Ok(())
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        Period::parse(text).unwrap()
    }

    #[test]
    fn what_is_no_usable_period_is_refused_with_its_reason() {
        use BadPeriod::{Form, Sign, TooLong, Zero};
        for (text, why) in [
            ("", Form),
            ("P", Form),
            ("3M", Form),
            ("p3m", Form),
            ("P3", Form),
            ("PM", Form),
            ("P3M ", Form),
            ("P1.5Y", Form),
            ("P3M1Y", Form),
            ("P1Y1Y", Form),
            ("P3H", Form),
            ("P3é", Form),
            ("PT3H", BadPeriod::Time),
            ("P1DT3H", BadPeriod::Time),
            ("-P3M", Sign),
            ("+P3M", Sign),
            ("P-3M", Sign),
            ("P0D", Zero),
            ("P0Y0M0D", Zero),
            ("P101Y", TooLong),
            ("P100Y1D", TooLong),
            ("P1201M", TooLong),
            ("P36526D", TooLong),
            ("P99Y40000D", TooLong),
            ("P99999999999Y", TooLong),
            ("P4294967295Y", TooLong),
            ("P4294967295W", TooLong),
        ] {
            assert_eq!(Period::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_period_is_printed_in_one_form_and_said_in_words() {
        for (text, printed, words) in [
            ("P3M", "P3M", "3 months"),
            ("P18M", "P1Y6M", "1 year and 6 months"),
            ("P2W", "P14D", "14 days"),
            ("P1Y1W1D", "P1Y8D", "1 year and 8 days"),
            ("P100Y", "P100Y", "100 years"),
            ("P0Y1D", "P1D", "1 day"),
        ] {
            assert_eq!(
                (
                    period(text).to_string().as_str(),
                    period(text).words().as_str()
                ),
                (printed, words)
            );
        }
    }

    #[test]
    fn lengths_have_an_order_only_where_every_calendar_agrees() {
        use Ordering::{Equal, Greater, Less};
        for (one, other, order) in [
            ("P1Y", "P12M", Some(Equal)),
            ("P2W", "P14D", Some(Equal)),
            ("P3M", "P4M", Some(Less)),
            ("P10Y", "P9Y11M", Some(Greater)),
            ("P3M", "P100D", Some(Less)),
            ("P3M", "P80D", Some(Greater)),
            ("P1M1D", "P1M", Some(Greater)),
            ("P1M", "P30D", None),
            ("P1Y", "P365D", None),
            ("P1M5D", "P2M4D", Some(Less)),
        ] {
            assert_eq!(period(one).compare(&period(other)), order, "{one} {other}");
            let reverse = order.map(Ordering::reverse);
            assert_eq!(
                period(other).compare(&period(one)),
                reverse,
                "{other} {one}"
            );
        }
    }
}
