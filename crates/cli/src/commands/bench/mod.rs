//! `lethe bench`: end-to-end figures on this machine, from the real binary over real sockets, side by
//! side with what a shop would use in its place.

mod arm;
mod bunker;
mod folder;
mod growth;
mod http;
mod lethe;
mod load;
mod measure;
mod overload;
mod postgres;
mod report;
mod target;

use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::surroundings;
use arm::{Arm, Operation};
use bunker::Bunker;
use folder::{Folder, Prepared};
use lethe::Served;
use lethe_sample::{Shop, ShopSpec};
use measure::{Machine, Ticks};
use postgres::{CHANGED, CONNECTIONS_MAX, Postgres, Server};
use report::{Disk, Figures, Run};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use target::Target;

const WARM_UP: Duration = Duration::from_millis(300);

/// Measure Lethe on this machine, side by side with PostgreSQL and pgcrypto, with invented data
///
/// One workload for all: create a customer with an order, find one by e-mail address, reveal six fields
/// out of two records. Servers are processes of their own; the clients are in this one and share the
/// machine's cores. Figures of one run belong together: compare ratios, not runs.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    which: Option<Which>,
    /// What is compared; arms that cannot run here are left out, and it is said why
    #[arg(long, value_name = "ARM,ARM…", value_delimiter = ',', value_enum, default_values_t = Arm::ALL)]
    arms: Vec<Arm>,
    /// Customers of the sample shop that every arm is filled with
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    customers: u32,
    /// Seconds per measurement
    #[arg(long, value_name = "N", default_value_t = 3)]
    seconds: u64,
    /// Numbers of clients at once, 256 at most
    #[arg(long, value_name = "N,N…", value_delimiter = ',', default_values_t = [1, 16, 64, 256])]
    clients: Vec<usize>,
    /// Use this PostgreSQL server, whose user may make schemas and the extension, instead of a throw-away one
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// A Databunker server (`http://127.0.0.1:3000`) for the arm of that name
    #[arg(long, value_name = "URL", requires = "databunker_token_file")]
    databunker: Option<String>,
    /// File with that server's access token
    #[arg(long, value_name = "FILE")]
    databunker_token_file: Option<PathBuf>,
    /// Where the scratch folders are made: choose the disk you want to measure
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    /// Write the figures to a file too, as JSON; a file that is there is replaced
    #[arg(long = "json-file", value_name = "FILE")]
    json_file: Option<PathBuf>,
    /// Write a bar chart too; a file that is there is replaced
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

#[derive(clap::Subcommand)]
enum Which {
    Growth(growth::Args),
    Overload(overload::Args),
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, CliError> {
    match &args.which {
        Some(Which::Growth(args)) => growth::run(args, output),
        Some(Which::Overload(args)) => overload::run(args, output),
        None => compare(args, output),
    }
}

fn compare(args: &Args, output: &Output) -> Result<Exit, CliError> {
    if args.customers == 0 || args.seconds == 0 || args.clients.contains(&0) {
        return Err(CliError::usage(
            "numbers of customers, seconds and clients begin at 1",
        ));
    }
    if args
        .clients
        .iter()
        .any(|clients| *clients > CONNECTIONS_MAX)
    {
        return Err(CliError::usage(
            "256 clients at most: each has a connection of its own; see `lethe bench overload` for more",
        ));
    }
    let machine = Machine::now()?;
    let stage = Stage::set(args, output)?;
    let mut runs = Vec::new();
    let mut turn = 0;
    for operation in Operation::ALL {
        for clients in &args.clients {
            output.note(&format!("{}: {clients} clients", operation.name()));
            // Another arm begins each time, so that noise hits all alike.
            for at in 0..stage.arms.len() {
                let (arm, target) = &stage.arms[(at + turn) % stage.arms.len()];
                let seconds = Duration::from_secs(args.seconds);
                runs.push(one_run(*arm, target, operation, *clients, seconds)?);
            }
            turn += 1;
        }
    }
    let place = |arm: Arm| Arm::ALL.iter().position(|one| *one == arm);
    let of = |operation| Operation::ALL.iter().position(|one| *one == operation);
    runs.sort_by_key(|run| (of(run.operation), run.clients, place(run.arm)));
    let disk = stage.arms.iter().filter_map(|(arm, target)| {
        let bytes_per_customer = target.bytes_per_customer()?;
        Some(Disk {
            arm: *arm,
            bytes_per_customer,
        })
    });
    let figures = Figures {
        command: command_line(),
        date: today(),
        machine: machine.until_now()?,
        postgres: stage.postgres.clone(),
        cache: "warm, all data written moments ago",
        customers: args.customers,
        import: stage.import.clone(),
        disk: disk.collect(),
        skipped: stage.skipped.clone(),
        runs,
    };
    if let Some(path) = &args.json_file {
        write_json(path, &figures)?;
    }
    if let Some(path) = &args.svg {
        write(path, &figures.to_svg())?;
    }
    output.result(&figures, || figures.to_table())?;
    Ok(Exit::Done)
}

/// Everything that is up.
struct Stage {
    // Schemas go before their server does.
    arms: Vec<(Arm, Arc<Target>)>,
    _server: Option<Server>,
    import: Option<folder::Import>,
    postgres: Option<String>,
    skipped: Vec<String>,
}

impl Stage {
    fn set(args: &Args, output: &Output) -> Result<Self, CliError> {
        let base = args.scratch.clone().unwrap_or_else(std::env::temp_dir);
        let shop = sample_shop(args.customers);
        let wanted = |arm: &Arm| args.arms.contains(arm);
        let mut stage = Self {
            arms: Vec::new(),
            _server: None,
            import: None,
            postgres: None,
            skipped: Vec::new(),
        };
        if wanted(&Arm::Lethe) || wanted(&Arm::LetheUnix) {
            output.note(&format!(
                "Importing {} customers into Lethe",
                args.customers
            ));
            let folder = Folder::scratch(&base, "sqlite")?;
            let served = Served::start(|| Prepared::on_sqlite(folder, &shop))?;
            stage.import = Some(served.import().clone());
            for (arm, lethe) in [
                (Arm::Lethe, served.over_http()),
                (Arm::LetheUnix, served.over_socket()),
            ] {
                if wanted(&arm) {
                    stage.add(arm, Target::Lethe(lethe));
                }
            }
        }
        if Arm::ALL
            .iter()
            .any(|arm| wanted(arm) && arm.sealing().is_some())
        {
            stage.add_postgres(args, &base, &shop, output)?;
        }
        match (&args.databunker, &args.databunker_token_file) {
            (Some(url), Some(file)) if wanted(&Arm::Databunker) => {
                let token = crate::files::read_text(file)?;
                let bunker = Bunker::prepare(url, token.trim(), std::process::id())?;
                stage.add(Arm::Databunker, Target::Databunker(bunker));
            }
            _ if wanted(&Arm::Databunker) => stage
                .skipped
                .push("databunker left out: no server was given (--databunker URL)".to_owned()),
            _ => {}
        }
        if stage.arms.is_empty() {
            return Err(CliError::usage(format!(
                "nothing can be measured here: {}",
                stage.skipped.join("; ")
            )));
        }
        Ok(stage)
    }

