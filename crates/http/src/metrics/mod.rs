//! Metrics in Prometheus' text format: counts by route template, never by path.
//!
//! Labels come from closed lists (routes, methods, statuses, problem codes), so that no token or
//! personal value can become one.

mod histogram;
mod text;

pub(crate) use text::render;

use crate::problem::ProblemKind;
use axum::http::{Method, StatusCode};
use histogram::Histogram;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The route label of requests that no route matches.
const UNMATCHED: &str = "unmatched";
const METHODS: [&str; 5] = ["GET", "HEAD", "POST", "DELETE", "other"];
const STATUSES: [u16; 18] = [
    200, 201, 204, 304, 400, 401, 403, 404, 405, 408, 409, 413, 415, 429, 500, 503, 507, 0,
];

/// Everything counted since the start.
pub(crate) struct Metrics {
    routes: HashMap<String, usize>,
    counts: Vec<RouteCounts>,
    pub(crate) reveals: Outcomes,
    pub(crate) finds: Outcomes,
}

#[derive(Default)]
struct RouteCounts {
    requests: [[AtomicU64; STATUSES.len()]; METHODS.len()],
    durations: Histogram,
}

/// How often something was granted, and how often it was refused for which reason.
pub(crate) struct Outcomes {
    granted: AtomicU64,
    refused: Vec<AtomicU64>,
}

impl Metrics {
    /// Prepares to count requests of the given route templates.
    pub(crate) fn new<'t>(templates: impl IntoIterator<Item = &'t str>) -> Self {
        let mut routes: HashMap<String, usize> = HashMap::new();
        for template in templates.into_iter().chain([UNMATCHED]) {
            let next = routes.len();
            routes.entry(template.to_owned()).or_insert(next);
        }
        Self {
            counts: routes.iter().map(|_| RouteCounts::default()).collect(),
            routes,
            reveals: Outcomes::new(),
            finds: Outcomes::new(),
        }
    }

    /// Counts a served request.
    pub(crate) fn count(
        &self,
        template: Option<&str>,
        method: &Method,
        status: StatusCode,
        duration: Duration,
    ) {
        let known = template.and_then(|template| self.routes.get(template));
        let Some(place) = known.or_else(|| self.routes.get(UNMATCHED)) else {
            return;
        };
        let counts = &self.counts[*place];
        let method = position(&METHODS, &method.as_str());
        let status = position(&STATUSES, &status.as_u16());
        counts.requests[method][status].fetch_add(1, Ordering::Relaxed);
        counts.durations.observe(duration);
    }
}

impl Outcomes {
    fn new() -> Self {
        Self {
            granted: AtomicU64::new(0),
            refused: ProblemKind::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Counts one outcome.
    pub(crate) fn count<T>(&self, result: &Result<T, crate::Problem>) {
        let counter = match result {
            Ok(_) => &self.granted,
            Err(problem) => &self.refused[problem.kind().index()],
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Finds a label's place; what is not on the list is counted in its last place.
fn position<T: PartialEq>(list: &[T], wanted: &T) -> usize {
    let found = list.iter().position(|one| one == wanted);
    found.unwrap_or(list.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_list_knows_is_counted_without_its_name() {
        let metrics = Metrics::new(["/v1/orders/{token}"]);
        let brew = Method::from_bytes(b"BREW").unwrap();
        let teapot = StatusCode::IM_A_TEAPOT;
        metrics.count(Some("/v1/secret"), &brew, teapot, Duration::ZERO);
        let text = render(&metrics, 0, &[]);
        assert!(text.contains(
            "lethe_http_requests_total{route=\"unmatched\",method=\"other\",status=\"other\"} 1"
        ));
        assert!(!text.contains("secret") && !text.contains("BREW"));
    }

    #[test]
    fn refused_reveals_are_counted_by_reason() {
        let metrics = Metrics::new([]);
        metrics.reveals.count(&Ok(()));
        let refused = crate::Problem::new(ProblemKind::QuotaExhausted, "");
        metrics.reveals.count::<()>(&Err(refused));
        let text = render(&metrics, 7, &[]);
        assert!(text.contains("lethe_reveals_total{outcome=\"granted\"} 1"));
        assert!(text.contains("lethe_reveals_total{outcome=\"quota-exhausted\"} 1"));
        assert!(text.contains("lethe_log_entries 7"));
    }

    #[test]
    fn a_witness_lag_is_told_under_its_name() {
        let witness = lethe_ops::WitnessView {
            name: "of\"fice".to_owned(),
            lag_entries: 3,
            lag_seconds: 40,
            ..lethe_ops::WitnessView::default()
        };
        let text = render(&Metrics::new([]), 7, &[witness]);
        assert!(text.contains("lethe_witness_lag_entries{witness=\"of_fice\"} 3\n"));
        assert!(text.contains("lethe_witness_lag_seconds{witness=\"of_fice\"} 40\n"));
    }
}
