//! `lethe bench overload`: ten times the clients that the server takes, and what becomes of them.

use super::arm::Operation;
use super::folder::{Folder, Prepared};
use super::http::{Ask, Http};
use super::lethe::{Lethe, Served};
use super::load::{percentile, runtime};
use super::measure::{Machine, resident_kib};
use super::{command_line, sample_shop, today, write_json};
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use lethe_http::Settings;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the server's memory is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How long a client waits for a connection or an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Memory that may be in use at the peak, in proportion to what a full server uses.
const MEMORY_MAX: f64 = 1.5;

/// Send ten times the clients that the server takes, and show what becomes of them and of its memory
///
/// Clients that are refused wait as long as `Retry-After` says, then try again. Beyond the bound the server
/// should answer 503 at once, and its memory should stay what a full server needs.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Clients at once; ten times the connections that `lethe serve` takes unless it is given
    #[arg(long, value_name = "N")]
    clients: Option<usize>,
    /// How long
    #[arg(long, value_name = "N", default_value_t = 10)]
    seconds: u64,
    /// Customers of the sample shop
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    customers: u32,
    /// Write the figures to a file too, as JSON; a file that is there is replaced
    #[arg(long = "json-file", value_name = "FILE")]
    json_file: Option<PathBuf>,
}

#[derive(Serialize)]
struct Figures {
    command: String,
    date: String,
    machine: Machine,
    phases: Vec<Phase>,
    resident_mib_before: u64,
    resident_mib_after: u64,
    is_bounded: bool,
}

/// What happened under one number of clients.
#[derive(Serialize, Default)]
struct Phase {
    clients: usize,
    /// Answers by status; 0 stands for no answer at all.
    answers: BTreeMap<u16, u64>,
    /// 503s without `Retry-After`.
    without_retry_after: u64,
    served_per_second: f64,
    served_p50_us: u32,
    served_p99_us: u32,
    refused_p99_us: u32,
    resident_mib_peak: u64,
}

#[derive(Default)]
struct Seen {
    answers: BTreeMap<u16, u64>,
    without_retry_after: u64,
    served_us: Vec<u32>,
    refused_us: Vec<u32>,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, CliError> {
    if args.seconds == 0 || args.customers == 0 || args.clients == Some(0) {
        return Err(CliError::usage("clients, seconds and customers begin at 1"));
    }
    let bound = Settings::new(Arc::new(crate::surroundings::SystemClock)).connections_max;
    let clients = args.clients.unwrap_or(bound * 10);
    allow_files(clients)?;
    let machine = Machine::now()?;
    let folder = Folder::scratch(&std::env::temp_dir(), "overload")?;
    let served = Served::start(|| Prepared::on_sqlite(folder, &sample_shop(args.customers)))?;
    let lethe = Arc::new(served.over_http());
    let resident = || resident_kib(lethe.pid()) / 1024;
    let before = resident();
    let mut phases = Vec::new();
    // A full server first: what it needs is what more clients must not raise.
    for clients in [bound.min(clients), clients] {
        output.note(&format!("{clients} clients for {} seconds", args.seconds));
        phases.push(phase(&lethe, clients, Duration::from_secs(args.seconds))?);
    }
    let figures = Figures {
        command: command_line(),
        date: today(),
        is_bounded: is_bounded(&phases),
        phases,
        resident_mib_before: before,
        resident_mib_after: resident(),
        machine: machine.until_now()?,
    };
    if let Some(path) = &args.json_file {
        write_json(path, &figures)?;
    }
    output.result(&figures, || figures.to_table())?;
    Ok(if figures.is_bounded {
        Exit::Done
    } else {
        Exit::Failure
    })
}

fn is_bounded(phases: &[Phase]) -> bool {
    let peak = |at: usize| phases.get(at).map_or(0, |phase| phase.resident_mib_peak) as f64;
    let last = phases.last();
    let is_answered = last.is_some_and(|phase| {
        let only_known = phase
            .answers
            .keys()
            .all(|status| matches!(status, 200 | 503));
        only_known && phase.without_retry_after == 0 && phase.answers.contains_key(&200)
    });
    is_answered && peak(phases.len() - 1) <= peak(0) * MEMORY_MAX
}

fn phase(lethe: &Arc<Lethe>, clients: usize, duration: Duration) -> Result<Phase, CliError> {
    let pid = lethe.pid();
    runtime()?.block_on(async {
        let started = Instant::now();
        let until = started + duration;
        let looking = tokio::spawn(async move {
            let mut peak = 0;
            while Instant::now() < until {
                peak = peak.max(resident_kib(pid));
                tokio::time::sleep(LOOK).await;
            }
            peak
        });
        let tasks: Vec<_> = (0..clients)
            .map(|_| tokio::spawn(client(Arc::clone(lethe), until)))
            .collect();
        let mut seen = Seen::default();
        let failed = |_| CliError::new(Exit::Failure, "bench", "a client failed");
        for task in tasks {
            seen.add(task.await.map_err(failed)?);
        }
        let elapsed = started.elapsed().as_secs_f64();
        let peak = looking.await.map_err(failed)?;
        seen.served_us.sort_unstable();
        seen.refused_us.sort_unstable();
        Ok(Phase {
            clients,
            served_per_second: seen.served_us.len() as f64 / elapsed,
            served_p50_us: percentile(&seen.served_us, 50),
            served_p99_us: percentile(&seen.served_us, 99),
            refused_p99_us: percentile(&seen.refused_us, 99),
            answers: seen.answers,
            without_retry_after: seen.without_retry_after,
            resident_mib_peak: peak / 1024,
        })
    })
}

/// Reveals again and again over one connection while it is served; comes back when told to.
async fn client(lethe: Arc<Lethe>, until: Instant) -> Seen {
    let mut seen = Seen::default();
    let mut http = None;
    while Instant::now() < until {
        let sent = Instant::now();
        let answered = tokio::time::timeout(PATIENCE, once(&lethe, &mut http)).await;
        let took = u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX);
        let (status, retry_after) = match answered {
            Ok(Ok(answer)) => answer,
            _ => (0, None),
        };
        *seen.answers.entry(status).or_default() += 1;
        if (200..300).contains(&status) {
            seen.served_us.push(took);
            continue;
        }
        // Refused or broken off: its connection is of no use any more.
        http = None;
        if status == 503 {
            seen.refused_us.push(took);
            seen.without_retry_after += u64::from(retry_after.is_none());
        }
        let wait = Duration::from_secs(retry_after.unwrap_or(1));
        tokio::time::sleep_until((Instant::now() + wait).min(until).into()).await;
    }
    seen
}

