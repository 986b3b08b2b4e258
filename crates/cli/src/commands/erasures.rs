//! `lethe erasures` and `lethe holder`: what became of erasures, and who else must erase.

use super::erase::{language, tell};
use super::legal_hold::category;
use crate::args::Globals;
use crate::door::{self, Folder};
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use clap::Subcommand;
use lethe_model::Category;
use lethe_ops::{ErasureView, NewHolder};
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
    /// Carry a waiting erasure out now
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
        Some(ErasuresCommand::Confirm {
            id,
            receipt,
            letter,
        }) => {
            match folder.vault.confirm_erasure(credential, &id) {
                Ok(erasure) => tell(erasure, receipt, letter, output)?,
                // Carried out already: by the daily run, or before a process was stopped.
                Err(lethe_ops::Error::NotFound) => {
                    let erasures = folder.vault.list_erasures(credential, true)?;
                    let is_done = |one: &&ErasureView| one.id == id && one.erased_at.is_some();
                    let done = erasures.iter().find(is_done);
                    let done = done.ok_or(lethe_ops::Error::NotFound)?;
                    output.result(done, || {
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
