//! `lethe legal-hold`: records that must not be destroyed.

use crate::args::Globals;
use crate::door::{self, Folder};
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::{target, text};
use clap::Subcommand;
use jiff::civil::Date;
use lethe_model::{Category, Personal};
use lethe_ops::{HoldGround, HoldView, NewHold};

/// Place, list and release legal holds
///
/// A hold is on records, never on a person as a whole. It is judged again before each destructive
/// step; what it deferred is due again once it is released.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: HoldCommand,
}

#[derive(Subcommand)]
enum HoldCommand {
    /// Place a hold
    Add(AddArgs),
    /// List the holds
    List,
    /// Release a hold
    Release {
        /// The hold's id
        id: String,
    },
}

#[derive(clap::Args)]
struct AddArgs {
    /// `ord_…` or `sub_…` tokens
    tokens: Vec<String>,
    /// Order number in the active store; may be given several times
    #[arg(long, value_name = "NUMBER")]
    order: Vec<String>,
    /// Order number in the archive; may be given several times
    #[arg(long, value_name = "NUMBER")]
    archived_order: Vec<String>,
    /// The case's number: letters, digits and ./_- with at least one digit; never a name
    #[arg(long)]
    matter: String,
    /// Why
    #[arg(long, value_parser = ground)]
    ground: HoldGround,
    /// The day to ask whether it is still needed
    #[arg(long, value_name = "DATE")]
    review_on: Date,
    /// The kinds of records; all when not named
    #[arg(long, value_delimiter = ',', value_parser = category)]
    categories: Vec<Category>,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    match args.command {
        HoldCommand::Add(args) => {
            let hold = add(&folder, args)?;
            output.result(&hold, || {
                format!(
                    "{} holds {} until it is released; to be reviewed by {}.",
                    hold.id,
                    text::plural(hold.records as u64, "record", "records"),
                    hold.review_on
                        .map_or_else(String::new, |day| day.to_string())
                )
            })?;
        }
        HoldCommand::List => {
            let holds = folder.vault.list_holds(&folder.credential)?;
            output.result(&serde_json::json!({ "holds": holds }), || table(&holds))?;
        }
        HoldCommand::Release { id } => {
            let hold = folder.vault.release_hold(&folder.credential, &id)?;
            hold.warning.iter().for_each(|text| output.note(text));
            output.result(&hold, || {
                format!(
                    "{id} is released: {} may be due in the next run.",
                    text::plural(hold.records as u64, "record", "records")
                )
            })?;
        }
    }
    Ok(Exit::Done)
}

fn add(folder: &Folder, args: AddArgs) -> Result<HoldView, CliError> {
    let mut tokens = args.tokens;
    for number in &args.order {
        tokens.push(target::order_token(folder, number)?);
    }
    let new = NewHold {
        tokens,
        archived: args.archived_order.into_iter().map(Personal::new).collect(),
        categories: args.categories,
        matter: args.matter,
        ground: args.ground,
        review_on: args.review_on,
    };
    Ok(folder.vault.place_hold(&folder.credential, &new)?)
}

fn table(holds: &[HoldView]) -> String {
    let mut table = Table::new(&["hold", "matter", "ground", ">records", "review by", "state"]);
    for hold in holds {
        let state = match (&hold.released_at, hold.is_review_overdue) {
            (Some(at), _) => format!("released {at}"),
            (None, true) => "review overdue".to_owned(),
            (None, false) => "in place".to_owned(),
        };
        table.row([
            hold.id.clone(),
            hold.matter.clone(),
            hold.ground.clone(),
            text::count(hold.records as u64),
            hold.review_on
                .map_or_else(String::new, |day| day.to_string()),
            state,
        ]);
    }
    table.to_string()
}

fn ground(text: &str) -> Result<HoldGround, String> {
    HoldGround::parse(text).ok_or_else(|| {
        let names = HoldGround::ALL.map(|one| format!("{} ({})", one.name(), one.reference()));
        format!("use one of {}", names.join(", "))
    })
}

/// Parses a kind of record.
pub(crate) fn category(text: &str) -> Result<Category, String> {
    let found = Category::ALL.into_iter().find(|one| one.name() == text);
    found.ok_or_else(|| {
        let names = Category::ALL.map(Category::name);
        format!("use one of {}", names.join(", "))
    })
}
