//! `lethe key create`.

use super::show_created;
use crate::args::{self, Globals};
use crate::door::{self, NewKey};
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::surroundings::SystemClock;
use lethe_model::{
    Bounds, Clock, Field, Grant, Networks, OrderState, OrderStates, Power, Purpose, Quota,
};

/// Make a key for a recipient
///
/// The secret goes to standard output, once. Every key has an expiry, and a bound on how many
/// distinct people it may read or guess at in any 24 hours: together they are its blast radius.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Who will hold it: a system or a vendor, such as `warehouse`
    #[arg(long, value_name = "NAME")]
    recipient: String,
    /// Fields it may reveal, separated by commas: `lethe fields` lists them
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', value_parser = args::field)]
    fields: Vec<Field>,
    /// Purposes it may state
    #[arg(long, value_name = "PURPOSE,…", value_delimiter = ',', value_parser = args::purpose)]
    purposes: Vec<Purpose>,
    /// What else it may do: reveal, list, intake, keys, audit, approve, erase,
    /// retention
    #[arg(long, value_name = "POWER,…", value_delimiter = ',', value_parser = args::power)]
    #[arg(default_value = "reveal,list")]
    powers: Vec<Power>,
    /// Who answers for it: a name or a team, not an address. Keys of one owner share a quota
    #[arg(long, value_name = "NAME")]
    owner: String,
    /// States of an order in which its records may be revealed: unshipped, shipped, cancelled,
    /// account (the records of accounts). Without it, all
    #[arg(long, value_name = "STATE,…", value_delimiter = ',', value_parser = args::order_state)]
    states: Vec<OrderState>,
    #[command(flatten)]
    quota: QuotaArgs,
    /// Networks from which it may be used, such as 10.1.0.0/16. Without it, anywhere
    #[arg(long, value_name = "CIDR,…", value_delimiter = ',')]
    networks: Vec<String>,
    /// When it ends: a period such as P90D or a date, at most a year away
    #[arg(long, value_name = "PERIOD|DATE")]
    expires: String,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let new = NewKey {
        recipient: args.recipient,
        grant: Grant {
            fields: args.fields.into_iter().collect(),
            purposes: args.purposes.into_iter().collect(),
            states: if args.states.is_empty() {
                OrderStates::ALL
            } else {
                args.states.into_iter().collect()
            },
            powers: args.powers.into_iter().collect(),
            quota: args.quota.to_quota(),
            networks: networks(&args.networks)?,
            expires_at_ms: Some(expiry::parse(&args.expires, SystemClock.now())?),
            owner: Some(args.owner),
        },
    };
    let created = door::open(globals)?.create_key(&new)?;
    show_created(&created, output)?;
    Ok(Exit::Done)
}

/// How much a key may meet. A bound that is not given bounds nothing.
#[derive(clap::Args)]
pub(crate) struct QuotaArgs {
    /// Distinct people in any 60 minutes
    #[arg(long, value_name = "N")]
    people_per_hour: Option<u32>,
    /// Distinct people in any 24 hours: a key that reveals needs it
    #[arg(long, value_name = "N")]
    people_per_day: Option<u32>,
    /// Distinct people in any 90 days
    #[arg(long, value_name = "N")]
    people_per_90_days: Option<u32>,
    /// Distinct people ever
    #[arg(long, value_name = "N")]
    people_ever: Option<u32>,
    /// Distinct values (a field of a person) in any 60 minutes
    #[arg(long, value_name = "N")]
    values_per_hour: Option<u32>,
    /// Distinct values in any 24 hours
    #[arg(long, value_name = "N")]
    values_per_day: Option<u32>,
    /// Distinct values in any 90 days
    #[arg(long, value_name = "N")]
    values_per_90_days: Option<u32>,
    /// Distinct values ever
    #[arg(long, value_name = "N")]
    values_ever: Option<u32>,
    /// Requests in a second
    #[arg(long, value_name = "N")]
    requests_per_second: Option<u32>,
}

impl QuotaArgs {
    pub(super) fn to_quota(&self) -> Quota {
        Quota {
            people: Bounds {
                hour: self.people_per_hour,
                day: self.people_per_day,
                quarter: self.people_per_90_days,
                ever: self.people_ever,
            },
            values: Bounds {
                hour: self.values_per_hour,
                day: self.values_per_day,
                quarter: self.values_per_90_days,
                ever: self.values_ever,
            },
            requests_per_second: self.requests_per_second,
        }
    }
}

pub(super) fn networks(texts: &[String]) -> Result<Networks, CliError> {
    Networks::parse(texts.iter().map(String::as_str))
        .map_err(|error| CliError::usage(format!("--networks {error}")))
}
