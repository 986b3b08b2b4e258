//! `lethe fields`: what can be granted and revealed.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use lethe_model::{Field, Power, Purpose};

/// List the fields, purposes and powers that a key can be granted
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Globals, _: Args, output: &Output) -> Result<Exit, CliError> {
    let fields: Vec<_> = Field::all()
        .map(|field| {
            serde_json::json!({
                "field": field.to_string(),
                "category": field.category().name(),
                "fideslang": field.kind().fideslang_key(),
            })
        })
        .collect();
    let purposes = Purpose::ALL.map(Purpose::name);
    let powers = Power::ALL.map(Power::name);
    let value = serde_json::json!({ "fields": fields, "purposes": purposes, "powers": powers });
    output.result(&value, || {
        let mut table = Table::new(&["field", "fideslang key"]);
        for field in Field::all() {
            table.row([field.to_string(), field.kind().fideslang_key().to_owned()]);
        }
        format!(
            "{table}\n\npurposes  {}\npowers    {}",
            purposes.join(", "),
            powers.join(", ")
        )
    })?;
    Ok(Exit::Done)
}
