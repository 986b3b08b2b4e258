//! `lethe canary`: people who do not exist.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::surroundings::{OsRandom, SystemClock};
use crate::table::Table;
use crate::text;
use clap::Subcommand;
use jiff::ToSpan;
use jiff::civil::Date;
use lethe_model::{Clock, Random};
use lethe_ops::CanaryChoice;
use lethe_sample::{FulfillmentStatus, SampleOrder, Shop, ShopSpec, write_orders};

/// Of so many invented people one has an order of the right age.
const PEOPLE_PER_CANARY: u32 = 120;
/// Canaries' orders are this many days old: shipped, and still in the active store for a while.
const AGE_DAYS: std::ops::RangeInclusive<i64> = 25..=70;

/// Plant people who do not exist, list them, and take them away
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: CanaryCommand,
}

#[derive(Subcommand)]
enum CanaryCommand {
    Plant(PlantArgs),
    /// List the canaries in the active store, by the recipient they were planted for
    List,
    Remove(RemoveArgs),
}

/// Plant invented people with shipped orders, for a recipient
///
/// They look like everybody else in every table, and honest work, which starts from a customer's
/// question or an unshipped order, never meets one. Whoever reads one was going through a list: an alert
/// is raised, and the key is quarantined unless `lethe access set --canaries` says otherwise. Lists show
/// each recipient its own canaries only. They leave with retention, like any order: plant again every month.
#[derive(clap::Args)]
struct PlantArgs {
    /// How many
    #[arg(value_parser = clap::value_parser!(u32).range(1..=200))]
    count: u32,
    /// For whose lists: the recipient of a key
    #[arg(long, value_name = "NAME")]
    recipient: String,
    /// The domain of their e-mail addresses: one that you own and read, so that mail to a canary is noticed
    #[arg(long, value_name = "DOMAIN")]
    domain: String,
}

/// Take canaries away: they are erased like any person
///
/// Where two others could approve it, it is asked for first (`lethe approve`), and done when exactly the same
/// is asked for again once they have. Needs the powers `keys` and `erase`.
#[derive(clap::Args)]
struct RemoveArgs {
    /// Their ids (`can_…`), as `lethe canary list` shows them
    #[arg(required_unless_present = "recipient", conflicts_with = "recipient")]
    ids: Vec<String>,
    /// All that were planted for this recipient
    #[arg(long, value_name = "NAME")]
    recipient: Option<String>,
    /// Why, in one line without a name: a case number, say
    #[arg(long)]
    reason: String,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        CanaryCommand::Plant(args) => plant(globals, &args, output),
        CanaryCommand::List => list(globals, output),
        CanaryCommand::Remove(args) => remove(globals, args, output),
    }
}

fn plant(globals: &Globals, args: &PlantArgs, output: &Output) -> Result<Exit, CliError> {
    let is_domain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
    if !args.domain.contains('.') || !args.domain.bytes().all(is_domain) {
        return Err(CliError::usage(
            "--domain is no domain: write one like mail.shop.example",
        ));
    }
    let door = door::open(globals)?;
    let mut csv = Vec::new();
    let today = SystemClock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let orders = invented(args.count, &args.domain, today);
    write_orders(orders, &mut csv).map_err(CliError::file("memory"))?;
    let planted = door.plant_canaries(&args.recipient, &csv)?;
    let json = serde_json::json!({ "recipient": args.recipient, "planted": planted });
    output.result(&json, || {
        format!(
            "{} planted for {}: whoever reads one was going through a list",
            text::plural(planted, "canary", "canaries"),
            args.recipient
        )
    })?;
    Ok(Exit::Done)
}

/// Invents orders that nobody will ask about: shipped, not too old, no gift, without a note.
pub(super) fn invented(count: u32, domain: &str, today: Date) -> Vec<SampleOrder> {
    let seed = draw();
    let spec = ShopSpec {
        customers: count * PEOPLE_PER_CANARY,
        ..ShopSpec::new(seed, today)
    };
    let shop = Shop::new(spec);
    let ages = AGE_DAYS;
    let from = today.saturating_sub(ages.end().days());
    let to = today.saturating_sub(ages.start().days());
    let is_fit = |order: &SampleOrder| {
        let day = order.created_at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let is_shipped = order.progress.fulfillment == FulfillmentStatus::Fulfilled
            && order.progress.cancelled_at.is_none()
            && order.progress.refunded_minor == 0;
        (from..=to).contains(&day) && is_shipped && !order.is_gift && order.email.is_some()
    };
    let mut seen = std::collections::HashSet::new();
    let fit = shop.orders().filter(is_fit);
    let once = fit.filter(|order| seen.insert(order.person));
    once.take(count as usize)
        .map(|order| disguise(order, domain))
        .collect()
}

/// Gives an order numbers that no real order has, and an address whose mail the merchant reads.
fn disguise(mut order: SampleOrder, domain: &str) -> SampleOrder {
    let draw = draw();
    order.number = 7_000_000 + draw % 900_000;
    order.id = 70_000_000_000_000 + draw % 9_000_000_000_000;
    order.note = None;
    order.note_attributes = String::new();
    let local = order
        .email
        .as_deref()
        .and_then(|email| email.split('@').next());
    order.email = local.map(|local| format!("{local}@{domain}"));
    order
}

fn draw() -> u64 {
    let random: &dyn Random = &OsRandom;
    u64::from_be_bytes(random.bytes::<8>())
}

fn list(globals: &Globals, output: &Output) -> Result<Exit, CliError> {
    let counts = door::open(globals)?.canaries()?;
    output.result(&serde_json::json!({ "canaries": counts }), || {
        if counts.is_empty() {
            return "no canary is in the active store".to_owned();
        }
        let mut table = Table::new(&["canary", "recipient"]);
        for one in &counts {
            for id in &one.ids {
                table.row([id.clone(), one.recipient.clone()]);
            }
        }
        table.to_string()
    })?;
    Ok(Exit::Done)
}

fn remove(globals: &Globals, args: RemoveArgs, output: &Output) -> Result<Exit, CliError> {
    let which = match args.recipient {
        Some(name) => CanaryChoice::Recipient(name),
        None => CanaryChoice::Ids(args.ids),
    };
    let removed = door::open(globals)?.remove_canaries(&which, &args.reason)?;
    removed.warning.iter().for_each(|text| output.note(text));
    output.result(&removed, || {
        let count = removed.removed.len() as u64;
        format!("{} taken away", text::plural(count, "canary", "canaries"))
    })?;
    Ok(Exit::Done)
}
