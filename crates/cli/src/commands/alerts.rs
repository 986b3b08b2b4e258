//! `lethe alerts`: what somebody should hear of, and whether they would.

use crate::alerting;
use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::surroundings;
use crate::table::Table;
use crate::text;
use crate::views::Alert;
use clap::Subcommand;
use lethe_alerts::Notice;
use lethe_ops::Surroundings;
use serde::Serialize;

/// List alerts, and test the ways they go out
///
/// While `lethe serve` runs, alerts go to standard error, and to the webhook and the mail server that
/// `alerts.toml` in the data folder names.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: AlertsCommand,
}

#[derive(Subcommand)]
enum AlertsCommand {
    /// List alerts, the newest first
    List {
        /// How many, 1 to 1000
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// Send a test through each channel of alerts.toml, and say which got through
    ///
    /// Needs neither the passphrase nor the lock. Exits with status 1 when one did not get through.
    Test,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        AlertsCommand::List { limit } => {
            let alerts = door::open(globals)?.alerts(limit)?;
            output.result(&serde_json::json!({ "alerts": alerts }), || table(&alerts))?;
            Ok(Exit::Done)
        }
        AlertsCommand::Test => test(globals, output),
    }
}

/// What became of a test on one channel.
#[derive(Serialize)]
struct Tested {
    channel: &'static str,
    is_delivered: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

fn test(globals: &Globals, output: &Output) -> Result<Exit, CliError> {
    let Surroundings { clock, random } = surroundings::real();
    let channels = alerting::channels(&globals.data())?;
    let now = clock.now();
    let id = lethe_keeper::hex(&random.bytes::<6>());
    let notice = Notice::test(format!("alert_{id}"), now.to_string());
    let tested: Vec<Tested> = channels
        .iter()
        .map(|channel| {
            let failure = channel.deliver(&notice, now.as_second()).err();
            Tested {
                channel: channel.name(),
                is_delivered: failure.is_none(),
                failure: failure.map(|error| error.to_string()),
            }
        })
        .collect();
    let lines = || {
        let line = |one: &Tested| match &one.failure {
            None => format!("{}: delivered", one.channel),
            Some(why) => format!("{}: not delivered: {why}", one.channel),
        };
        tested.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    output.result(&serde_json::json!({ "channels": tested }), lines)?;
    if tested.iter().all(|one| one.is_delivered) {
        Ok(Exit::Done)
    } else {
        Ok(Exit::Failure)
    }
}

fn table(alerts: &[Alert]) -> String {
    if alerts.is_empty() {
        return "no alert was raised".to_owned();
    }
    let mut table = Table::new(&[
        "alert",
        "when (UTC)",
        ">times",
        "severity",
        "kind",
        "credential",
        "owner",
        "told by",
        "what",
    ]);
    for alert in alerts {
        let told: Vec<&str> = alert
            .deliveries
            .iter()
            .filter(|one| one.delivered_at.is_some())
            .map(|one| one.channel.as_str())
            .collect();
        table.row([
            alert.id.clone(),
            alert.at.clone(),
            text::count(alert.times),
            alert.severity.clone(),
            alert.kind.clone(),
            alert.credential.clone().unwrap_or_default(),
            alert.owner.clone().unwrap_or_default(),
            if told.is_empty() {
                "nobody yet".to_owned()
            } else {
                told.join(", ")
            },
            text::printable(&alert.text),
        ]);
    }
    table.to_string()
}
