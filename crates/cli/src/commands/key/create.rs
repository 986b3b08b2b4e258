//! `lethe key create`.

use super::show_created;
use crate::args::{self, Globals};
use crate::door::{self, NewKey};
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::surroundings::SystemClock;
use lethe_model::{Clock, Field, Grant, Power, Purpose};

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
    /// What else it may do: reveal, list, intake, keys, audit
    #[arg(long, value_name = "POWER,…", value_delimiter = ',', value_parser = args::power)]
    #[arg(default_value = "reveal,list")]
    powers: Vec<Power>,
    /// How many distinct people in any 24 hours
    #[arg(long, value_name = "N", default_value_t = 0)]
    people_per_day: u32,
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
            powers: args.powers.into_iter().collect(),
            people_per_day: args.people_per_day,
            expires_at_ms: Some(expiry::parse(&args.expires, SystemClock.now())?),
        },
    };
    let created = door::open(globals)?.create_key(&new)?;
    show_created(&created, output)?;
    Ok(Exit::Done)
}
