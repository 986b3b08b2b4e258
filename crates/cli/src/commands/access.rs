//! `lethe access`: what holds for all credentials together.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::text;
use clap::{Subcommand, ValueEnum};
use lethe_ops::{AccessSettings, Reaction};

/// Show or set what bounds all credentials together
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: AccessCommand,
}

#[derive(Subcommand)]
enum AccessCommand {
    /// Show the bounds and reactions
    Show,
    Set(SetArgs),
}

/// Set bounds and reactions; what is not given stays
///
/// Only the operator can: a key must not loosen what bounds it. In force for the next request.
#[derive(clap::Args)]
struct SetArgs {
    /// Distinct people that all credentials together may meet in any 60 minutes; `none` for no bound
    #[arg(long, value_name = "N|none", value_parser = bound)]
    people_per_hour: Option<Bound>,
    /// The same in any 24 hours
    #[arg(long, value_name = "N|none", value_parser = bound)]
    people_per_day: Option<Bound>,
    /// The same in any 90 days
    #[arg(long, value_name = "N|none", value_parser = bound)]
    people_per_90_days: Option<Bound>,
    /// What becomes of a credential that reads a canary
    #[arg(long, value_enum)]
    canaries: Option<Means>,
    /// What becomes of a credential that departs sharply from what it usually does
    #[arg(long, value_enum)]
    anomalies: Option<Means>,
    /// Networks inside which a browser may present a key; `none` for nowhere
    #[arg(long, value_name = "CIDR,…", value_delimiter = ',')]
    browsers_from: Option<Vec<String>>,
}

/// A bound or none.
#[derive(Clone, Copy)]
struct Bound(Option<u32>);

#[derive(Clone, Copy, ValueEnum)]
enum Means {
    /// An alert, nothing more
    Alert,
    /// An alert, and few new people from then on
    Throttle,
    /// An alert, and quarantine
    Suspend,
}

fn bound(text: &str) -> Result<Bound, &'static str> {
    if text == "none" {
        return Ok(Bound(None));
    }
    let number: u32 = text
        .parse()
        .map_err(|_| "is no number of people, nor `none`")?;
    if number == 0 {
        return Err("must be at least 1");
    }
    Ok(Bound(Some(number)))
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let mut settings = folder.vault.access_settings(&folder.credential)?;
    if let AccessCommand::Set(change) = args.command {
        change.apply(&mut settings);
        folder
            .vault
            .set_access_settings(&folder.credential, settings.clone())?;
    }
    output.result(&settings, || told(&settings))?;
    Ok(Exit::Done)
}

impl SetArgs {
    fn apply(self, settings: &mut AccessSettings) {
        if let Some(Bound(bound)) = self.people_per_hour {
            settings.people_per_hour = bound;
        }
        if let Some(Bound(bound)) = self.people_per_day {
            settings.people_per_day = bound;
        }
        if let Some(Bound(bound)) = self.people_per_90_days {
            settings.people_per_90_days = bound;
        }
        if let Some(means) = self.canaries {
            settings.canaries = means.into();
        }
        if let Some(means) = self.anomalies {
            settings.anomalies = means.into();
        }
        if let Some(networks) = self.browsers_from {
            let is_none = networks == ["none"];
            settings.browsers_from = if is_none { Vec::new() } else { networks };
        }
    }
}

impl From<Means> for Reaction {
    fn from(means: Means) -> Self {
        match means {
            Means::Alert => Self::Alert,
            Means::Throttle => Self::Throttle,
            Means::Suspend => Self::Suspend,
        }
    }
}

fn told(settings: &AccessSettings) -> String {
    let bound = |bound: Option<u32>| bound.map_or("no bound".to_owned(), |n| text::count(n.into()));
    let reaction = |reaction| match reaction {
        Reaction::Alert => "alert",
        Reaction::Throttle => "alert, then few new people",
        Reaction::Suspend => "alert, then quarantine",
    };
    let browsers = if settings.browsers_from.is_empty() {
        "nowhere: a key that a web page sends is quarantined".to_owned()
    } else {
        settings.browsers_from.join(", ")
    };
    [
        format!(
            "people in any 60 minutes   {}",
            bound(settings.people_per_hour)
        ),
        format!(
            "people in any 24 hours     {}",
            bound(settings.people_per_day)
        ),
        format!(
            "people in any 90 days      {}",
            bound(settings.people_per_90_days)
        ),
        format!("a canary is read           {}", reaction(settings.canaries)),
        format!(
            "a sharp departure          {}",
            reaction(settings.anomalies)
        ),
        format!("browsers may present keys  {browsers}"),
    ]
    .join("\n")
}
