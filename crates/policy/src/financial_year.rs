//! Financial years: the years a merchant closes its books for.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use serde::Serialize;

use crate::Day;

/// The last day of every financial year: `12-31`, `03-31`, or `02-end` for a month's last day.
///
/// `02-29` is `02-end`: it cannot mean anything else in most years. `02-28` is the 28th in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FinancialYearEnd {
    month: i8,
    /// None is the month's last day.
    day: Option<i8>,
}

/// One financial year.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FinancialYear {
    /// The calendar year in which it ends, such as `2024`.
    pub label: String,
    /// The day on which the books are closed.
    pub last_day: Day,
}

impl FinancialYearEnd {
    /// Returns the financial year that contains a day.
    pub(crate) fn year_of(self, day: Day) -> FinancialYear {
        let year = day.to_date().year();
        let this = self.in_year(year);
        let last_day = if day.to_date() <= this {
            this
        } else {
            // The calendar ends in 9999: the rest of that year counts to it.
            year.checked_add(1)
                .filter(|next| *next <= Date::MAX.year())
                .map_or(Date::MAX, |next| self.in_year(next))
        };
        FinancialYear {
            label: last_day.year().to_string(),
            last_day: Day::from_date(last_day),
        }
    }

    fn in_year(self, year: i16) -> Date {
        let first = date(year, self.month, 1);
        let day = self.day.unwrap_or_else(|| first.days_in_month());
        date(year, self.month, day)
    }
}

/// Why a text is no end of a financial year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadYearEnd {
    /// Not of the form.
    #[error("is no month and day; write `12-31`, or `06-end` for the last day of June")]
    Form,
    /// A day no year has.
    #[error("is no day of that month; write `MM-end` for its last day")]
    NoSuchDay,
}

impl FromStr for FinancialYearEnd {
    type Err = BadYearEnd;

    fn from_str(text: &str) -> Result<Self, BadYearEnd> {
        let (month, day) = text.split_once('-').ok_or(BadYearEnd::Form)?;
        let month = two_digits(month)
            .filter(|month| (1..=12).contains(month))
            .ok_or(BadYearEnd::Form)?;
        if day == "end" {
            return Ok(Self { month, day: None });
        }
        let day = two_digits(day).ok_or(BadYearEnd::Form)?;
        if (month, day) == (2, 29) {
            return Ok(Self { month, day: None });
        }
        // 2023 is no leap year: a day it has, every year has.
        Date::new(2023, month, day).map_err(|_| BadYearEnd::NoSuchDay)?;
        Ok(Self {
            month,
            day: Some(day),
        })
    }
}

fn two_digits(text: &str) -> Option<i8> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

impl fmt::Display for FinancialYearEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.day {
            Some(day) => write!(f, "{:02}-{day:02}", self.month),
            None => write!(f, "{:02}-end", self.month),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(ends: &str, day: &str) -> (String, String) {
        let ends: FinancialYearEnd = ends.parse().unwrap();
        let year = ends.year_of(Day::from_date(day.parse().unwrap()));
        (year.label, year.last_day.to_string())
    }

    #[test]
    fn a_financial_year_bears_the_number_of_the_year_in_which_it_ends() {
        for (ends, day, label, last_day) in [
            ("12-31", "2024-01-01", "2024", "2024-12-31"),
            ("12-31", "2024-12-31", "2024", "2024-12-31"),
            ("03-31", "2024-03-31", "2024", "2024-03-31"),
            ("03-31", "2024-04-01", "2025", "2025-03-31"),
            ("06-30", "2023-12-31", "2024", "2024-06-30"),
            ("02-end", "2024-02-29", "2024", "2024-02-29"),
            ("02-29", "2024-02-29", "2024", "2024-02-29"),
            ("02-29", "2023-03-01", "2024", "2024-02-29"),
            ("02-end", "2023-02-28", "2023", "2023-02-28"),
            ("02-end", "2023-03-01", "2024", "2024-02-29"),
            ("02-28", "2024-02-28", "2024", "2024-02-28"),
            // With 02-28 the leap day is the first day of the next year, as the books say.
            ("02-28", "2024-02-29", "2025", "2025-02-28"),
            ("12-end", "2024-06-01", "2024", "2024-12-31"),
        ] {
            assert_eq!(
                year(ends, day),
                (label.into(), last_day.into()),
                "{ends} {day}"
            );
        }
    }

    #[test]
    fn the_end_of_the_calendar_ends_the_last_financial_year() {
        assert_eq!(year("03-31", "9999-06-01").1, "9999-12-31");
        assert_eq!(
            FinancialYearEnd::from_str("03-31")
                .unwrap()
                .year_of(Day(i32::MIN))
                .label,
            "-9999"
        );
    }

    #[test]
    fn an_end_that_no_year_has_is_refused_with_what_to_write() {
        for (text, why) in [
            ("02-30", BadYearEnd::NoSuchDay),
            ("04-31", BadYearEnd::NoSuchDay),
            ("12-00", BadYearEnd::NoSuchDay),
            ("13-01", BadYearEnd::Form),
            ("00-end", BadYearEnd::Form),
            ("1-31", BadYearEnd::Form),
            ("12-+1", BadYearEnd::Form),
            ("12-31-", BadYearEnd::Form),
            ("end", BadYearEnd::Form),
            ("", BadYearEnd::Form),
        ] {
            assert_eq!(text.parse::<FinancialYearEnd>(), Err(why), "{text}");
        }
    }

    #[test]
    fn an_end_is_printed_as_it_is_written() {
        for (text, printed) in [
            ("12-31", "12-31"),
            ("03-01", "03-01"),
            ("02-end", "02-end"),
            ("02-29", "02-end"),
        ] {
            assert_eq!(
                text.parse::<FinancialYearEnd>().unwrap().to_string(),
                printed
            );
        }
    }
}
