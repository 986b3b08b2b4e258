//! The figures of one run, as a table and as JSON.

use super::measure::Machine;
use serde::Serialize;
use std::fmt::Write;

/// More than this makes a run worthless for comparison.
const STEAL_MAX_PERCENT: f64 = 10.0;

/// Everything one run measured.
#[derive(Serialize)]
pub(crate) struct Figures {
    pub(crate) machine: Machine,
    pub(crate) import: Import,
    pub(crate) runs: Vec<Run>,
}

/// What the import took.
#[derive(Serialize)]
pub(crate) struct Import {
    pub(crate) orders: u64,
    pub(crate) people: u64,
    pub(crate) seconds: f64,
    pub(crate) orders_per_second: f64,
    pub(crate) cpu_us_per_order: f64,
    pub(crate) active_bytes_per_person: f64,
    pub(crate) keyring_bytes_per_person: f64,
    pub(crate) log_bytes_per_person: f64,
}

/// One load at one number of clients.
#[derive(Serialize)]
pub(crate) struct Run {
    pub(crate) what: &'static str,
    pub(crate) transport: &'static str,
    pub(crate) clients: usize,
    pub(crate) per_second: f64,
    pub(crate) p50_us: u32,
    pub(crate) p99_us: u32,
    pub(crate) failed: u64,
    pub(crate) server_cpu_us: f64,
    pub(crate) client_cpu_us: f64,
}

impl Figures {
    pub(crate) fn to_table(&self) -> String {
        let Machine {
            cores,
            processor,
            steal_percent,
            version,
            ..
        } = &self.machine;
        let import = &self.import;
        let mut text = format!(
            "Lethe {version} on {cores} cores of {processor}; clients share them; stolen {steal_percent:.1} %\n\
             import  {:.0} orders/s ({} orders, {} people, {:.1} s; {:.0} µs CPU each; file cache warm)\n\
             disk    {:.0} bytes per person: active {:.0}, keyring {:.0}, log {:.0}\n\n\
             {:<20}{:<13}{:>8}{:>11}{:>10}{:>10}{:>13}{:>13}\n",
            import.orders_per_second,
            import.orders,
            import.people,
            import.seconds,
            import.cpu_us_per_order,
            import.active_bytes_per_person
                + import.keyring_bytes_per_person
                + import.log_bytes_per_person,
            import.active_bytes_per_person,
            import.keyring_bytes_per_person,
            import.log_bytes_per_person,
            "durable, logged",
            "over",
            "clients",
            "per second",
            "p50 ms",
            "p99 ms",
            "server CPU µs",
            "client CPU µs",
        );
        for run in &self.runs {
            let failed = if run.failed > 0 {
                format!("  {} failed", run.failed)
            } else {
                String::new()
            };
            writeln!(
                text,
                "{:<20}{:<13}{:>8}{:>11.0}{:>10.2}{:>10.2}{:>13.1}{:>13.1}{failed}",
                run.what,
                run.transport,
                run.clients,
                run.per_second,
                f64::from(run.p50_us) / 1000.0,
                f64::from(run.p99_us) / 1000.0,
                run.server_cpu_us,
                run.client_cpu_us,
            )
            .expect("a string takes everything");
        }
        if *steal_percent > STEAL_MAX_PERCENT {
            text.push_str("\nThe host gave much of the CPU to others: do not compare this run.\n");
        }
        text.trim_end().to_owned()
    }
}
