//! `lethe key narrow`, `quarantine`, `release`.

use super::show_changed;
use crate::args::{self, Globals};
use crate::door::{self, Narrowing};
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::surroundings::SystemClock;
use crate::views::Key;
use lethe_model::{Clock, Field, Grant, Power, Purpose};
use lethe_ops::GrantText;

/// Give a key a narrower grant: its next request is measured by it
///
/// With --to-use it keeps what it has used in 90 days, as `lethe key lint` proposes. Otherwise each option
/// replaces that part of the grant; a part that would be wider is refused.
#[derive(clap::Args)]
pub(crate) struct NarrowArgs {
    /// The key's id, from `lethe key list`
    id: String,
    /// Keep what it has used
    #[arg(long, conflicts_with_all = ["fields", "purposes", "powers", "people_per_day", "expires"])]
    to_use: bool,
    /// The fields it keeps
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', value_parser = args::field)]
    fields: Vec<Field>,
    /// The purposes it keeps
    #[arg(long, value_name = "PURPOSE,…", value_delimiter = ',', value_parser = args::purpose)]
    purposes: Vec<Purpose>,
    /// The powers it keeps
    #[arg(long, value_name = "POWER,…", value_delimiter = ',', value_parser = args::power)]
    powers: Vec<Power>,
    /// Distinct people in any 24 hours
    #[arg(long, value_name = "N")]
    people_per_day: Option<u32>,
    /// When it ends
    #[arg(long, value_name = "PERIOD|DATE")]
    expires: Option<String>,
}

/// Hold a key back: every request with it is refused until it is released
#[derive(clap::Args)]
pub(crate) struct QuarantineArgs {
    /// The key's id, from `lethe key list`
    id: String,
}

/// Let a key go from quarantine; a new key is better, whoever read this one keeps it
#[derive(clap::Args)]
pub(crate) struct ReleaseArgs {
    /// The key's id, from `lethe key list --all`
    id: String,
}

pub(crate) fn narrow(
    globals: &Globals,
    args: NarrowArgs,
    output: &Output,
) -> Result<Exit, CliError> {
    let door = door::open(globals)?;
    let change = if args.to_use {
        Narrowing::ToUse
    } else {
        let keys = door.keys()?;
        let key = keys.iter().find(|key| key.id == args.id);
        let key = key.ok_or_else(|| {
            CliError::new(
                Exit::NotFound,
                "not-found",
                "names no key: `lethe key list` shows them",
            )
        })?;
        Narrowing::To(Box::new(args.apply(&key.grant)?))
    };
    show_changed(&door.narrow_key(&args.id, &change)?, "narrowed", output)?;
    Ok(Exit::Done)
}

pub(crate) fn quarantine(
    globals: &Globals,
    args: &QuarantineArgs,
    output: &Output,
) -> Result<Exit, CliError> {
    let key: Key = door::open(globals)?.quarantine_key(&args.id, true)?;
    show_changed(&key, "put in quarantine", output)?;
    Ok(Exit::Done)
}

pub(crate) fn release(
    globals: &Globals,
    args: &ReleaseArgs,
    output: &Output,
) -> Result<Exit, CliError> {
    let key = door::open(globals)?.quarantine_key(&args.id, false)?;
    show_changed(&key, "released", output)?;
    Ok(Exit::Done)
}

impl NarrowArgs {
    fn apply(&self, text: &GrantText) -> Result<Grant, CliError> {
        let mut grant = text.to_grant().ok_or_else(|| {
            CliError::usage("the key's grant holds words of another release: use --to-use")
        })?;
        if !self.fields.is_empty() {
            grant.fields = self.fields.iter().copied().collect();
        }
        if !self.purposes.is_empty() {
            grant.purposes = self.purposes.iter().copied().collect();
        }
        if !self.powers.is_empty() {
            grant.powers = self.powers.iter().copied().collect();
        }
        if let Some(people) = self.people_per_day {
            grant.quota.people.day = Some(people);
        }
        if let Some(expires) = &self.expires {
            grant.expires_at_ms = Some(expiry::parse(expires, SystemClock.now())?);
        }
        Ok(grant)
    }
}
