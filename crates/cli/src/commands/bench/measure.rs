//! What the machine was doing meanwhile: CPU time of processes, and time stolen from this machine.

use crate::error::CliError;
use serde::Serialize;
use std::fs;

/// Linux reports process times in hundredths of a second to user space (proc(5), `USER_HZ`).
const MS_PER_TICK: u64 = 10;

/// The machine during a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    /// Processors this process may use.
    pub(crate) cores: usize,
    /// The processor's name.
    pub(crate) processor: String,
    /// Share of CPU time the host gave to others during the run.
    pub(crate) steal_percent: f64,
    /// The program's version.
    pub(crate) version: &'static str,
    #[serde(skip)]
    ticks: [u64; 2],
}

impl Machine {
    /// Looks at the machine before a run.
    pub(crate) fn now() -> Result<Self, CliError> {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let named = info
            .lines()
            .find_map(|line| line.strip_prefix("model name"));
        Ok(Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor: named
                .unwrap_or("unknown")
                .trim_matches([' ', '\t', ':'])
                .to_owned(),
            steal_percent: 0.0,
            version: env!("CARGO_PKG_VERSION"),
            ticks: ticks()?,
        })
    }

    /// Sums up what happened since.
    pub(crate) fn until_now(mut self) -> Result<Self, CliError> {
        let [stolen, all] = ticks()?;
        let passed = (all - self.ticks[1]).max(1) as f64;
        self.steal_percent = (stolen - self.ticks[0]) as f64 * 100.0 / passed;
        Ok(self)
    }
}

/// Returns the machine's stolen and total ticks.
fn ticks() -> Result<[u64; 2], CliError> {
    let text =
        fs::read_to_string("/proc/stat").map_err(CliError::file("cannot read /proc/stat"))?;
    let first = text.lines().next().unwrap_or_default();
    let numbers: Vec<u64> = first
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    Ok([
        numbers.get(7).copied().unwrap_or(0),
        numbers.iter().take(8).sum(),
    ])
}

/// Returns the CPU time a process has used, in milliseconds.
pub(crate) fn cpu_ms(pid: u32) -> Result<u64, CliError> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).map_err(CliError::file(format!("cannot read {path}")))?;
    // The program's name stands in parentheses and may hold spaces.
    let behind = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = behind.split_whitespace().collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or(0)
    };
    Ok((ticks(11) + ticks(12)) * MS_PER_TICK)
}
