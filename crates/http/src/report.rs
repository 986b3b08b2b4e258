//! Failures inside, told to the operator: one line a second at most, whatever the load.

use crate::settings::Report;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_secs(1);

/// Tells failures, and how many it kept to itself meanwhile.
pub(crate) struct Reporter {
    report: Report,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: Option<Instant>,
    kept: u64,
}

impl Reporter {
    pub(crate) fn new(report: Report) -> Self {
        Self {
            report,
            state: Mutex::default(),
        }
    }

    pub(crate) fn report(&self, cause: &str) {
        let kept = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.last.is_some_and(|last| last.elapsed() < INTERVAL) {
                state.kept += 1;
                return;
            }
            state.last = Some(Instant::now());
            std::mem::take(&mut state.kept)
        };
        match kept {
            0 => (self.report)(cause),
            _ => (self.report)(&format!("{cause} (and {kept} failures before it)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_flood_of_failures_is_one_line() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let reporter = Reporter::new(Arc::new(move |line: &str| {
            kept.lock().unwrap().push(line.to_owned());
        }));
        (0..100).for_each(|_| reporter.report("log-unavailable"));
        assert_eq!(*lines.lock().unwrap(), ["log-unavailable"]);
    }
}
