//! `lethe bench growth`: whether a reveal costs the same in a shop of ten thousand and of a million.

use super::arm::Operation;
use super::folder::{Folder, Import, Prepared};
use super::lethe::Served;
use super::load::{self, percentile};
use super::measure::{Machine, STEAL_MAX_PERCENT};
use super::target::Target;
use super::{command_line, sample_shop, today, write_json};
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The dearest size may cost this much of the cheapest.
const SPREAD_MAX: f64 = 1.2;
/// Every size has its turn this often; the median counts.
const ROUNDS: usize = 5;
const WARM_UP: Duration = Duration::from_secs(1);

/// Measure what a reveal costs, and what a customer takes on the disk, in shops of growing size
///
/// The shops are imported first, some 10,000 orders a second. Every size is measured five times, in turns;
/// the median counts. Costs that stay within 20 % of each other are flat.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Numbers of customers
    #[arg(long, value_name = "N,N…", value_delimiter = ',', default_values_t = [10_000, 100_000])]
    sizes: Vec<u32>,
    /// Clients at once
    #[arg(long, value_name = "N", default_value_t = 16)]
    clients: usize,
    /// Seconds per measurement
    #[arg(long, value_name = "N", default_value_t = 3)]
    seconds: u64,
    /// Keep the imported shops in this folder, and use those that are there
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Write the figures to a file too, as JSON; a file that is there is replaced
    #[arg(long = "json-file", value_name = "FILE")]
    json_file: Option<PathBuf>,
}

#[derive(Serialize)]
struct Figures {
    command: String,
    date: String,
    machine: Machine,
    clients: usize,
    sizes: Vec<Size>,
    /// The dearest size's CPU time per reveal in proportion to the cheapest's.
    cpu_spread: f64,
    p50_spread: f64,
    disk_spread: f64,
    is_flat: bool,
}

#[derive(Serialize)]
struct Size {
    import: Import,
    reveal_cpu_us: u32,
    reveal_p50_us: u32,
    resident_mib: u64,
}

struct Shop {
    target: Arc<Target>,
    import: Import,
    pid: u32,
    cpu_ns: Vec<u32>,
    p50_us: Vec<u32>,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, CliError> {
    if args.sizes.is_empty() || args.sizes.contains(&0) || args.clients == 0 || args.seconds == 0 {
        return Err(CliError::usage("sizes, clients and seconds begin at 1"));
    }
    let machine = Machine::now()?;
    let mut shops = Vec::new();
    for size in &args.sizes {
        output.note(&format!("A shop of {size} customers"));
        shops.push(Shop::open(*size, args)?);
    }
    for round in 0..ROUNDS {
        for at in 0..shops.len() {
            let at = (at + round) % shops.len();
            let shop = &mut shops[at];
            output.note(&format!(
                "Round {}: {} customers",
                round + 1,
                shop.import.customers
            ));
            shop.measure(args)?;
        }
    }
    let sizes: Vec<Size> = shops.iter_mut().map(Shop::sum_up).collect();
    let figures = Figures::of(sizes, machine.until_now()?, args.clients);
    if let Some(path) = &args.json_file {
        write_json(path, &figures)?;
    }
    output.result(&figures, || figures.to_table())?;
    Ok(Exit::Done)
}

impl Shop {
    fn open(size: u32, args: &Args) -> Result<Self, CliError> {
        let name = format!("customers-{size}");
        let folder = match &args.keep {
            Some(keep) => Folder::kept(keep.join(name))?,
            None => Folder::scratch(&std::env::temp_dir(), &name)?,
        };
        let served = Served::start(|| Prepared::on_sqlite(folder, &sample_shop(size)))?;
        let lethe = served.over_socket();
        let (import, pid) = (served.import().clone(), lethe.pid());
        let target = Arc::new(Target::Lethe(lethe));
        load::run(&target, Operation::Reveal, args.clients, WARM_UP, || ())?;
        Ok(Self {
            target,
            import,
            pid,
            cpu_ns: Vec::new(),
            p50_us: Vec::new(),
        })
    }

