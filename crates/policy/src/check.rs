//! Checking: every problem of a file at once, each with what to do.

use crate::file::{PolicyFile, Rule, ThenWord};
use crate::policy::{Backups, Safety};
use crate::{Day, Period, Policy, StartEvent};
use jiff::civil::date;
use jiff::tz::TimeZone;
use lethe_model::{Category, Field};
use std::collections::BTreeSet;
use std::fmt;

/// The only format there is.
const FORMAT: u32 = 1;

/// Everything that is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyErrors(Vec<String>);

impl PolicyErrors {
    pub(crate) fn of_toml(error: toml::de::Error) -> Self {
        Self(vec![error.to_string().trim_end().to_owned()])
    }

    /// Lists the problems.
    pub fn problems(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the policy cannot be used:")?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for PolicyErrors {}

pub(crate) fn check(file: PolicyFile, text: &str) -> Result<Policy, PolicyErrors> {
    let mut problems = Vec::new();
    if file.format != FORMAT {
        problems.push(format!(
            "format: {} is not known; write {FORMAT}",
            file.format
        ));
    }
    let is_word = |text: &str| !text.trim().is_empty() && text.len() <= 60;
    if !is_word(&file.revision) {
        problems.push("revision: give it a label of 1 to 60 characters".into());
    }
    let zone = TimeZone::get(&file.time_zone).unwrap_or_else(|_| {
        problems.push(format!(
            "time_zone: {:?} is not a time zone; write one like Europe/Paris",
            file.time_zone
        ));
        TimeZone::UTC
    });
    let year_end = year_end(&file.financial_year.ends).unwrap_or_else(|| {
        problems.push("financial_year.ends: write month and day, like 12-31 or 02-29".into());
        (12, 31)
    });
    for rule in &file.rule {
        check_rule(rule, &mut problems);
    }
    check_overlap(&file.rule, &mut problems);
    check_coverage(&file, &mut problems);
    check_numbers(&file, &mut problems);
    if !problems.is_empty() {
        return Err(PolicyErrors(problems));
    }
    let days = |period: &Period| u32::try_from(period.days_at_most()).unwrap_or(u32::MAX);
    Ok(Policy {
        text: text.to_owned(),
        revision: file.revision,
        zone,
        open_events_at_most: file.open_events_at_most,
        year_end,
        warnings: warnings(&file.rule),
        rules: file.rule,
        backups: Backups {
            keyring_days: days(&file.backups.keyring),
            data_days: days(&file.backups.data),
        },
        tombstones: file.tombstones.term,
        statistics: file.statistics,
        safety: Safety {
            first_run_at_most: file.safety.first_run_at_most,
            per_day_at_most: file.safety.per_day_at_most,
            erasures_per_day_at_most: file.safety.erasures_per_day_at_most,
            request_delay_days: days(&file.safety.request_delay),
            shorter_policy_delay_days: days(&file.safety.shorter_policy_delay),
            clock_jump_at_most_days: days(&file.safety.clock_jump_at_most),
        },
    })
}

fn year_end(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let (month, day): (i8, i8) = (month.parse().ok()?, day.parse().ok()?);
    let is_written_in_full = text.len() == 5;
    let is_month = (1..=12).contains(&month);
    // 2024 is a leap year: 02-29 stands for the last day of February.
    let is_day = is_month && (1..=date(2024, month, 1).days_in_month()).contains(&day);
    (is_written_in_full && is_day).then_some((month, day))
}

fn check_rule(rule: &Rule, problems: &mut Vec<String>) {
    let mut say = |text: String| problems.push(format!("rule {:?}: {text}", rule.name));
    if rule.name.trim().is_empty() || rule.name.len() > 60 {
        say("give it a name of 1 to 60 characters".into());
    }
    let category = category(&rule.category);
    if category.is_none() {
        let names: Vec<&str> = Category::ALL.iter().map(|one| one.name()).collect();
        say(format!(
            "category {:?} is not known; use one of {}",
            rule.category,
            names.join(", ")
        ));
    }
    if rule.reference.trim().is_empty() || rule.basis.trim().is_empty() {
        say("basis and reference must say where it is from".into());
    }
    let is_account = category == Some(Category::Account);
    let mut events = vec![rule.start];
    events.extend(rule.substitutes.iter().map(|one| one.start));
    for keep in rule.archive.iter().flat_map(|archive| &archive.keep) {
        events.push(keep.start);
        events.extend(keep.substitutes.iter().map(|one| one.start));
    }
    for event in events {
        if event.is_of_account() != is_account {
            say(format!(
                "{} is no day of {}",
                event.name(),
                if is_account { "an account" } else { "an order" }
            ));
        }
    }
    check_archive(rule, category, &mut say);
}

fn check_archive(rule: &Rule, category: Option<Category>, say: &mut impl FnMut(String)) {
    let archive = match (&rule.archive, rule.then) {
        (Some(archive), ThenWord::Archive) => archive,
        (None, ThenWord::Archive) => {
            return say("then = \"archive\" needs a [rule.archive] with fields and keeps".into());
        }
        (Some(_), _) => return say("[rule.archive] needs then = \"archive\"".into()),
        (None, _) => return,
    };
    if archive.fields.is_empty() {
        say("archive.fields: name what is kept, or write then = \"erase\"".into());
    }
    for name in &archive.fields {
        let is_ours = Field::parse(name).is_ok_and(|field| Some(field.category()) == category);
        if !is_ours {
            say(format!(
                "archive.fields: {name:?} is no field of {}; lethe fields lists them",
                rule.category
            ));
        }
    }
    if archive.keep.is_empty() {
        say("archive.keep: say for how long, or write then = \"erase\"".into());
    }
    let mut names = BTreeSet::new();
    for keep in &archive.keep {
        if !names.insert(&keep.name) {
            say(format!("two keeps are called {:?}", keep.name));
        }
        if keep.reference.trim().is_empty() {
            say(format!("keep {:?} must say where it is from", keep.name));
        }
    }
}

fn check_overlap(rules: &[Rule], problems: &mut Vec<String>) {
    let (mut names, mut places) = (BTreeSet::new(), BTreeSet::new());
    for rule in rules {
        if !names.insert(&rule.name) {
            problems.push(format!("two rules are called {:?}", rule.name));
        }
        if !places.insert((&rule.category, &rule.store)) {
            problems.push(format!(
                "rule {:?}: another rule is for {} too; keep one",
                rule.name, rule.category
            ));
        }
    }
}

fn check_coverage(file: &PolicyFile, problems: &mut Vec<String>) {
    for name in &file.unruled {
        if category(name).is_none() {
            problems.push(format!("unruled: {name:?} is no kind of record"));
        }
    }
    for category in Category::ALL {
        let name = category.name();
        let is_ruled = file
            .rule
            .iter()
            .any(|rule| rule.category == name && rule.store.is_none());
        if !is_ruled && !file.unruled.iter().any(|one| one == name) {
            problems.push(format!(
                "{name} has no rule, so it would be kept for ever: write one, or name it in unruled"
            ));
        }
    }
}

fn check_numbers(file: &PolicyFile, problems: &mut Vec<String>) {
    if file.statistics.minimum_group < 10 {
        problems.push("statistics.minimum_group: at least 10, or groups single people out".into());
    }
    if !file.statistics.amount_bands.is_sorted() {
        problems.push("statistics.amount_bands: write them in rising order".into());
    }
    if file.backups.keyring.days_at_most() > 62 {
        problems.push(
            "backups.keyring: at most 62 days, or no erasure is final within two months".into(),
        );
    }
    if file.safety.per_day_at_most == 0 || file.safety.first_run_at_most == 0 {
        problems.push("safety: a cap of 0 lets nothing ever leave; write at least 1".into());
    }
}

fn warnings(rules: &[Rule]) -> Vec<String> {
    let ten_years = Period::parse("P10Y").expect("a period");
    let from = Day::from_date(date(2025, 12, 31));
    let mut warnings = Vec::new();
    for rule in rules.iter().filter(|rule| rule.category == "invoice") {
        let keeps = rule.archive.iter().flat_map(|archive| &archive.keep);
        let accounting = keeps
            .filter(|keep| keep.start == StartEvent::FinancialYearEnd && keep.minimum)
            .filter_map(|keep| from.checked_add(&keep.period));
        if accounting.max() < from.checked_add(&ten_years) {
            warnings.push(format!(
                "rule {:?}: C. com. L123-22 asks for ten years from the close of the financial year",
                rule.name
            ));
        }
    }
    warnings
}

fn category(name: &str) -> Option<Category> {
    Category::ALL.into_iter().find(|one| one.name() == name)
}
