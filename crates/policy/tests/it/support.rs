//! Days, orders and policies in few words.

use lethe_model::Category;
use lethe_policy::{AccountClock, Clock, Day, OrderClock, Policy, Verdict};

pub(crate) const ORDER_CATEGORIES: [Category; 5] = [
    Category::Contact,
    Category::Delivery,
    Category::Invoice,
    Category::Support,
    Category::Document,
];

pub(crate) fn day(text: &str) -> Day {
    Day::from_date(text.parse().expect("a date"))
}

pub(crate) fn default() -> Policy {
    Policy::parse(Policy::DEFAULT_TEXT).expect("the default policy")
}

/// The default policy with one text in place of another, everywhere.
pub(crate) fn changed(from: &str, to: &str) -> Policy {
    Policy::parse(&changed_text(from, to)).unwrap_or_else(|errors| panic!("{errors}"))
}

pub(crate) fn changed_text(from: &str, to: &str) -> String {
    assert!(Policy::DEFAULT_TEXT.contains(from), "{from}");
    Policy::DEFAULT_TEXT.replace(from, to)
}

/// The default policy with one text in place of another, in one rule only.
pub(crate) fn changed_rule(rule: &str, from: &str, to: &str) -> Policy {
    let text = Policy::DEFAULT_TEXT;
    let start = text
        .find(&format!("[[rule]]\nname = \"{rule}\""))
        .expect("the rule");
    let length = text[start + 1..]
        .find("[[rule]]\n")
        .map_or(text.len() - start, |at| at + 1);
    let (before, rest) = text.split_at(start);
    let (rule, after) = rest.split_at(length);
    assert!(rule.contains(from), "{from}");
    let text = format!("{before}{}{after}", rule.replacen(from, to, 1));
    Policy::parse(&text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// An order of 59 EUR of 5 January 2026, paid at once, shipped two days later.
pub(crate) fn shipped() -> OrderClock {
    OrderClock {
        ordered: Some(day("2026-01-05")),
        paid: Some(day("2026-01-05")),
        shipped: Some(day("2026-01-07")),
        total_minor: Some(5900),
        currency: Some("EUR".to_owned()),
        ..OrderClock::default()
    }
}

pub(crate) trait Judge {
    fn order(&self, category: Category, order: &OrderClock, today: &str) -> Verdict;
    fn account(&self, account: &AccountClock, today: &str) -> Verdict;
}

impl Judge for Policy {
    fn order(&self, category: Category, order: &OrderClock, today: &str) -> Verdict {
        self.verdict("main", category, Clock::Order(order), day(today))
    }

    fn account(&self, account: &AccountClock, today: &str) -> Verdict {
        let clock = Clock::Account(account);
        self.verdict("main", Category::Account, clock, day(today))
    }
}
