//! What the machine was doing meanwhile: CPU time of processes, and time stolen from this machine.

use crate::error::CliError;
use serde::Serialize;
use std::fs;

/// Linux reports process times in hundredths of a second to user space (proc(5), `USER_HZ`).
const MS_PER_TICK: u64 = 10;

/// More than this makes a run worthless for comparison.
pub(crate) const STEAL_MAX_PERCENT: f64 = 10.0;

/// The machine during a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    /// Processors this process may use.
    pub(crate) cores: usize,
    /// The processor's name.
    pub(crate) processor: String,
    /// The kernel's release.
    pub(crate) kernel: String,
    /// Memory in MiB.
    pub(crate) memory_mib: u64,
    /// Processes that wanted a core, on average over the minute before (`/proc/loadavg`).
    pub(crate) load_before: f64,
    /// Share of CPU time the host gave to others during the run.
    pub(crate) steal_percent: f64,
    /// The program's version.
    pub(crate) version: &'static str,
    #[serde(skip)]
    ticks: Ticks,
}

/// The machine's CPU time up to a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticks {
    stolen: u64,
    all: u64,
}

impl Machine {
    /// Looks at the machine before a run.
    pub(crate) fn now() -> Result<Self, CliError> {
        let info = read("/proc/cpuinfo");
        let named = info
            .lines()
            .find_map(|line| line.strip_prefix("model name"));
        let first = |text: &str| text.split_whitespace().next().map(str::to_owned);
        Ok(Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor: named
                .unwrap_or("unknown")
                .trim_matches([' ', '\t', ':'])
                .to_owned(),
            kernel: first(&read("/proc/sys/kernel/osrelease")).unwrap_or_default(),
            memory_mib: kib_of(&read("/proc/meminfo"), "MemTotal:") / 1024,
            load_before: first(&read("/proc/loadavg"))
                .and_then(|word| word.parse().ok())
                .unwrap_or(0.0),
            steal_percent: 0.0,
            version: env!("CARGO_PKG_VERSION"),
            ticks: Ticks::now()?,
        })
    }

    /// Sums up what happened since.
    pub(crate) fn until_now(mut self) -> Result<Self, CliError> {
        self.steal_percent = self.ticks.stolen_percent(Ticks::now()?);
        Ok(self)
    }

    /// The machine in one line.
    pub(crate) fn line(&self) -> String {
        format!(
            "Lethe {} on {} cores of {}, {} MiB, Linux {}; load {:.1} before; clients share the cores; stolen \
             {:.1} %",
            self.version,
            self.cores,
            self.processor,
            self.memory_mib,
            self.kernel,
            self.load_before,
            self.steal_percent
        )
    }
}

impl Ticks {
    pub(crate) fn now() -> Result<Self, CliError> {
        let text =
            fs::read_to_string("/proc/stat").map_err(CliError::file("cannot read /proc/stat"))?;
        let first = text.lines().next().unwrap_or_default();
        let numbers: Vec<u64> = first
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        Ok(Self {
            stolen: numbers.get(7).copied().unwrap_or(0),
            all: numbers.iter().take(8).sum(),
        })
    }

    /// Share of the time up to `later` that the host gave to others.
    pub(crate) fn stolen_percent(self, later: Self) -> f64 {
        let passed = later.all.saturating_sub(self.all).max(1) as f64;
        later.stolen.saturating_sub(self.stolen) as f64 * 100.0 / passed
    }
}

/// Returns the CPU time a process has used, in milliseconds.
pub(crate) fn cpu_ms(pid: u32) -> Result<u64, CliError> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).map_err(CliError::file(format!("cannot read {path}")))?;
    let fields = fields(&text);
    Ok((number(&fields, UTIME) + number(&fields, STIME)) * MS_PER_TICK)
}

/// Returns the CPU time of a process and everything it has started, ended children included.
pub(crate) fn cpu_of_tree_ms(pid: u32) -> Result<u64, CliError> {
    let folder = fs::read_dir("/proc").map_err(CliError::file("cannot read /proc"))?;
    let mut ticks = 0;
    for entry in folder.flatten() {
        let Some(of) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        let text = read(&format!("/proc/{of}/stat"));
        let fields = fields(&text);
        let is_root = of == pid;
        if !is_root && number(&fields, PARENT) != u64::from(pid) {
            continue;
        }
        ticks += number(&fields, UTIME) + number(&fields, STIME);
        if is_root {
            ticks += number(&fields, CHILDREN_UTIME) + number(&fields, CHILDREN_STIME);
        }
    }
    Ok(ticks * MS_PER_TICK)
}

/// Returns the parent of a process.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    u32::try_from(number(&fields(&text), PARENT)).ok()
}

/// Returns the memory of a process that is in RAM, in KiB.
pub(crate) fn resident_kib(pid: u32) -> u64 {
    kib_of(&read(&format!("/proc/{pid}/status")), "VmRSS:")
}

// Fields of /proc/PID/stat behind the program's name (proc_pid_stat(5)).
const PARENT: usize = 1;
const UTIME: usize = 11;
const STIME: usize = 12;
const CHILDREN_UTIME: usize = 13;
const CHILDREN_STIME: usize = 14;

/// The program's name stands in parentheses and may hold spaces.
fn fields(stat: &str) -> Vec<&str> {
    let behind = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    behind.split_whitespace().collect()
}

fn number(fields: &[&str], at: usize) -> u64 {
    fields
        .get(at)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}

fn kib_of(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
