//! Prometheus' text exposition format, version 0.0.4.

use super::histogram::BOUNDS;
use super::{METHODS, Metrics, Outcomes, STATUSES};
use crate::problem::ProblemKind;
use lethe_ops::WitnessView;
use std::fmt::Write;
use std::sync::atomic::Ordering;

/// Writes all metrics; `log_entries` is the size of the published log.
pub(crate) fn render(metrics: &Metrics, log_entries: u64, witnesses: &[WitnessView]) -> String {
    let mut text = String::with_capacity(8 * 1024);
    let mut routes: Vec<(&str, usize)> = metrics
        .routes
        .iter()
        .map(|(route, place)| (route.as_str(), *place))
        .collect();
    routes.sort_unstable();
    requests(&mut text, metrics, &routes);
    durations(&mut text, metrics, &routes);
    let reveals = "Reveals granted, and refused by reason.";
    outcomes(&mut text, "lethe_reveals_total", reveals, &metrics.reveals);
    let finds = "Look-ups granted, and refused by reason.";
    outcomes(&mut text, "lethe_finds_total", finds, &metrics.finds);
    head(
        &mut text,
        "lethe_log_entries",
        "gauge",
        "Entries in the published access log.",
    );
    line(&mut text, format_args!("lethe_log_entries {log_entries}"));
    lags(&mut text, witnesses);
    text
}

fn lags(text: &mut String, witnesses: &[WitnessView]) {
    if witnesses.is_empty() {
        return;
    }
    let (entries, seconds) = ("lethe_witness_lag_entries", "lethe_witness_lag_seconds");
    // Names are the operator's own: only what ends a label must not.
    let label = |one: &WitnessView| one.name.replace(['"', '\\', '\n'], "_");
    head(
        text,
        entries,
        "gauge",
        "Log entries that a witness has not cosigned.",
    );
    for one in witnesses {
        let lag = one.lag_entries;
        line(
            text,
            format_args!("{entries}{{witness=\"{}\"}} {lag}", label(one)),
        );
    }
    head(
        text,
        seconds,
        "gauge",
        "Seconds since a witness last lacked no entry.",
    );
    for one in witnesses {
        let lag = one.lag_seconds;
        line(
            text,
            format_args!("{seconds}{{witness=\"{}\"}} {lag}", label(one)),
        );
    }
}

fn requests(text: &mut String, metrics: &Metrics, routes: &[(&str, usize)]) {
    let name = "lethe_http_requests_total";
    head(
        text,
        name,
        "counter",
        "Requests by route template, method and status.",
    );
    for (route, place) in routes {
        for (method, by_status) in METHODS.iter().zip(&metrics.counts[*place].requests) {
            for (status, count) in STATUSES.iter().zip(by_status) {
                let count = count.load(Ordering::Relaxed);
                if count == 0 {
                    continue;
                }
                let status = match status {
                    0 => "other".to_owned(),
                    status => status.to_string(),
                };
                line(
                    text,
                    format_args!(
                        "{name}{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}} {count}"
                    ),
                );
            }
        }
    }
}

fn durations(text: &mut String, metrics: &Metrics, routes: &[(&str, usize)]) {
    let name = "lethe_http_request_duration_seconds";
    head(
        text,
        name,
        "histogram",
        "Time from request head to response head.",
    );
    for (route, place) in routes {
        let histogram = &metrics.counts[*place].durations;
        let cumulated = histogram.cumulated();
        let total = cumulated[BOUNDS.len() - 1];
        if total == 0 {
            continue;
        }
        for ((_, bound), count) in BOUNDS.iter().zip(cumulated) {
            line(
                text,
                format_args!("{name}_bucket{{route=\"{route}\",le=\"{bound}\"}} {count}"),
            );
        }
        let (seconds, us) = (
            histogram.sum_us() / 1_000_000,
            histogram.sum_us() % 1_000_000,
        );
        line(
            text,
            format_args!("{name}_sum{{route=\"{route}\"}} {seconds}.{us:06}"),
        );
        line(
            text,
            format_args!("{name}_count{{route=\"{route}\"}} {total}"),
        );
    }
}

fn outcomes(text: &mut String, name: &str, help: &str, outcomes: &Outcomes) {
    head(text, name, "counter", help);
    let granted = outcomes.granted.load(Ordering::Relaxed);
    line(
        text,
        format_args!("{name}{{outcome=\"granted\"}} {granted}"),
    );
    for (kind, count) in ProblemKind::ALL.iter().zip(&outcomes.refused) {
        let count = count.load(Ordering::Relaxed);
        if count > 0 {
            line(
                text,
                format_args!("{name}{{outcome=\"{}\"}} {count}", kind.code()),
            );
        }
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    line(
        text,
        format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"),
    );
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a String takes everything");
}
