//! Reading a `policy.toml`: everything that is wrong with it, at once (up to a hundred mistakes).

mod archive;
mod check;
mod report;
mod rules;
mod section;
mod settings;
mod values;
mod warn;

pub use report::{PolicyErrors, Problem};

use jiff::tz::{TimeZone, TimeZoneDatabase};
use toml::de::DeTable;

use crate::financial_year::FinancialYearEnd;
use crate::{Period, Policy};
use report::Report;
use section::Section;

/// A policy is written by hand; more than this is another file.
const BYTES_AT_MOST: usize = 256 * 1024;

pub(crate) fn policy(text: &str) -> Result<Policy, PolicyErrors> {
    let report = Report::new(text);
    if text.len() > BYTES_AT_MOST {
        report.error(None, "the file", "is longer than 256 KiB; is it a policy?");
        return Err(report.into_errors());
    }
    let (file, broken) = DeTable::parse_recoverable(text);
    for error in broken {
        report.error(
            error.span(),
            "the file",
            format!("is not TOML: {}", error.message()),
        );
    }
    if report.has_errors() {
        return Err(report.into_errors());
    }
    let policy = read(
        text,
        &Section::new(&report, "", file.get_ref(), file.span()),
    );
    match policy {
        Some(mut policy) if !report.has_errors() => {
            warn::warn(&policy, &report);
            policy.warnings = report.into_warnings();
            Ok(policy)
        }
        _ => Err(report.into_errors()),
    }
}

fn read(text: &str, file: &Section<'_>) -> Option<Policy> {
    // A later format may mean something else by every key: nothing more is said about it.
    if file.needed("format", "1", |section, key| {
        section.number(key, 1..=i64::MAX)
    })? != 1
    {
        let message = "is not 1, the only format this version reads; use the version it is for";
        file.error_at("format", message);
        return None;
    }
    let revision = file.needed("revision", "\"2026-11\"", Section::words);
    let time_zone = file.needed("time_zone", "\"Europe/Paris\"", |section, key| {
        section.parsed(key, time_zone)
    });
    let open_events_at_most =
        file.needed("open_events_at_most", "\"P3Y\"", Section::parse::<Period>);
    let financial_year = file.needed_section("financial_year").and_then(|section| {
        let ends = section.needed("ends", "\"12-31\"", Section::parse::<FinancialYearEnd>);
        section.finish();
        ends
    });
    let unruled = check::unruled(file);
    let rules = rules::rules(file);
    let backups = file
        .needed_section("backups")
        .and_then(|s| settings::backups(&s));
    let tombstones = file
        .needed_section("tombstones")
        .and_then(|s| settings::tombstone_term(&s));
    let statistics = file
        .needed_section("statistics")
        .and_then(|s| settings::statistics(&s));
    let safety = file
        .needed_section("safety")
        .and_then(|s| settings::safety(&s));
    file.finish();
    check::rules(file, &rules, &unruled);
    Some(Policy {
        text: text.to_owned(),
        revision: revision?,
        time_zone: time_zone?,
        financial_year: financial_year?,
        open_events_at_most: open_events_at_most?,
        rules: rules.into_iter().map(|located| located.rule).collect(),
        unruled,
        backups: backups?,
        tombstones: tombstones?,
        statistics: statistics?,
        safety: safety?,
        warnings: Vec::new(),
    })
}

/// Finds a time zone in the database that is part of the program, so that the same policy means the
/// same day on every machine.
fn time_zone(name: &str) -> Result<TimeZone, String> {
    TimeZoneDatabase::bundled().get(name).map_err(|_| {
        format!("`{name}` is no time zone of the IANA database; write for example `Europe/Paris`")
    })
}
