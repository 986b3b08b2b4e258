//! `lethe blast`: what the theft of each credential would cost.

mod chart;

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::files;
use crate::output::Output;
use crate::table::Table;
use crate::text;
use crate::views::{Key, VendorReach};
use std::path::PathBuf;

/// Show how many people each credential could reveal if it were stolen now, the worst first
///
/// Computed from its grant, its quotas and the people there are: used at full quota for 24 hours, for 90
/// days, and until it expires. The trend compares with what the daily job noted 30 days ago.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write a bar chart too, for a report
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// A bar: one of our own credentials, or one at a vendor.
pub(super) struct Bar {
    label: String,
    people_24h: Option<u64>,
    people: Option<u64>,
    fields: usize,
}

pub(crate) fn run(globals: &Globals, args: &Args, output: &Output) -> Result<Exit, CliError> {
    let door = door::open(globals)?;
    let mut keys = door.keys()?;
    let mut vendors = door.vendor_reach()?;
    keys.retain(|key| key.state == "active");
    keys.sort_by_key(|key| std::cmp::Reverse(weight(key)));
    vendors.sort_by_key(|one| std::cmp::Reverse(one.people.unwrap_or(u64::MAX)));
    if let Some(path) = &args.svg {
        files::write_private(path, &chart::draw(&bars(&keys, &vendors)))?;
    }
    let json = serde_json::json!({ "credentials": keys, "vendors": vendors });
    output.result(&json, || table(&keys, &vendors))?;
    Ok(Exit::Done)
}

fn bars(keys: &[Key], vendors: &[VendorReach]) -> Vec<Bar> {
    let own = keys.iter().map(|key| {
        let owner = key.grant.owner.as_deref().unwrap_or("nobody");
        Bar {
            label: format!("{} ({owner})", key.recipient),
            people_24h: Some(key.blast_radius.people_24h),
            people: Some(key.blast_radius.people_until_expiry),
            fields: key.blast_radius.fields.len(),
        }
    });
    let theirs = vendors.iter().map(|one| Bar {
        label: format!("{}, {}", one.label, one.source),
        people_24h: one.people,
        people: one.people,
        fields: one.fields.len(),
    });
    let mut bars: Vec<Bar> = own.chain(theirs).collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.people.unwrap_or(u64::MAX)));
    bars
}

fn weight(key: &Key) -> (u64, u64, usize) {
    let radius = &key.blast_radius;
    (
        radius.people_until_expiry,
        radius.people_24h,
        radius.fields.len(),
    )
}

fn table(keys: &[Key], vendors: &[VendorReach]) -> String {
    let mut table = Table::new(&[
        "credential",
        "recipient",
        "owner",
        ">in 24 h",
        ">in 90 d",
        ">to expiry",
        ">fields",
        ">of people",
        "trend",
        "expires",
    ]);
    for key in keys {
        let radius = &key.blast_radius;
        table.row([
            key.id.clone(),
            key.recipient.clone(),
            key.grant.owner.clone().unwrap_or_else(|| "–".to_owned()),
            text::count(radius.people_24h),
            text::count(radius.people_90_days),
            text::count(radius.people_until_expiry),
            text::count(radius.fields.len() as u64),
            text::count(radius.population),
            trend(key),
            key.grant
                .expires_at_ms
                .map_or("never".to_owned(), expiry::show),
        ]);
    }
    let mut lines = vec![table.to_string()];
    lines.extend(keys.iter().filter_map(|key| {
        let because = key.blast_radius.because.as_ref()?;
        Some(format!("{}: {because}", key.id))
    }));
    if !vendors.is_empty() {
        let mut table = Table::new(&["at vendors", "what", ">people", "known by", ">fields"]);
        for one in vendors {
            table.row([
                one.vendor_key.clone(),
                one.label.clone(),
                one.people.map_or("?".to_owned(), text::count),
                one.source.clone(),
                text::count(one.fields.len() as u64),
            ]);
        }
        lines.push(format!("\n{table}"));
    }
    lines.join("\n")
}

/// Compares with 30 days ago, or with the first day there is.
fn trend(key: &Key) -> String {
    let now = key.blast_radius.people_until_expiry;
    let trend = &key.blast_radius.trend;
    let Some(last) = trend.last() else {
        return "new".to_owned();
    };
    let earlier = trend.iter().rev().find(|one| one.day <= last.day - 30);
    let earlier = earlier.unwrap_or(&trend[0]).people_until_expiry;
    match now.cmp(&earlier) {
        std::cmp::Ordering::Equal => "=".to_owned(),
        std::cmp::Ordering::Greater => format!("+{}", text::count(now - earlier)),
        std::cmp::Ordering::Less => format!("-{}", text::count(earlier - now)),
    }
}
