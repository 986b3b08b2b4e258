//! `lethe key derive`.

use super::check;
use super::create::{QuotaArgs, networks};
use crate::args::{self, Globals};
use crate::door;
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::surroundings::SystemClock;
use lethe_crypto::{DerivedKey, DerivedKeyError, PresentedKey, PresentedKeyError};
use lethe_model::{Caveat, Clock, Field, OrderState, Power, Purpose};
use lethe_ops::Error;

/// Derive a narrower key from a key, offline
///
/// Reads the key from --key-file or `LETHE_KEY` and needs no data folder and no network. What it prints
/// can do what that key can, less what the options take away: hand it to a carrier for one order, or to
/// a script for an hour. Whoever has it can narrow it further and never widen it; it ends with the key
/// it derives from and shares its quota. A derived key makes no keys.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// When it ends: a period such as PT1H or P7D, a day, or an instant
    #[arg(long, value_name = "PERIOD|DATE")]
    expires: Option<String>,
    /// Orders it works for, as tokens of the key's recipient: nothing else is opened, found or listed
    #[arg(long, value_name = "TOKEN,…", value_delimiter = ',')]
    orders: Vec<String>,
    /// Fields it may reveal at most
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', value_parser = args::field)]
    fields: Vec<Field>,
    /// Purposes it may state at most
    #[arg(long, value_name = "PURPOSE,…", value_delimiter = ',', value_parser = args::purpose)]
    purposes: Vec<Purpose>,
    /// What else it may do at most
    #[arg(long, value_name = "POWER,…", value_delimiter = ',', value_parser = args::power)]
    powers: Vec<Power>,
    /// States of an order in which its records may be revealed at most
    #[arg(long, value_name = "STATE,…", value_delimiter = ',', value_parser = args::order_state)]
    states: Vec<OrderState>,
    #[command(flatten)]
    quota: QuotaArgs,
    /// Networks from which it may be used
    #[arg(long, value_name = "CIDR,…", value_delimiter = ',')]
    networks: Vec<String>,
    /// What the log calls it: lower-case letters, digits, dots, dashes, underscores. No person's name
    #[arg(long, value_name = "NAME")]
    label: Option<String>,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let Some(parent) = door::key(globals)? else {
        let text = "give the key to derive from with --key-file FILE or LETHE_KEY";
        return Err(CliError::usage(text));
    };
    let caveats = args.caveats()?;
    let derived = match &parent {
        PresentedKey::Root(key) => DerivedKey::derive(key, &caveats),
        PresentedKey::Derived(key) => key.narrowed_by(&caveats),
    };
    let derived = derived.map_err(|error| match error {
        DerivedKeyError::Empty => CliError::usage(
            "a derived key needs at least one restriction: give --expires, --orders, --fields or another",
        ),
        other => Error::from(PresentedKeyError::from(other)).into(),
    })?;
    let mut document = check::derived(&derived);
    document["key"] = derived.expose().into();
    output.result(&document, || derived.expose().to_owned())?;
    output.note(&format!(
        "derived key {}: what its parent may do, and of that\n{}\nThe line above is the secret. It is \
         valid in the vault of its parent, if a release that knows derived keys made the parent.",
        derived.fingerprint(),
        check::restrictions(&derived),
    ));
    Ok(Exit::Done)
}

impl Args {
    fn caveats(&self) -> Result<Vec<Caveat>, CliError> {
        let mut all = Vec::new();
        if let Some(text) = &self.expires {
            all.push(Caveat::Expires(expiry::parse(text, SystemClock.now())?));
        }
        if !self.orders.is_empty() {
            all.push(Caveat::Orders(self.orders.clone()));
        }
        if !self.fields.is_empty() {
            all.push(Caveat::Fields(self.fields.iter().copied().collect()));
        }
        if !self.purposes.is_empty() {
            all.push(Caveat::Purposes(self.purposes.iter().copied().collect()));
        }
        if !self.powers.is_empty() {
            all.push(Caveat::Powers(self.powers.iter().copied().collect()));
        }
        if !self.states.is_empty() {
            all.push(Caveat::States(self.states.iter().copied().collect()));
        }
        let quota = self.quota.to_quota();
        if !quota.people.is_empty() {
            all.push(Caveat::People(quota.people));
        }
        if !quota.values.is_empty() {
            all.push(Caveat::Values(quota.values));
        }
        all.extend(quota.requests_per_second.map(Caveat::RequestsPerSecond));
        if !self.networks.is_empty() {
            all.push(Caveat::Networks(networks(&self.networks)?));
        }
        all.extend(self.label.clone().map(Caveat::Label));
        Ok(all)
    }
}