    fn add_postgres(
        &mut self,
        args: &Args,
        base: &Path,
        shop: &Shop,
        output: &Output,
    ) -> Result<(), CliError> {
        let server = match &args.postgres {
            Some(url) => Some(Server::at(url)?),
            None => Server::throw_away(base)?,
        };
        let Some(server) = server else {
            let text = "PostgreSQL's arms left out: there is none below /usr/lib/postgresql; give --postgres URL";
            self.skipped.push(text.to_owned());
            return Ok(());
        };
        for arm in Arm::ALL {
            if !args.arms.contains(&arm) || arm.sealing().is_none() {
                continue;
            }
            output.note(&format!("Filling PostgreSQL for {}", arm.name()));
            let postgres = Postgres::prepare(&server, arm, shop)?;
            let settings = match server.is_own() {
                true => format!(
                    "a throw-away server, defaults (fsync on) but {}",
                    CHANGED.join(", ")
                ),
                false => "the server given, with its own settings".to_owned(),
            };
            self.postgres = Some(format!(
                "PostgreSQL {}: {settings}; a connection per client, prepared statements, one round trip per act",
                postgres.version()
            ));
            self.add(arm, Target::Postgres(Box::new(postgres)));
        }
        self._server = Some(server);
        Ok(())
    }

    fn add(&mut self, arm: Arm, target: Target) {
        self.arms.push((arm, Arc::new(target)));
    }
}

fn one_run(
    arm: Arm,
    target: &Arc<Target>,
    operation: Operation,
    clients: usize,
    duration: Duration,
) -> Result<Run, CliError> {
    load::run(target, operation, clients, WARM_UP, || ())?;
    let mut looks = Vec::new();
    let done = load::run(target, operation, clients, duration, || {
        looks.push((
            target.cpu_ms(),
            measure::cpu_ms(std::process::id()),
            Ticks::now(),
        ));
    })?;
    let operations = done.latencies_us.len().max(1) as f64;
    let mut looks = looks.into_iter();
    let (Some(before), Some(after)) = (looks.next(), looks.next()) else {
        return Err(CliError::new(
            Exit::Failure,
            "bench",
            "nothing was measured",
        ));
    };
    let server = before
        .0
        .zip(after.0)
        .map(|(before, after)| after.saturating_sub(before));
    let own = after.1?.saturating_sub(before.1?);
    Ok(Run {
        operation,
        arm,
        clients,
        per_second: done.per_second(),
        p50_us: done.percentile(50),
        p99_us: done.percentile(99),
        failed: done.failed,
        server_cpu_ms: server.map(|ms| ms as f64 / operations),
        client_cpu_ms: own as f64 / operations,
        steal_percent: before.2?.stolen_percent(after.2?),
    })
}

/// The shop that every arm is filled with.
fn sample_shop(customers: u32) -> Shop {
    let end = jiff::civil::date(2026, 1, 31);
    Shop::new(ShopSpec {
        customers,
        ..ShopSpec::new(1, end)
    })
}

/// The command as it was given, for whoever wants to repeat it. URLs may hold passwords.
fn command_line() -> String {
    let mut hides = false;
    let words = std::env::args().skip(1).map(|word| {
        let hidden = std::mem::replace(&mut hides, word == "--postgres" || word == "--databunker");
        match word.split_once('=') {
            _ if hidden => "…".to_owned(),
            Some((name @ ("--postgres" | "--databunker"), _)) => format!("{name}=…"),
            _ => word,
        }
    });
    format!("lethe {}", words.collect::<Vec<_>>().join(" "))
}

fn today() -> String {
    use lethe_model::Clock;
    let now = surroundings::SystemClock.now();
    now.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn write_json(path: &Path, figures: &impl Serialize) -> Result<(), CliError> {
    let mut text = serde_json::to_string_pretty(figures).expect("plain data serialises");
    text.push('\n');
    write(path, &text)
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    std::fs::write(path, text).map_err(CliError::file(format!("cannot write {}", path.display())))
}
