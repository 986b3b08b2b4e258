//! `lethe drill`: breaches replayed on a copy, and what each thief then holds.

mod api;
mod clock;
mod probes;
mod rehearse;
mod scratch;

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::passphrase;
pub(super) use clock::SteppableClock;
use indicatif::{ProgressBar, ProgressStyle};
use lethe_drill::{Budget, DrillReport};
pub(super) use rehearse::Rehearsal;
pub(super) use scratch::Scratch;
use std::path::PathBuf;
use std::time::Duration;

/// Replay breaches on a copy of the data, and count what each thief would hold
///
/// Copies the data folder, plants probe people in the copy, and attacks it: stolen databases, a
/// stolen key, the whole machine. Nothing in the data folder changes. Exits with status 5 when a
/// promise is broken, so that it can run every night.
///
/// To know what to look for and to measure an ordinary shop database beside it, the drill holds your
/// customers' data in clear in its scratch folder for its duration.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many probe people are planted; one in four is erased again
    #[arg(long, value_name = "N", default_value_t = PROBES)]
    #[arg(value_parser = clap::value_parser!(u32).range(8..=2_000))]
    demo_probes: u32,
    /// Guess and try keys for one second each instead of ten
    #[arg(long)]
    quick: bool,
    /// Where the scratch folder is made; memory or an encrypted disk [default: /dev/shm]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

/// Enough probe people for every scenario.
pub(super) const PROBES: u32 = 80;

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let data = globals.data();
    // Said before the passphrase is asked for.
    drop(door::installation(&data)?);
    let passphrase = passphrase::read(globals)?;
    let rehearsal = Rehearsal {
        data: &data,
        store: globals.store.as_deref(),
        passphrase: &passphrase,
        probes: args.demo_probes,
        budget: budget(args.quick),
        scratch: args.scratch.as_deref(),
    };
    let report = with_spinner(&rehearsal)?;
    show(&report, output)?;
    Ok(exit(&report))
}

/// Returns how much effort the attacks may take.
pub(super) fn budget(is_quick: bool) -> Budget {
    let full = Budget::default();
    if !is_quick {
        return full;
    }
    Budget {
        guessing: Duration::from_secs(1),
        keys: Duration::from_secs(1),
        passphrases: 3,
        ..full
    }
}

/// Runs a drill and shows what it is doing.
pub(super) fn with_spinner(rehearsal: &Rehearsal<'_>) -> Result<DrillReport, CliError> {
    let style = ProgressStyle::with_template("{spinner} {msg}").expect("the template is valid");
    let spinner = ProgressBar::new_spinner().with_style(style);
    spinner.enable_steady_tick(Duration::from_millis(120));
    let report = rehearsal.run(&mut |what| spinner.set_message(what.to_owned()));
    spinner.finish_and_clear();
    report
}

/// Prints the report.
pub(super) fn show(report: &DrillReport, output: &Output) -> Result<(), CliError> {
    output.result(&report.to_json(), || {
        let table = report.to_table(output.width(), output.colour);
        table.trim_end().to_owned()
    })
}

/// Returns what a drill's exit status says.
pub(super) fn exit(report: &DrillReport) -> Exit {
    if report.promise_broken() {
        Exit::PromiseBroken
    } else {
        Exit::Done
    }
}
