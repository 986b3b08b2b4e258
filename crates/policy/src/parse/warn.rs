//! What is allowed but looks like a mistake.

use std::cmp::Ordering;

use lethe_model::Category;

use super::report::Report;
use crate::{Archive, KeepRule, Period, Policy, Rule, RuleThen, StartEvent};

const TEN_YEARS: Period = Period::years(10);
const THREE_YEARS: Period = Period::years(3);

pub(super) fn warn(policy: &Policy, report: &Report<'_>) {
    for rule in &policy.rules {
        let place = format!("rule `{}`", rule.name);
        match rule.category {
            Category::Invoice | Category::Document => accounting(rule, &place, report),
            Category::Account if is_shorter(THREE_YEARS, rule.active.period) => {
                let message = "keeps an account longer than three years after the last contact, \
                               the longest the CNIL names for customers who stay silent";
                report.warning(&place, message);
            }
            _ => {}
        }
    }
    tombstones(policy, report);
}

/// Says where the rule keeps less than accounting law asks for.
fn accounting(rule: &Rule, place: &str, report: &Report<'_>) {
    let RuleThen::Archive(archive) = &rule.then else {
        let message = "archives nothing, and C. com. L123-22 asks for ten years from the close of \
                       the financial year; archive it unless another system keeps the invoices";
        report.warning(place, message);
        return;
    };
    if !archive.keeps.iter().any(is_accounting_term) {
        let message = "has no minimum of ten years from `financial-year-end` for every order: \
                       C. com. L123-22 asks for ten years from the close of the financial year";
        report.warning(place, message);
    }
    short_contract_terms(archive, place, report);
}

fn is_accounting_term(keep: &KeepRule) -> bool {
    keep.minimum
        && keep.when.is_none()
        && keep.term.start == StartEvent::FinancialYearEnd
        && !is_shorter(keep.term.period, TEN_YEARS)
}

/// Says where contracts above a total are kept for less than consumer law asks for.
fn short_contract_terms(archive: &Archive, place: &str, report: &Report<'_>) {
    let conditional = archive.keeps.iter().filter(|keep| keep.when.is_some());
    for keep in conditional.filter(|keep| is_shorter(keep.term.period, TEN_YEARS)) {
        let message = format!(
            "keep `{}` is shorter than ten years: C. conso. D213-2 asks for ten years from \
             delivery for contracts of 120 EUR and more",
            keep.name
        );
        report.warning(place, message);
    }
}

/// Says where an erased order would be forgotten while a copy of it can still come back.
fn tombstones(policy: &Policy, report: &Report<'_>) {
    let term = policy.tombstones;
    let place = "`[tombstones]`, `term`";
    if term.days_at_most() < policy.backups.data_days {
        let message = "is shorter than backups of data live: an erased order could be restored \
                       from one and not be recognised";
        report.warning(place, message);
    }
    let keeps = policy.rules.iter().filter_map(|rule| match &rule.then {
        RuleThen::Archive(archive) => Some(&archive.keeps),
        _ => None,
    });
    if keeps
        .flatten()
        .any(|keep| is_shorter(term, keep.term.period))
    {
        let message = "is shorter than the longest archive term: an old export could bring an \
                       erased order back";
        report.warning(place, message);
    }
}

/// Where it cannot be told, it is not shorter: these are warnings, not rules.
fn is_shorter(one: Period, other: Period) -> bool {
    one.compare(&other) == Some(Ordering::Less)
}
