//! `lethe log witness status`: what the witnesses of this vault know.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use lethe_ops::{WitnessReport, read_witness_report};

/// Show what each witness of this vault has cosigned, and how far it lags
///
/// Reads what `lethe serve` noted after its last round; needs no passphrase.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(globals: &Globals, _args: &Args, output: &Output) -> Result<Exit, CliError> {
    let report = read_witness_report(&globals.data())?;
    output.result(&report, || told(&report))?;
    Ok(Exit::Done)
}

fn told(report: &WitnessReport) -> String {
    let mut table = Table::new(&["witness", ">entries", ">lacks", ">for", "state"]);
    for one in &report.witnesses {
        table.row([
            one.name.clone(),
            one.size
                .map_or_else(|| "-".to_owned(), |size| size.to_string()),
            one.lag_entries.to_string(),
            format!("{} s", one.lag_seconds),
            one.problem.clone().unwrap_or_else(|| "cosigns".to_owned()),
        ]);
    }
    let witnessed = match report.witnessed {
        Some(size) => format!("{size} of {} entries are witnessed", report.entries),
        None => format!("none of {} entries is witnessed", report.entries),
    };
    let (quorum, of) = (report.quorum, report.witnesses.len());
    format!("{table}\n{witnessed}; {quorum} of {of} must cosign.")
}
