//! Why a verdict is not calm, as data and as a sentence.

use crate::Rule;
use crate::time::{HOUR_MS, MINUTE_MS, day_of_hour, hour_of, weekday_of_day};
use serde::Serialize;
use std::fmt;

/// One rule that found something remarkable, with the numbers it compared.
///
/// `Display` makes a sentence of it, with times in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Which rule.
    pub rule: Rule,
    /// What was counted: people, or guesses, or for [`Rule::NewPeople`] per cent. The request that
    /// was judged is included.
    pub observed: u32,
    /// What is usual, in the same unit.
    pub usual: u32,
    /// The highest in the weeks that the rule looks back on, in the same unit; 0 if it does not.
    pub highest: u32,
    /// The number that was exceeded.
    pub limit: u32,
    /// From when on was counted, Unix milliseconds. It was for [`Rule::span_ms`].
    pub from_ms: u64,
    /// Somebody should be told: it is the first time today, or a throttle begins with it.
    pub is_new: bool,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reason {
            observed,
            usual,
            highest,
            limit,
            ..
        } = *self;
        let people = People(observed);
        let (day, span) = (self.day(), Span(self));
        match self.rule {
            Rule::Learning => write!(
                f,
                "read {people} {span} while its baseline is still being learnt; the limit is \
                 {limit}, a share of its daily quota"
            ),
            Rule::Burst => write!(
                f,
                "read {people} {span}; the busiest five minutes of the last 8 weeks had {highest} \
                 (limit {limit})"
            ),
            Rule::Hour => write!(
                f,
                "read {people} {span}; usual for this hour is {usual} (at most {highest} in any \
                 hour of the last 8 weeks; limit {limit})"
            ),
            Rule::StrangeHour => write!(
                f,
                "read {people} on {day} {span}, an hour that is hardly ever worked (at most \
                 {highest} lately; limit {limit})"
            ),
            Rule::Day => write!(
                f,
                "read {people} on {day}; usual for a {day} is {usual} (at most {highest} in any \
                 day of the last 8 weeks; limit {limit})"
            ),
            Rule::Drip => write!(
                f,
                "read {people} on {day}, after days above the usual; usual for a {day} is {usual} \
                 (limit {limit} for this day)"
            ),
            Rule::Guesses => write!(
                f,
                "guessed wrong {observed} times {span}; at most {highest} in any hour of the last \
                 8 weeks (limit {limit})"
            ),
            Rule::NewPeople => write!(
                f,
                "{observed} % of the people read {span} were read for the first time that day; \
                 usual is {usual} % (limit {limit} %)"
            ),
            Rule::Trend => write!(
                f,
                "read {people} in four weeks; in the four weeks two months before it was {usual} \
                 (limit {limit})"
            ),
        }
    }
}

impl Reason {
    fn day(&self) -> &'static str {
        const DAYS: [&str; 7] = [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ];
        DAYS[weekday_of_day(day_of_hour(hour_of(self.from_ms)))]
    }
}

/// A number of people, in words that agree with it.
struct People(u32);

impl fmt::Display for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.0 == 1 { "person" } else { "people" };
        write!(f, "{} {word}", self.0)
    }
}

/// The time in which was counted.
struct Span<'a>(&'a Reason);

impl fmt::Display for Span<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.0.from_ms;
        let until = from.saturating_add(self.0.rule.span_ms());
        let clock = |ms: u64| (ms / HOUR_MS % 24, ms / MINUTE_MS % 60);
        let ((h1, m1), (h2, m2)) = (clock(from), clock(until));
        write!(f, "between {h1:02}:{m1:02} and {h2:02}:{m2:02} UTC")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_makes_a_sentence_with_its_numbers() {
        let sentence = |rule| {
            Reason {
                rule,
                observed: 412,
                usual: 23,
                highest: 61,
                limit: 106,
                from_ms: (4 * 24 + 14) * HOUR_MS,
                is_new: true,
            }
            .to_string()
        };
        assert_eq!(
            sentence(Rule::Hour),
            "read 412 people between 14:00 and 15:00 UTC; usual for this hour is 23 (at most 61 \
             in any hour of the last 8 weeks; limit 106)"
        );
        assert!(sentence(Rule::Burst).contains("between 14:00 and 14:05 UTC"));
        assert!(sentence(Rule::Day).starts_with("read 412 people on Monday; usual for a Monday"));
        for rule in Rule::ALL {
            let sentence = sentence(rule);
            assert!(
                sentence.contains("412") && sentence.contains("106"),
                "{sentence}"
            );
        }
    }
}
