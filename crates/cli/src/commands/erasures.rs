//! `lethe erasures` and `lethe holder`: what became of erasures, and who else must erase.

use super::erase::{language, tell};
use super::legal_hold::category;
use crate::args::Globals;
use crate::door::{self, Folder};
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::text;
use clap::Subcommand;
use lethe_model::Category;
use lethe_ops::{ErasureView, KeptRecords, NewHolder};
use lethe_receipt::Language;
use std::path::PathBuf;

/// Follow erasures: those that wait, those that others must still confirm
#[derive(clap::Args)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Args {
    /// Show complete ones too
    #[arg(long)]
    all: bool,
    #[command(subcommand)]
    command: Option<ErasuresCommand>,
}

#[derive(Subcommand)]
enum ErasuresCommand {
    /// Show one erasure, and what it did
    Show {
        /// The erasure's id
        id: String,
    },
    /// Carry out now an erasure that waits, or what a released hold had kept of one
    Confirm {
        /// The erasure's id
        id: String,
        /// Where the signed receipt is written [default: erasure-….receipt here]
        #[arg(long, value_name = "FILE")]
        receipt: Option<PathBuf>,
        /// Print the letter to the person: en, fr, de or es
        #[arg(long, value_parser = language)]
        letter: Option<Language>,
    },
    /// Take a waiting erasure back
    Cancel {
        /// The erasure's id
        id: String,
    },
    /// Note that a holder of copies has confirmed
    HolderConfirmed {
        /// The erasure's id
        id: String,
        /// The holder's name
        #[arg(long)]
        holder: String,
        /// How that is known: a ticket, say
        #[arg(long)]
        evidence: String,
    },
}

/// Note who else holds copies: each must confirm every erasure
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct HolderArgs {
    #[command(subcommand)]
    command: HolderCommand,
}

#[derive(Subcommand)]
enum HolderCommand {
    /// Add a holder, or change what is known of it
    Add {
        /// A company's or a tool's name
        name: String,
        /// processor, joint-controller or controller
        #[arg(long)]
        role: String,
        /// The kinds of records it receives
        #[arg(long, value_delimiter = ',', value_parser = category)]
        receives: Vec<Category>,
        /// After how many days it deletes by itself
        #[arg(long, value_name = "DAYS")]
        retention_days: Option<u32>,
    },
    /// List the holders
    List,
    /// Remove a holder
    Remove {
        /// Its name
        name: String,
    },
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let credential = &folder.credential;
    match args.command {
        None => {
            let erasures = folder.vault.list_erasures(credential, args.all)?;
            output.result(&serde_json::json!({ "erasures": erasures }), || {
                table(&erasures)
            })?;
        }
        Some(ErasuresCommand::Show { id }) => {
            let erasure = folder.vault.erasure(credential, &id)?;
            output.result(&erasure, || words(&erasure))?;
        }
        Some(ErasuresCommand::Confirm {
            id,
            receipt,
            letter,
        }) => {
            match folder.vault.confirm_erasure(credential, &id) {
                Ok(erasure) => tell(erasure, receipt, letter, output)?,
                // Carried out already: by the daily run, or before a process was stopped.
                Err(lethe_ops::Error::NotFound) => {
                    let done = folder.vault.erasure(credential, &id)?;
                    if done.erased_at.is_none() {
                        return Err(lethe_ops::Error::NotFound.into());
                    }
                    output.result(&done, || {
                        format!(
                            "{id} is {}: the person is erased already. Whoever carried it out has \
                             the receipt; it is kept nowhere else and cannot be written again.",
                            done.state
                        )
                    })?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Some(ErasuresCommand::Cancel { id }) => {
            let view = folder.vault.cancel_erasure(credential, &id)?;
            output.result(&view, || format!("{id} is taken back: nothing was erased."))?;
        }
        Some(ErasuresCommand::HolderConfirmed {
            id,
            holder,
            evidence,
        }) => {
            let view = folder
                .vault
                .confirm_holder(credential, &id, &holder, &evidence)?;
            output.result(&view, || format!("{id} is {}.", view.state))?;
        }
    }
    Ok(Exit::Done)
}

pub(crate) fn holder(
    globals: &Globals,
    args: HolderArgs,
    output: &Output,
) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    match args.command {
        HolderCommand::Add {
            name,
            role,
            receives,
            retention_days,
        } => {
            let new = NewHolder {
                name,
                role,
                receives,
                retention_days,
            };
            folder.vault.add_holder(&folder.credential, &new)?;
        }
        HolderCommand::Remove { name } => folder.vault.remove_holder(&folder.credential, &name)?,
        HolderCommand::List => {}
    }
    list_holders(&folder, output)?;
    Ok(Exit::Done)
}

fn list_holders(folder: &Folder, output: &Output) -> Result<(), CliError> {
    let holders = folder.vault.list_holders(&folder.credential)?;
    output.result(&serde_json::json!({ "holders": holders }), || {
        let mut table = Table::new(&["holder", "role", "receives", ">deletes after days"]);
        for one in &holders {
            table.row([
                one.name.clone(),
                one.role.clone(),
                one.receives.join(" "),
                one.retention_days
                    .map_or_else(String::new, |days| days.to_string()),
            ]);
        }
        table.to_string()
    })
}

fn words(one: &ErasureView) -> String {
    let mut lines = vec![
        one.id.clone(),
        format!("  state       {}", one.state),
        format!("  asked by    {} at {}", one.requested_by, one.requested_at),
        format!("  not before  {}", one.not_before),
    ];
    lines.extend(one.erased_at.map(|at| format!("  erased      {at}")));
    if let Some(report) = &one.report {
        let count = |name: &str| report[name].as_u64().unwrap_or(0);
        lines.push(format!(
            "  done        {} of {}",
            text::plural(count("records"), "record", "records"),
            text::plural(count("orders"), "order", "orders")
        ));
        let kept = serde_json::from_value::<Vec<KeptRecords>>(report["kept"].clone());
        lines.extend(kept.unwrap_or_default().iter().map(|kept| {
            let until = kept
                .until
                .map_or_else(String::new, |day| format!(" until {}", day.to_date()));
            format!(
                "  kept        {} of {}{until}: {} ({})",
                text::plural(kept.records, "record", "records"),
                kept.category,
                kept.reason,
                kept.reference
            )
        }));
    }
    for holder in &one.holders {
        let said = match (&holder.confirmed_at, &holder.evidence) {
            (Some(at), Some(evidence)) => format!("confirmed {at} ({evidence})"),
            (Some(at), None) => format!("confirmed {at}"),
            (None, _) => format!("asked {}, not confirmed", holder.asked_at),
        };
        lines.push(format!("  holder      {}: {said}", holder.name));
    }
    lines.join("\n")
}

fn table(erasures: &[ErasureView]) -> String {
    let mut table = Table::new(&[
        "erasure",
        "state",
        "asked by",
        "asked at",
        "not before",
        "open holders",
    ]);
    for one in erasures {
        let open: Vec<&str> = one
            .holders
            .iter()
            .filter(|holder| holder.confirmed_at.is_none())
            .map(|holder| holder.name.as_str())
            .collect();
        table.row([
            one.id.clone(),
            one.state.clone(),
            one.requested_by.clone(),
            one.requested_at.to_string(),
            one.not_before.to_string(),
            open.join(" "),
        ]);
    }
    table.to_string()
}
