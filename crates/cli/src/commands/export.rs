//! `lethe export`: many people at once, by two approvals, sealed to one recipient.

use crate::args::{self, Globals};
use crate::door;
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::table::Table;
use crate::text;
use clap::Subcommand;
use jiff::civil::Date;
use lethe_model::{Field, OrderState, Purpose};
use lethe_ops::{ExportFilter, ExportMatch, ExportReport, NewExport};
use std::path::PathBuf;

/// A leaked table that is longer is cut first: a part of it tells as much.
const TABLE_MAX: u64 = 256 << 20;

/// Ask for a bulk export, file an approved one, and recognise a leaked copy
///
/// `request` freezes the list; two people approve it with `lethe approve` within 24 hours; `file` writes
/// it once, within four hours, sealed to the recipient's age key. Every copy is marked: its rows stand in
/// an order of its own, and two people in it do not exist.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: ExportCommand,
}

#[derive(Subcommand)]
enum ExportCommand {
    Request(RequestArgs),
    File(FileArgs),
    Identify(IdentifyArgs),
}

/// Ask for an export; the list of orders is frozen as it is now
#[derive(clap::Args)]
struct RequestArgs {
    /// Fields, separated by commas: `lethe fields` lists them
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', required = true)]
    #[arg(value_parser = args::field)]
    fields: Vec<Field>,
    /// Why: `lethe fields` lists the purposes
    #[arg(long, value_parser = args::purpose)]
    purpose: Purpose,
    /// The age public key of whoever will read it
    #[arg(long, value_name = "age1…")]
    to: String,
    /// Why, in one line: a case number, never a name
    #[arg(long)]
    reason: String,
    /// Ordered on this day or later
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Ordered on this day or earlier
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Sent to this country, such as DE
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
    /// In this state: unshipped, shipped or cancelled
    #[arg(long, value_name = "STATE", value_parser = args::order_state)]
    state: Option<OrderState>,
    /// With this product
    #[arg(long, value_name = "SKU")]
    sku: Option<String>,
    /// Domain of the invented people's addresses: one whose mail you receive. Needed with an e-mail field
    #[arg(long, value_name = "DOMAIN")]
    canary_domain: Option<String>,
    /// Ask for more people than all keys together may meet; the approvers see it
    #[arg(long)]
    above_installation: bool,
}

/// Write the file, once two people have approved
#[derive(clap::Args)]
struct FileArgs {
    /// The proposal's id
    proposal: String,
    /// Where to write it: a new file
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Say which export a leaked table is a copy of
///
/// The table is in clear: CSV in UTF-8. Columns and rows may be missing.
#[derive(clap::Args)]
struct IdentifyArgs {
    /// The leaked table
    file: PathBuf,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        ExportCommand::Request(args) => request(globals, args, output),
        ExportCommand::File(args) => file(globals, &args, output),
        ExportCommand::Identify(args) => identify(globals, &args, output),
    }
}

fn request(globals: &Globals, args: RequestArgs, output: &Output) -> Result<Exit, CliError> {
    let new = NewExport {
        filter: ExportFilter {
            ordered_from: args.from,
            ordered_until: args.until,
            country: args.country,
            state: args.state.map(|state| state.name().to_owned()),
            sku: args.sku,
        },
        fields: args.fields.into_iter().collect(),
        purpose: args.purpose,
        recipient: args.to,
        reason: args.reason,
        canary_domain: args.canary_domain,
        above_installation: args.above_installation,
    };
    let folder = door::folder(globals)?;
    let asked = folder.vault.request_export(&folder.credential, &new)?;
    output.result(&asked, || {
        let people = asked.export.as_ref().map_or(0, |export| export.people);
        format!(
            "{}\n{} frozen. Two people approve it with their keys within 24 hours, then:\n  lethe export file {} --output FILE",
            asked.id,
            text::plural(people, "person is", "people are"),
            asked.id
        )
    })?;
    Ok(Exit::Done)
}

fn file(globals: &Globals, args: &FileArgs, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let filed = folder
        .vault
        .file_export(&folder.credential, &args.proposal, &args.output)?;
    let value = serde_json::json!({ "file": args.output, "report": filed });
    output.result(&value, || words(&filed, args))?;
    Ok(Exit::Done)
}

fn words(filed: &ExportReport, args: &FileArgs) -> String {
    let left_out = [
        (filed.gone, "not stored any more"),
        (filed.erasure_waiting, "an erasure is waiting"),
        (filed.held, "on legal hold"),
        (filed.changed, "goes to somebody else now"),
    ];
    let mut lines = vec![format!(
        "{} written to {}. Two of them are invented: they tell this copy from any other.",
        text::plural(filed.rows, "row", "rows"),
        args.output.display()
    )];
    let left_out = left_out.into_iter().filter(|(count, _)| *count > 0);
    lines.extend(
        left_out.map(|(count, why)| {
            format!("{} left out: {why}", text::plural(count, "order", "orders"))
        }),
    );
    lines.join("\n")
}

fn identify(globals: &Globals, args: &IdentifyArgs, output: &Output) -> Result<Exit, CliError> {
    let bytes = files::read_bytes(&args.file, TABLE_MAX, "cannot read the table")?;
    let folder = door::folder(globals)?;
    let found = folder.vault.identify_export(&folder.credential, &bytes)?;
    output.result(&serde_json::json!({ "exports": found }), || table(&found))?;
    Ok(Exit::Done)
}

fn table(found: &[ExportMatch]) -> String {
    if found.is_empty() {
        return "It is a copy of no export of this installation, as far as its people and the order of its rows tell.".to_owned();
    }
    let mut table = Table::new(&[
        "export",
        "asked by",
        "filed",
        "recipient",
        ">invented people",
        ">rows in its order",
        "",
    ]);
    for one in found {
        let in_order = one.in_order_per_mille;
        table.row([
            one.export.clone(),
            one.requested_by.clone(),
            one.filed_at.map_or_else(String::new, |at| at.to_string()),
            one.recipient_fingerprint.clone(),
            one.canaries.to_string(),
            in_order.map_or_else(String::new, |count| {
                format!("{}.{} %", count / 10, count % 10)
            }),
            if one.is_certain { "certain" } else { "perhaps" }.to_owned(),
        ]);
    }
    table.to_string()
}
