//! `lethe status`: what the installation holds, in numbers.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::text;
use std::fs;
use std::path::Path;

/// Show what the installation holds, in numbers
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(globals: &Globals, _: Args, output: &Output) -> Result<Exit, CliError> {
    let data = globals.data();
    let status = door::open(globals)?.status()?;
    let bytes =
        ["active", "archive", "keyring", "log"].map(|part| (part, folder_bytes(&data.join(part))));
    let mut value = serde_json::to_value(&status).expect("plain data serialises");
    value["data"] = data.display().to_string().into();
    value["bytes"] = bytes.iter().copied().collect();
    output.result(&value, || {
        let mut lines = vec![format!("data folder  {}", data.display())];
        for store in &status.stores {
            lines.push(format!(
                "shop         {} (controller: {})",
                store.name, store.controller
            ));
            lines.push(format!(
                "             {}, {}, {}; {} in the archive",
                text::plural(store.people, "person", "people"),
                text::plural(store.orders, "order", "orders"),
                text::plural(store.records, "sealed record", "sealed records"),
                text::plural(store.archived_orders, "order", "orders"),
            ));
            if store.overdue_reviews > 0 {
                lines.push(format!(
                    "             {} overdue: lethe break-glass list",
                    text::plural(
                        store.overdue_reviews,
                        "review of an emergency is",
                        "reviews of emergencies are"
                    ),
                ));
            }
        }
        let entries = text::plural(status.log_entries, "entry", "entries");
        lines.push(format!("access log   {entries}"));
        lines.push(format!("log key      {}", status.log_key));
        for vault in &status.vaults {
            let who = match (&vault.vault, vault.is_this) {
                (Some(_), true) => "this vault".to_owned(),
                (Some(name), false) => format!("vault {name}"),
                (None, _) => "no vault: the next that starts goes on with it".to_owned(),
            };
            lines.push(format!("log          {}, written by {who}", vault.log));
        }
        let sizes = bytes.map(|(part, bytes)| format!("{part} {}", indicatif::HumanBytes(bytes)));
        if status.vaults.is_empty() {
            lines.push(format!("on disk      {}", sizes.join(", ")));
        }
        lines.join("\n")
    })?;
    Ok(Exit::Done)
}

/// Adds up a folder's files; one that goes away meanwhile counts as nothing.
fn folder_bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => folder_bytes(&entry.path()),
            _ => entry.metadata().map_or(0, |meta| meta.len()),
        })
        .sum()
}