async fn once(lethe: &Lethe, http: &mut Option<Http>) -> std::io::Result<(u16, Option<u64>)> {
    if http.is_none() {
        *http = Some(Http::connect(lethe.address()).await?);
    }
    let Some(http) = http else {
        return Ok((0, None));
    };
    let request = lethe.request(Operation::Reveal);
    let ask = Ask {
        method: request.method,
        path: &request.path,
        header: &request.header,
        body: &request.body,
    };
    let answer = http.ask(&ask).await?;
    Ok((answer.status, answer.retry_after))
}

/// Sees to it that this process may hold a connection for every client.
fn allow_files(clients: usize) -> Result<(), CliError> {
    let limit = getrlimit(Resource::Nofile);
    let wanted = clients as u64 + 64;
    if limit.current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).map_err(|_| {
        CliError::usage(format!(
            "{clients} clients need {wanted} open files, which this user may not have: give fewer --clients"
        ))
    })
}

impl Seen {
    fn add(&mut self, other: Self) {
        for (status, count) in other.answers {
            *self.answers.entry(status).or_default() += count;
        }
        self.without_retry_after += other.without_retry_after;
        self.served_us.extend(other.served_us);
        self.refused_us.extend(other.refused_us);
    }
}

impl Figures {
    fn to_table(&self) -> String {
        let mut table = Table::new(&[
            ">clients",
            "answers",
            ">served/s",
            ">p50 ms",
            ">p99 ms",
            ">503 p99 ms",
            ">RSS MiB peak",
        ]);
        let ms = |us: u32| format!("{:.1}", f64::from(us) / 1000.0);
        for phase in &self.phases {
            let answers = phase.answers.iter().map(|(status, count)| match status {
                0 => format!("none × {count}"),
                status => format!("{status} × {count}"),
            });
            table.row([
                phase.clients.to_string(),
                answers.collect::<Vec<_>>().join(", "),
                format!("{:.0}", phase.served_per_second),
                ms(phase.served_p50_us),
                ms(phase.served_p99_us),
                ms(phase.refused_p99_us),
                phase.resident_mib_peak.to_string(),
            ]);
        }
        let verdict = match self.is_bounded {
            true => {
                "Bounded: every client was served or told to come back, in the memory of a full server."
            }
            false => "NOT bounded: see the answers and the memory above.",
        };
        format!(
            "{}\n{}, {}\n\n{table}\n\nRSS before {} MiB, after {} MiB\n{verdict}",
            self.machine.line(),
            self.date,
            self.command,
            self.resident_mib_before,
            self.resident_mib_after,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(answers: &[(u16, u64)], resident_mib_peak: u64) -> Phase {
        Phase {
            answers: answers.iter().copied().collect(),
            resident_mib_peak,
            ..Phase::default()
        }
    }

    #[test]
    fn a_server_is_bounded_when_all_are_answered_in_the_memory_of_a_full_one() {
        let full = || phase(&[(200, 9)], 100);
        assert!(is_bounded(&[full(), phase(&[(200, 9), (503, 90)], 120)]));
        assert!(!is_bounded(&[full(), phase(&[(200, 9), (503, 90)], 200)]));
        assert!(!is_bounded(&[full(), phase(&[(200, 9), (0, 1)], 100)]));
        assert!(!is_bounded(&[full(), phase(&[(503, 90)], 100)]));
    }
}
