//! `lethe replay`: the leak of 2018-2020, tried again on this vault.

mod shop;
mod thief;

use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::text;
use lethe_model::{FieldSet, Grant, Power, Purpose, Quota};
use lethe_ops::{BrowserVerdict, Error, NewCredential, Reaction};
use serde::Serialize;
use shop::ReplayShop;
use thief::{Loot, Thief};

/// The fields that the marketing tool's key of 2018 could read.
const WIDE: [&str; 9] = [
    "contact.email",
    "contact.phone",
    "contact.name",
    "delivery.name",
    "delivery.street",
    "delivery.city",
    "delivery.postal_code",
    "delivery.country",
    "delivery.phone",
];
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long the key of 2020 was used.
const DAYS_USED: u32 = 80;

/// Replay a leak: a wide key, made in August 2018, forgotten for 23 months, in a web page, used for 80 days
///
/// It is done for real, on an invented shop in a scratch folder with a clock of its own, and prints each
/// point at which Lethe stops or flags it, with the number of people lost by then. Last comes what Lethe
/// cannot stop: the same key at a vendor.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Customers of the invented shop
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    customers: u32,
}

/// One point of the story.
#[derive(Debug, Serialize)]
struct Point {
    when: String,
    happened: String,
    lethe: String,
    people_lost: u64,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, CliError> {
    let mut points = Vec::new();
    output.note("making the shop of 2018 and importing its orders of eleven years…");
    let mut shop = ReplayShop::open(args.customers)?;
    making(&shop, &mut points)?;
    forgetting(&shop, &mut points)?;
    shop.sell()?;
    page(&shop, &mut points)?;
    let population = shop.people()?;
    theft(&shop, &mut points)?;
    let vendor = vendor(&shop)?;
    let json = serde_json::json!({
        "own_door": points, "vendor": vendor, "people_in_the_active_store": population,
        "customers_ever": args.customers,
    });
    output.result(&json, || told(&points, &vendor, population, args.customers))?;
    Ok(Exit::Done)
}

/// August 2018: the key that was made then is not made.
fn making(shop: &ReplayShop, points: &mut Vec<Point>) -> Result<(), CliError> {
    let endless = Grant {
        expires_at_ms: None,
        ..shop.widest(366)
    };
    let unowned = Grant {
        owner: None,
        ..shop.widest(366)
    };
    let unbounded = Grant {
        quota: Quota::default(),
        ..shop.widest(366)
    };
    for (happened, grant) in [
        ("a key without an end is asked for", endless),
        ("one that ends in 2028", shop.widest(3_650)),
        ("one without anybody who answers for it", unowned),
        ("one without a bound of people", unbounded),
    ] {
        let new = NewCredential {
            recipient: "marketing".to_owned(),
            grant,
        };
        let refused = match shop.vault.create_credential(&*shop.operator()?, &new) {
            Err(error) => error.to_string(),
            Ok(_) => return Err(failed("the vault made a key that it must not make")),
        };
        points.push(shop.point(happened, &format!("refuses: {refused}"), 0));
    }
    Ok(())
}

/// Until June 2020: the widest key there can be is made and forgotten.
fn forgetting(shop: &ReplayShop, points: &mut Vec<Point>) -> Result<(), CliError> {
    let (key, secret) = shop.make_key(shop.widest(366))?;
    let radius = &key.blast_radius;
    let shown = format!(
        "makes it, and shows from then on what its theft would cost: {} fields of everybody there is, as \
         far as the installation's bound goes ({} a day)",
        radius.fields.len(),
        text::count(20_000),
    );
    let happened = "the widest key that can be: nine fields, a million people a day, a year";
    points.push(shop.point(happened, &shown, 0));
    let mut told: Vec<String> = Vec::new();
    for (days, happened) in [
        (31, "nobody has used it for a month"),
        (60, "nobody has used it for three months"),
        (91, "half a year"),
    ] {
        shop.clock.advance_days(days);
        let findings = shop.vault.lint_credentials(&*shop.operator()?)?;
        let new: Vec<String> = findings
            .iter()
            .map(|one| format!("{} ({})", one.rule, one.severity.name()))
            .filter(|one| !told.contains(one))
            .collect();
        told.extend(new.iter().cloned());
        let said = format!("says so every night from now on: {}", new.join(", "));
        points.push(shop.point(happened, &said, 0));
    }
    shop.clock.advance_days(185);
    let lethe = match shop.vault.authenticate(&secret, None) {
        Err(error) => format!("refuses it: {error}"),
        Ok(_) => return Err(failed("the vault took a key that has expired")),
    };
    points.push(shop.point("a year is over", &lethe, 0));
    shop.clock.advance_days(330);
    Ok(())
}

/// Somebody made it anew each year without a look, and put it into a web page.
fn page(shop: &ReplayShop, points: &mut Vec<Point>) -> Result<(), CliError> {
    let (_, secret) = shop.make_key(shop.widest(366))?;
    let page = Some("https://shop.example/checkout");
    let seen = shop.vault.seen_in_browser(&secret, None, page)?;
    let refused = shop.vault.authenticate(&secret, None);
    if seen != BrowserVerdict::Quarantined || refused.is_ok() {
        return Err(failed("the vault let a key of a web page pass"));
    }
    points.push(shop.point(
        "made anew each year without a look, it is put into a web page; somebody opens the page",
        "refuses the browser's request, and puts the key in quarantine before it has read anybody",
        0,
    ));
    Ok(())
}

/// The thief has it from elsewhere, and no browser shows.
fn theft(shop: &ReplayShop, points: &mut Vec<Point>) -> Result<(), CliError> {
    for (happened, quota, anomalies, canaries) in [
        (
            "a thief has it from a laptop instead, and reads at full speed; settings say that nothing but an \
             alert follows, and nobody reads alerts",
            1_000_000,
            Reaction::Alert,
            0,
        ),
        (
            "the same, and the brake may slow the key down",
            1_000_000,
            Reaction::Throttle,
            0,
        ),
        (
            "the same, deaf to alerts, but with a key of 10 people a day",
            10,
            Reaction::Alert,
            0,
        ),
        (
            "the same with 300 people a day, and the brake",
            300,
            Reaction::Throttle,
            0,
        ),
        (
            "the widest key again, in a shop that has planted 20 canaries",
            1_000_000,
            Reaction::Alert,
            20,
        ),
    ] {
        if canaries > 0 {
            shop.plant_canaries(canaries)?;
        }
        shop.react(Reaction::Suspend, anomalies)?;
        let grant = Grant {
            quota: Quota::people_per_day(quota),
            ..shop.widest(366)
        };
        let (key, secret) = shop.make_key(grant)?;
        let loot = Thief::new(shop, &secret)?.plunder(DAYS_USED)?;
        points.push(shop.point(happened, &verdict(&loot), loot.people));
        shop.vault.revoke_credential(&*shop.operator()?, &key.id)?;
    }
    Ok(())
}

fn verdict(loot: &Loot) -> String {
    let mut said = Vec::new();
    if let Some((people, why)) = &loot.first_alarm {
        said.push(format!(
            "raises an alarm after {}: {why}",
            text::plural(*people, "person", "people")
        ));
    }
    if let Some(refusal) = &loot.stopped_by {
        said.push(format!("then refuses: {refusal}"));
    } else if loot.is_everybody {
        said.push(format!(
            "does not stop it: everybody there is, within {}",
            match loot.minutes {
                0..2_880 => text::plural(loot.minutes, "minute", "minutes"),
                minutes => text::plural(minutes / 1_440 + 1, "day", "days"),
            }
        ));
    } else {
        said.push(format!("holds it to its quota for {DAYS_USED} days"));
    }
    said.join("; ")
}

/// What Lethe can do about the vendor's own key.
#[derive(Debug, Serialize)]
struct VendorPart {
    handed_over: u64,
    would_have_been: u32,
}

/// The vendor has a copy of what it was given, and a door of its own.
fn vendor(shop: &ReplayShop) -> Result<VendorPart, CliError> {
    // A mailing tool is given tokens and, through a narrow key, the addresses of one campaign.
    let grant = Grant {
        fields: FieldSet::parse(["contact.email"]).expect("the field exists"),
        quota: Quota::people_per_day(300),
        expires_at_ms: Some(shop.now_ms() + 7 * DAY_MS),
        ..shop.widest(366)
    };
    shop.react(Reaction::Alert, Reaction::Alert)?;
    let (key, secret) = shop.make_key(grant)?;
    let loot = Thief::new(shop, &secret)?.plunder(1)?;
    let keys = shop.vault.list_credentials(&*shop.operator()?)?;
    let met = keys.iter().find(|one| one.id == key.id);
    let handed_over = met.map_or(loot.people, |one| one.people_used.ever);
    Ok(VendorPart {
        handed_over,
        would_have_been: shop.customers,
    })
}

fn told(points: &[Point], vendor: &VendorPart, population: u64, ever: u32) -> String {
    let mut lines = vec!["OUR OWN DOOR".to_owned()];
    for point in points {
        lines.push(format!("\n{}  {}", point.when, point.happened));
        lines.push(format!("            Lethe {}", point.lethe));
        lines.push(format!(
            "            people lost: {}",
            text::count(point.people_lost)
        ));
    }
    lines.push(format!(
        "\nThere are {} in the active store, of {} ever: the rest had left it when the theft began.",
        text::plural(population, "person", "people"),
        text::count(ever.into()),
    ));
    lines.push(format!(
        "\nTHE VENDOR'S DOOR\n\nIn 2020 the key was the vendor's own, and opened the vendor's copy. Lethe cannot \
         stop that. What it can do:\n  keep the copy small   {} handed over for one campaign, in place of {} \
         customers\n  know its size          counted person by person in the log, so that the scope is exact\n  \
         warn                   `lethe vendor-key` puts the vendor's keys into the same lint and blast table\n  \
         tell whose copy it is  tokens and canaries differ for every recipient",
        text::plural(vendor.handed_over, "address", "addresses"),
        text::count(vendor.would_have_been.into()),
    ));
    lines.join("\n")
}

fn failed(text: &str) -> CliError {
    CliError::new(Exit::Failure, "replay", text)
}

impl ReplayShop {
    /// The widest grant somebody in a hurry would ask for.
    fn widest(&self, days: i64) -> Grant {
        Grant {
            fields: FieldSet::parse(WIDE).expect("the fields exist"),
            purposes: [Purpose::Marketing].into_iter().collect(),
            powers: [Power::Reveal, Power::List].into_iter().collect(),
            quota: Quota::people_per_day(1_000_000),
            expires_at_ms: Some(self.now_ms() + days * DAY_MS),
            owner: Some("marketing-lead".to_owned()),
            ..Grant::default()
        }
    }

    fn point(&self, happened: &str, lethe: &str, people_lost: u64) -> Point {
        Point {
            when: self.today().to_string(),
            happened: happened.to_owned(),
            lethe: lethe.to_owned(),
            people_lost,
        }
    }
}

/// Says why a request was refused, in the vault's own words.
fn reason(error: &Error) -> String {
    error.to_string()
}
