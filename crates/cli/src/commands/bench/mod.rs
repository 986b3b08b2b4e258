//! `lethe bench`: end-to-end figures on this machine, from the real binary over real sockets.

mod load;
mod measure;
mod report;
mod workload;

use crate::error::{CliError, Exit};
use crate::output::Output;
use load::{Address, Load};
use measure::Machine;
use report::{Figures, Run};
use std::path::PathBuf;
use std::time::Duration;
use workload::Workload;

/// Measure import, intake and reveals on this machine, with invented data in a scratch folder
///
/// The server is a process of its own; the clients are in this one and share the machine's cores.
/// Figures of one run belong together: compare ratios, not runs.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Customers of the sample shop
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    customers: u32,
    /// Seconds per measurement
    #[arg(long, value_name = "N", default_value_t = 4)]
    seconds: u64,
    /// Numbers of clients at once
    #[arg(long, value_name = "N,N…", value_delimiter = ',', default_values_t = [1, 16, 64])]
    clients: Vec<usize>,
    /// Where the scratch folder is made: choose the disk you want to measure
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, CliError> {
    if args.customers == 0 || args.seconds == 0 || args.clients.contains(&0) {
        return Err(CliError::usage(
            "numbers of customers, seconds and clients begin at 1",
        ));
    }
    let machine = Machine::now()?;
    let base = args.scratch.clone().unwrap_or_else(std::env::temp_dir);
    output.note(&format!(
        "Making a shop of {} customers below {}",
        args.customers,
        base.display()
    ));
    let (workload, import) = Workload::prepare(&base, args.customers)?;
    output.note(&format!(
        "Imported {} orders; starting the server",
        import.orders
    ));
    let server = workload.serve()?;
    let mut runs = Vec::new();
    for (what, load) in [
        ("reveal, six fields", workload.reveals()),
        ("intake, one order", workload.intakes()),
    ] {
        for address in [Address::Tcp(server.tcp), Address::Unix(server.unix.clone())] {
            for clients in &args.clients {
                output.note(&format!(
                    "{what}: {clients} clients over {}",
                    address.name()
                ));
                let duration = Duration::from_secs(args.seconds);
                runs.push(one_run(
                    what,
                    &load,
                    &address,
                    *clients,
                    duration,
                    server.pid(),
                )?);
            }
        }
    }
    let figures = Figures {
        machine: machine.until_now()?,
        import,
        runs,
    };
    output.result(&figures, || figures.to_table())?;
    Ok(Exit::Done)
}

fn one_run(
    what: &'static str,
    load: &Load,
    address: &Address,
    clients: usize,
    duration: Duration,
    server: u32,
) -> Result<Run, CliError> {
    let cpu = |pid| measure::cpu_ms(pid);
    let (server_before, own_before) = (cpu(server)?, cpu(std::process::id())?);
    let done = load.run(address, clients, duration)?;
    let (server_after, own_after) = (cpu(server)?, cpu(std::process::id())?);
    let operations = done.latencies_us.len().max(1) as f64;
    Ok(Run {
        what,
        transport: address.name(),
        clients,
        per_second: done.latencies_us.len() as f64 / done.elapsed.as_secs_f64(),
        p50_us: done.percentile(50),
        p99_us: done.percentile(99),
        failed: done.failed,
        server_cpu_us: (server_after - server_before) as f64 * 1000.0 / operations,
        client_cpu_us: (own_after - own_before) as f64 * 1000.0 / operations,
    })
}
