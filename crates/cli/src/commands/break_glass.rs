//! `lethe break-glass`: more for one key, for an hour, in an emergency.

use crate::args::{self, Globals};
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::text;
use clap::Subcommand;
use lethe_model::{Field, Purpose};
use lethe_ops::{BreakGlassView, NewBreakGlass};

/// Give one key more for an hour in an emergency, and look at it afterwards
///
/// It is in the access log before it holds, and ends by itself. Another approver says within 72 hours
/// what came of it; while that is overdue, there is no next one.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: BreakGlassCommand,
}

#[derive(Subcommand)]
enum BreakGlassCommand {
    Open(OpenArgs),
    /// List the emergencies, and what came of looking at them
    List,
    Review(ReviewArgs),
}

/// Give a key more, for one hour from now
#[derive(clap::Args)]
struct OpenArgs {
    /// The key's id, from `lethe key list`; it may reveal already
    #[arg(long, value_name = "ID")]
    key: String,
    /// Fields beyond its grant's
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', value_parser = args::field)]
    fields: Vec<Field>,
    /// Purposes beyond its grant's
    #[arg(long, value_name = "PURPOSE,…", value_delimiter = ',', value_parser = args::purpose)]
    purposes: Vec<Purpose>,
    /// People beyond its bounds, 500 at most
    #[arg(long, value_name = "N", default_value_t = 0)]
    people: u32,
    /// Why, in one line: a case number, never a name
    #[arg(long)]
    reason: String,
}

/// Say what came of looking at an emergency
#[derive(clap::Args)]
struct ReviewArgs {
    /// The emergency's id
    id: String,
    /// What was done with it, and whether it was right, in one line without a name
    #[arg(long)]
    finding: String,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let (vault, credential) = (&folder.vault, &folder.credential);
    match args.command {
        BreakGlassCommand::Open(args) => {
            let new = NewBreakGlass {
                key: args.key,
                fields: args.fields.into_iter().collect(),
                purposes: args.purposes,
                people: args.people,
                reason: args.reason,
            };
            let opened = vault.break_glass(credential, &new)?;
            output.result(&opened, || {
                format!(
                    "{}: {} has more until {}. Another approver looks at it by {}:\n  lethe break-glass review {} --finding …",
                    opened.id, opened.key, opened.until, opened.review_by, opened.id
                )
            })?;
        }
        BreakGlassCommand::List => {
            let all = vault.break_glasses(credential)?;
            output.result(&serde_json::json!({ "break_glass": all }), || table(&all))?;
        }
        BreakGlassCommand::Review(args) => {
            let reviewed = vault.review_break_glass(credential, &args.id, &args.finding)?;
            output.result(&reviewed, || format!("{} is closed.", reviewed.id))?;
        }
    }
    Ok(Exit::Done)
}

fn table(all: &[BreakGlassView]) -> String {
    let mut table = Table::new(&[
        "id", "key", "opened", "by", ">people", "reason", "state", "finding",
    ]);
    for one in all {
        table.row([
            one.id.clone(),
            one.key.clone(),
            one.opened_at.to_string(),
            one.opened_by.clone(),
            one.people.to_string(),
            text::printable(&one.reason),
            one.state.to_owned(),
            one.finding
                .as_deref()
                .map_or_else(String::new, text::printable),
        ]);
    }
    table.to_string()
}
