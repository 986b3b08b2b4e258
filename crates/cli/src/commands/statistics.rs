//! `lethe statistics`: what remains when orders are gone.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::text;

/// Show the anonymised statistics of months of which no order is left
///
/// Month, country, product category and amount band; no group of fewer buyers than the policy's minimum. A dash
/// stands for groups that were merged.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(globals: &Globals, _: Args, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let groups = folder.vault.statistics(&folder.credential)?;
    output.result(&serde_json::json!({ "groups": groups }), || {
        if groups.is_empty() {
            return "No month is closed yet: a month is shown when none of its orders is left."
                .to_owned();
        }
        let mut table = Table::new(&["month", "country", "product", ">band", ">orders", ">total"]);
        for one in &groups {
            table.row([
                one.month.clone(),
                one.country.clone().unwrap_or_else(|| "-".into()),
                one.product.clone().unwrap_or_else(|| "-".into()),
                one.band.map_or_else(|| "-".into(), |band| band.to_string()),
                text::count(u64::try_from(one.orders).unwrap_or(0)),
                text::amount(one.total_minor, &one.currency),
            ]);
        }
        table.to_string()
    })?;
    Ok(Exit::Done)
}
