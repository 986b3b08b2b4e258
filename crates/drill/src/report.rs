//! The report of a drill.

use crate::finding::{Finding, Verdict};
use crate::table;
use serde::Serialize;

/// What every theft gave.
#[derive(Debug, Clone, Serialize)]
pub struct DrillReport {
    /// People in the active store.
    pub people: u64,
    /// How many of them were looked for; fewer only in very large stores.
    pub searched: u64,
    /// Probe people that were planted and found.
    pub probes: u64,
    /// Bytes in the stolen copy.
    pub bytes: u64,
    /// How long the drill took.
    pub seconds: f64,
    /// One finding for each theft.
    pub findings: Vec<Finding>,
}

impl DrillReport {
    /// Says whether a promise of this release was broken: the caller exits with an error then.
    pub fn promise_broken(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.verdict == Verdict::Broken)
    }

    /// Writes the report for people, at most `width` characters wide.
    pub fn to_table(&self, width: usize, color: bool) -> String {
        table::render(self, width, color)
    }

    /// Writes the report for programs.
    pub fn to_json(&self) -> serde_json::Value {
        let mut report = serde_json::to_value(self).expect("numbers and texts serialise");
        report["promise_broken"] = self.promise_broken().into();
        report
    }
}
