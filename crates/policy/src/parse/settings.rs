//! The other tables as they are written.

use super::section::Section;
use super::values::{amount, words};
use crate::{Backups, Period, ProductRule, Safety, StatisticsRules};

/// The GDPR gives a month to answer, and two more only in hard cases.
const KEYRING_BACKUP_DAYS_AT_MOST: u32 = 62;

/// A smaller group singles people out (WP216).
const GROUP_AT_LEAST: i64 = 10;

pub(super) fn backups(section: &Section<'_>) -> Option<Backups> {
    let keyring_days = days(section, "keyring", "\"P35D\"");
    let data_days = days(section, "data", "\"P5Y\"");
    section.finish();
    if keyring_days.is_some_and(|days| days > KEYRING_BACKUP_DAYS_AT_MOST) {
        let message = "is longer than 62 days, so no erasure would be final within two months; \
                       write for example `P35D`";
        section.error_at("keyring", message);
    }
    Some(Backups {
        keyring_days: keyring_days?,
        data_days: data_days?,
    })
}

/// Reads a period whose days are counted one by one; where months differ, the longest count.
fn days(section: &Section<'_>, key: &'static str, example: &str) -> Option<u32> {
    let period = section.needed(key, example, Section::parse::<Period>)?;
    Some(period.days_at_most())
}

pub(super) fn tombstone_term(section: &Section<'_>) -> Option<Period> {
    let term = section.needed("term", "\"P11Y\"", Section::parse::<Period>);
    section.finish();
    term
}

pub(super) fn statistics(section: &Section<'_>) -> Option<StatisticsRules> {
    let minimum_group = count(section, "minimum_group", "10", GROUP_AT_LEAST);
    let amount_bands = section.needed("amount_bands", "[5000, 10000]", |section, key| {
        section.list(key, amount)
    });
    if let Some(bands) = &amount_bands
        && !bands.is_sorted_by(|a, b| a < b)
    {
        section.error_at(
            "amount_bands",
            "does not rise; put the smallest limit first",
        );
    }
    let products: Vec<Option<ProductRule>> = section
        .sections("products", |at, _| {
            format!("{}, products number {at}", section.name)
        })
        .iter()
        .map(product_group)
        .collect();
    let other = section.needed("other", "\"Other\"", Section::words);
    section.finish();
    Some(StatisticsRules {
        minimum_group: minimum_group?,
        amount_bands: amount_bands?,
        products: products.into_iter().collect::<Option<Vec<_>>>()?,
        other: other?,
    })
}

fn product_group(section: &Section<'_>) -> Option<ProductRule> {
    let name = section.needed("name", "\"Wallets\"", Section::words);
    let skus = section.needed("skus", "[\"LW-*\"]", |section, key| {
        section.texts(key, |text| match text.find('*') {
            Some(at) if at + 1 < text.len() => Err("a `*` can only stand at the end".to_owned()),
            _ => words(text),
        })
    });
    section.finish();
    Some(ProductRule {
        name: name?,
        skus: skus?,
    })
}

pub(super) fn safety(section: &Section<'_>) -> Option<Safety> {
    let first_run = count(section, "first_run_at_most", "1000", 1);
    let per_day = count(section, "per_day_at_most", "10000", 1);
    let erasures = count(section, "erasures_per_day_at_most", "50", 0);
    let request_delay = days(section, "request_delay", "\"P2D\"");
    let shorter_policy_delay = days(section, "shorter_policy_delay", "\"P3D\"");
    let clock_jump = days(section, "clock_jump_at_most", "\"P7D\"");
    section.finish();
    Some(Safety {
        first_run_at_most: u64::from(first_run?),
        per_day_at_most: u64::from(per_day?),
        erasures_per_day_at_most: erasures?,
        request_delay_days: request_delay?,
        shorter_policy_delay_days: shorter_policy_delay?,
        clock_jump_at_most_days: clock_jump?,
    })
}

fn count(section: &Section<'_>, key: &'static str, example: &str, least: i64) -> Option<u32> {
    let number = section.needed(key, example, |section, key| {
        section.number(key, least..=i64::from(u32::MAX))
    })?;
    u32::try_from(number).ok()
}
