//! `lethe key list`.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::table::Table;
use crate::text;
use crate::views::Key;
use lethe_model::{FIELDS, Power, Purpose};

/// List the keys with what a thief of each would get
///
/// `used` counts distinct people and guesses in the last 24 hours. `in 24 h`, `in 90 d` and `to expiry`
/// are the blast radius: how many people the key could reveal if it were stolen now and used at full
/// quota. `lethe blast` draws it, `lethe key lint` says what to do about it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Show revoked and expired keys too
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let mut keys = door::open(globals)?.keys()?;
    keys.retain(|key| args.all || matches!(key.state.as_str(), "active" | "quarantined"));
    output.result(&serde_json::json!({ "keys": keys }), || table(&keys))?;
    Ok(Exit::Done)
}

fn table(keys: &[Key]) -> String {
    let mut table = Table::new(&[
        "id",
        "recipient",
        "owner",
        "state",
        "last used",
        "expires",
        ">used",
        ">per day",
        ">in 24 h",
        ">in 90 d",
        ">to expiry",
        "fields",
        "purposes",
        "powers",
    ]);
    for key in keys {
        table.row([
            key.id.clone(),
            key.recipient.clone(),
            key.grant
                .owner
                .clone()
                .unwrap_or_else(|| "nobody".to_owned()),
            key.state.clone(),
            key.last_used_ms.map_or("never".to_owned(), expiry::show),
            key.grant
                .expires_at_ms
                .map_or("never".to_owned(), expiry::show),
            text::count(key.people_used.per_day),
            key.grant
                .people_per_day
                .map_or("any".to_owned(), |bound| text::count(bound.into())),
            text::count(key.blast_radius.people_24h),
            text::count(key.blast_radius.people_90_days),
            text::count(key.blast_radius.people_until_expiry),
            words(&key.grant.fields, FIELDS.len()),
            words(&key.grant.purposes, Purpose::ALL.len()),
            words(&key.grant.powers, Power::ALL.len()),
        ]);
    }
    table.to_string()
}

/// Lists names as far as a table has room for them.
fn words(names: &[String], all: usize) -> String {
    match names.len() {
        0 => "none".to_owned(),
        len if len == all => "all".to_owned(),
        1..=4 => names.join(" "),
        many => format!("{} and {} more", names[0], many - 1),
    }
}
