//! The rules by name.

use serde::{Deserialize, Serialize};

/// What a credential can be braked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Rule {
    /// A new credential took a large share of its daily quota in one hour.
    Learning,
    /// Far more people in five minutes than in the busiest five minutes lately.
    Burst,
    /// Far more people than is usual for this hour of the week.
    Hour,
    /// Work at an hour that is hardly ever worked.
    StrangeHour,
    /// Far more people in a day than on the busiest day lately.
    Day,
    /// Somewhat too many people, day after day.
    Drip,
    /// Far more wrong guesses than usual.
    Guesses,
    /// Hardly anybody is read twice, though that is usual.
    NewPeople,
    /// Four weeks with far more people than four weeks two months earlier.
    Trend,
}

impl Rule {
    /// All rules, in the order of their numbers.
    pub const ALL: [Rule; 9] = [
        Rule::Learning,
        Rule::Burst,
        Rule::Hour,
        Rule::StrangeHour,
        Rule::Day,
        Rule::Drip,
        Rule::Guesses,
        Rule::NewPeople,
        Rule::Trend,
    ];

    /// Returns the rule's name, as it is written in settings, answers and documents.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Learning => "learning",
            Rule::Burst => "burst",
            Rule::Hour => "hour",
            Rule::StrangeHour => "strange-hour",
            Rule::Day => "day",
            Rule::Drip => "drip",
            Rule::Guesses => "guesses",
            Rule::NewPeople => "new-people",
            Rule::Trend => "trend",
        }
    }

    /// Returns the length of time in which the rule counts, in milliseconds.
    pub fn span_ms(self) -> u64 {
        match self {
            Rule::Burst => 5 * 60_000,
            Rule::Day | Rule::Drip => 24 * 3_600_000,
            Rule::Trend => 28 * 24 * 3_600_000,
            _ => 3_600_000,
        }
    }

    /// Returns for how many days it stays silent once it spoke up.
    pub(crate) fn silent_days(self) -> u16 {
        if self == Rule::Trend { 28 } else { 1 }
    }

    /// Returns the rule's number in a state's bytes. Numbers are for ever.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    /// Finds a rule by its number.
    pub(crate) fn from_number(number: u8) -> Option<Rule> {
        Rule::ALL.get(usize::from(number)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_found_by_its_number() {
        for rule in Rule::ALL {
            assert_eq!(Rule::from_number(rule.number()), Some(rule));
        }
        assert_eq!(Rule::from_number(9), None);
    }
}
