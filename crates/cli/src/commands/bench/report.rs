//! The figures of one comparison: as a table, as JSON, as a chart.

use super::arm::{Arm, Operation};
use super::folder::Import;
use super::measure::{Machine, STEAL_MAX_PERCENT};
use crate::chart::{Bar, Chart, Key, Row};
use crate::table::Table;
use serde::Serialize;

/// Everything one comparison measured.
#[derive(Serialize)]
pub(crate) struct Figures {
    pub(crate) command: String,
    pub(crate) date: String,
    pub(crate) machine: Machine,
    pub(crate) postgres: Option<String>,
    pub(crate) cache: &'static str,
    pub(crate) customers: u32,
    pub(crate) import: Option<Import>,
    pub(crate) disk: Vec<Disk>,
    pub(crate) skipped: Vec<String>,
    pub(crate) runs: Vec<Run>,
}

/// What an arm takes on the disk.
#[derive(Serialize)]
pub(crate) struct Disk {
    pub(crate) arm: Arm,
    pub(crate) bytes_per_customer: f64,
}

/// One arm at one number of clients.
#[derive(Serialize)]
pub(crate) struct Run {
    pub(crate) operation: Operation,
    pub(crate) arm: Arm,
    pub(crate) clients: usize,
    pub(crate) per_second: f64,
    pub(crate) p50_us: u32,
    pub(crate) p99_us: u32,
    pub(crate) failed: u64,
    /// Of the server's processes, all of them; `None` where they are not on this machine.
    pub(crate) server_cpu_ms: Option<f64>,
    pub(crate) client_cpu_ms: f64,
    pub(crate) steal_percent: f64,
}

impl Figures {
    pub(crate) fn to_table(&self) -> String {
        let mut text = format!(
            "{}\n{}, {}; cache: {}\n",
            self.machine.line(),
            self.date,
            self.command,
            self.cache
        );
        if let Some(postgres) = &self.postgres {
            text.push_str(&format!("{postgres}\n"));
        }
        if let Some(import) = &self.import {
            text.push_str(&format!("{}\n", import.line()));
        }
        for skipped in &self.skipped {
            text.push_str(&format!("{skipped}\n"));
        }
        let base = Arm::BASE.name();
        let (times, cpu) = (format!(">× {base}"), format!(">CPU × {base}"));
        let headings = [
            "operation",
            "arm",
            ">clients",
            ">per second",
            ">p50 ms",
            ">p99 ms",
            ">CPU ms/op",
            ">client CPU",
            times.as_str(),
            cpu.as_str(),
            ">steal %",
            "",
        ];
        let mut table = Table::new(&headings);
        for run in &self.runs {
            let base = self.base_of(run);
            let ratio = |ours: Option<f64>, theirs: Option<f64>| match (ours, theirs) {
                (Some(ours), Some(theirs)) if theirs > 0.0 => format!("{:.2}", ours / theirs),
                _ => "–".to_owned(),
            };
            table.row([
                run.operation.name().to_owned(),
                run.arm.name().to_owned(),
                run.clients.to_string(),
                format!("{:.0}", run.per_second),
                format!("{:.2}", f64::from(run.p50_us) / 1000.0),
                format!("{:.2}", f64::from(run.p99_us) / 1000.0),
                run.server_cpu_ms
                    .map_or("–".to_owned(), |ms| format!("{ms:.3}")),
                format!("{:.3}", run.client_cpu_ms),
                ratio(Some(run.per_second), base.map(|base| base.per_second)),
                ratio(run.server_cpu_ms, base.and_then(|base| base.server_cpu_ms)),
                format!("{:.1}", run.steal_percent),
                run.remark(),
            ]);
        }
        text.push('\n');
        text.push_str(&table.to_string());
        let mut disk = Table::new(&["arm", ">bytes per customer"]);
        for one in &self.disk {
            let bytes = format!("{:.0}", one.bytes_per_customer);
            disk.row([one.arm.name().to_owned(), bytes]);
        }
        text.push_str(&format!("\n\n{disk}"));
        text.trim_end().to_owned()
    }

    fn base_of(&self, run: &Run) -> Option<&Run> {
        self.runs.iter().find(|other| {
            other.arm == Arm::BASE
                && other.operation == run.operation
                && other.clients == run.clients
        })
    }

    /// Draws operations per second at the most clients.
    pub(crate) fn to_svg(&self) -> String {
        let most = self.runs.iter().map(|run| run.clients).max().unwrap_or(0);
        let rows = self.runs.iter().filter(|run| run.clients == most);
        let row = |run: &Run| Row {
            label: format!("{} · {}", run.operation.name(), run.arm.name()),
            bars: vec![Bar {
                value: run.per_second,
                key: match run.arm {
                    Arm::Lethe | Arm::LetheUnix => 0,
                    Arm::Plain => 2,
                    _ => 1,
                },
            }],
            note: match run.server_cpu_ms {
                Some(ms) => format!("{:.0}/s, {ms:.2} CPU-ms each", run.per_second),
                None => format!("{:.0}/s", run.per_second),
            },
        };
        let title = format!(
            "Operations per second, {most} clients, {} cores",
            self.machine.cores
        );
        Chart {
            title: &title,
            label: &title,
            legend: &[
                Key {
                    colour: "#1b6e53",
                    words: "Lethe",
                },
                Key {
                    colour: "#8a8f98",
                    words: "encrypts, logs",
                },
                Key {
                    colour: "#d5d8dd",
                    words: "does neither",
                },
            ],
            rows: rows.map(row).collect(),
        }
        .to_svg()
    }
}

impl Run {
    fn remark(&self) -> String {
        let mut remarks = Vec::new();
        if self.steal_percent > STEAL_MAX_PERCENT {
            remarks.push("do not compare: CPU stolen".to_owned());
        }
        if self.failed > 0 {
            remarks.push(format!("{} failed", self.failed));
        }
        remarks.join("; ")
    }
}