    fn measure(&mut self, args: &Args) -> Result<(), CliError> {
        let seconds = Duration::from_secs(args.seconds);
        let mut cpu = Vec::new();
        let target = &self.target;
        let done = load::run(target, Operation::Reveal, args.clients, seconds, || {
            cpu.push(target.cpu_ms().unwrap_or(0));
        })?;
        if done.failed > 0 {
            let text = format!(
                "{} reveals failed: the figures would mean nothing",
                done.failed
            );
            return Err(CliError::new(Exit::Failure, "bench", text));
        }
        let used_ns = cpu
            .last()
            .zip(cpu.first())
            .map_or(0, |(last, first)| last - first)
            * 1_000_000;
        let each = used_ns / (done.latencies_us.len().max(1) as u64);
        self.cpu_ns.push(u32::try_from(each).unwrap_or(u32::MAX));
        self.p50_us.push(done.percentile(50));
        Ok(())
    }

    fn sum_up(&mut self) -> Size {
        self.cpu_ns.sort_unstable();
        self.p50_us.sort_unstable();
        Size {
            import: self.import.clone(),
            reveal_cpu_us: percentile(&self.cpu_ns, 50) / 1000,
            reveal_p50_us: percentile(&self.p50_us, 50),
            resident_mib: super::measure::resident_kib(self.pid) / 1024,
        }
    }
}

impl Figures {
    fn of(sizes: Vec<Size>, machine: Machine, clients: usize) -> Self {
        let cpu_spread = spread(sizes.iter().map(|size| f64::from(size.reveal_cpu_us)));
        let p50_spread = spread(sizes.iter().map(|size| f64::from(size.reveal_p50_us)));
        let disk_spread = spread(sizes.iter().map(|size| size.import.bytes_per_customer()));
        Self {
            command: command_line(),
            date: today(),
            machine,
            clients,
            sizes,
            cpu_spread,
            p50_spread,
            disk_spread,
            is_flat: [cpu_spread, p50_spread, disk_spread]
                .iter()
                .all(|spread| *spread <= SPREAD_MAX),
        }
    }

    fn to_table(&self) -> String {
        let mut table = Table::new(&[
            ">customers",
            ">orders",
            ">orders/s in",
            ">CPU µs/reveal",
            ">p50 ms",
            ">active B/customer",
            ">keyring",
            ">log",
            ">RSS MiB",
        ]);
        for size in &self.sizes {
            let import = &size.import;
            table.row([
                import.customers.to_string(),
                import.orders.to_string(),
                format!("{:.0}", import.orders_per_second),
                size.reveal_cpu_us.to_string(),
                format!("{:.2}", f64::from(size.reveal_p50_us) / 1000.0),
                format!("{:.0}", import.active_bytes_per_customer),
                format!("{:.0}", import.keyring_bytes_per_customer),
                format!("{:.0}", import.log_bytes_per_customer),
                size.resident_mib.to_string(),
            ]);
        }
        let verdict = |name: &str, spread: f64| {
            let word = if spread <= SPREAD_MAX {
                "flat"
            } else {
                "NOT flat"
            };
            format!("{name}: {word} (dearest is {spread:.2} × the cheapest; 1.20 allowed)")
        };
        let steal = match self.machine.steal_percent > STEAL_MAX_PERCENT {
            true => "\nThe host gave much of the CPU to others: do not rely on this run.",
            false => "",
        };
        format!(
            "{}\n{}, {}; {} clients over the Unix socket; file cache warm\n\n{table}\n\n{}\n{}\n{}{steal}",
            self.machine.line(),
            self.date,
            self.command,
            self.clients,
            verdict("CPU per reveal", self.cpu_spread),
            verdict("p50 of a reveal", self.p50_spread),
            verdict("bytes per customer", self.disk_spread),
        )
    }
}

/// The greatest in proportion to the least; 1 of none.
fn spread(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = values.clone().fold(0.0, f64::max);
    let least = values.fold(f64::INFINITY, f64::min);
    if least > 0.0 && least.is_finite() {
        most / least
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_compares_the_dearest_with_the_cheapest() {
        assert!((spread([10.0, 13.0, 11.0].into_iter()) - 1.3).abs() < 1e-9);
        assert!((spread(std::iter::empty()) - 1.0).abs() < 1e-9);
    }
}
