//! `lethe key widen`.

use super::blast_radius;
use super::create::{QuotaArgs, networks};
use crate::args::{self, Globals};
use crate::door;
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::surroundings::SystemClock;
use crate::views::{self, Key};
use lethe_model::{Clock, Field, OrderState, Power, Purpose};
use lethe_ops::Widening;

/// Give a key more than it has; two others approve it first, where there are two
///
/// The first time it is asked for, and nothing changes. When two keys of other owners have approved it
/// (`lethe approve`), the same command does it, within four hours. Where there are no two approvers, it
/// is done at once, and the log says so.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The key's id, from `lethe key list`
    id: String,
    /// Why, in one line: a case number, never a name
    #[arg(long)]
    reason: String,
    /// Fields to add
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', value_parser = args::field)]
    fields: Vec<Field>,
    /// Purposes to add
    #[arg(long, value_name = "PURPOSE,…", value_delimiter = ',', value_parser = args::purpose)]
    purposes: Vec<Purpose>,
    /// Powers to add
    #[arg(long, value_name = "POWER,…", value_delimiter = ',', value_parser = args::power)]
    powers: Vec<Power>,
    /// States of orders to add
    #[arg(long, value_name = "STATE,…", value_delimiter = ',', value_parser = args::order_state)]
    states: Vec<OrderState>,
    #[command(flatten)]
    quota: QuotaArgs,
    /// Networks from which it may be used, in the place of those it has
    #[arg(long, value_name = "CIDR,…", value_delimiter = ',')]
    networks: Vec<String>,
    /// When it ends: a day or an instant, at most a year away. Not a period: it would be another one
    /// when the same is asked for again
    #[arg(long, value_name = "DATE")]
    expires: Option<String>,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let expires_at_ms = match &args.expires {
        None => None,
        Some(text) if text.starts_with(['P', 'p']) => {
            let text = "--expires takes a day such as 2027-01-31 here, not a period";
            return Err(CliError::usage(text));
        }
        Some(text) => Some(expiry::parse(text, SystemClock.now())?),
    };
    let widening = Widening {
        fields: args.fields.into_iter().collect(),
        purposes: args.purposes,
        powers: args.powers,
        states: args.states,
        quota: args.quota.to_quota(),
        networks: match args.networks.as_slice() {
            [] => None,
            texts => Some(networks(texts)?),
        },
        expires_at_ms,
    };
    let folder = door::folder(globals)?;
    let changed =
        folder
            .vault
            .widen_credential(&folder.credential, &args.id, &widening, &args.reason)?;
    changed.warning.iter().for_each(|text| output.note(text));
    output.result(&changed, || {
        let key: Option<Key> = views::of(&changed.key).ok();
        let radius = key.as_ref().map_or_else(String::new, blast_radius);
        format!("key {} is wider now: {radius}", changed.key.id)
    })?;
    Ok(Exit::Done)
}
