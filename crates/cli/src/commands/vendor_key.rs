//! `lethe vendor-key`: credentials at vendors that can read customers.

use crate::args::Globals;
use crate::commands::legal_hold::category;
use crate::door::{self, Folder};
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::text;
use clap::{ArgAction, Subcommand};
use jiff::civil::Date;
use lethe_model::Category;
use lethe_ops::{Error, NewVendorKey, VendorKeyKind, VendorKeyView};

/// List the keys, apps and seats at vendors that can read customers, and their reach
///
/// What a vendor holds, Lethe cannot see: here it is written down, never the secret itself. With
/// --recipient, people are counted by what Lethe handed to that recipient's keys.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: VendorKeyCommand,
}

#[derive(Subcommand)]
enum VendorKeyCommand {
    /// Put one on the list
    Add(Box<AddArgs>),
    /// List them, with what a thief of each would reach
    List,
    /// Show everything that is known of one
    Show {
        /// Its id, from `lethe vendor-key list`
        id: String,
    },
    /// Note what changed: only what is given here changes
    Update(Box<UpdateArgs>),
    /// Take one off the list, once it is revoked at the vendor
    Remove {
        /// Its id, from `lethe vendor-key list`
        id: String,
    },
}

#[derive(clap::Args)]
struct AddArgs {
    /// Who issued it, such as Klaviyo
    #[arg(long, value_name = "NAME")]
    vendor: String,
    /// What you call it: never the secret, and no person's name
    #[arg(long, value_name = "TEXT")]
    label: String,
    /// What it is: api-key, app, seat or integration
    #[arg(long, value_parser = kind, default_value = "api-key")]
    kind: VendorKeyKind,
    #[command(flatten)]
    facts: Facts,
}

#[derive(clap::Args)]
struct UpdateArgs {
    /// Its id, from `lethe vendor-key list`
    id: String,
    /// Who issued it
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// What you call it
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
    /// What it is: api-key, app, seat or integration
    #[arg(long, value_parser = kind)]
    kind: Option<VendorKeyKind>,
    #[command(flatten)]
    facts: Facts,
}

/// What may be known of one.
#[derive(clap::Args)]
struct Facts {
    /// Who answers for it: a name or a team, not an address
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// The vendor's own names of what it may do, separated by commas
    #[arg(long, value_name = "SCOPE,…", value_delimiter = ',')]
    scopes: Option<Vec<String>>,
    /// The kinds of records it can read, such as contact,delivery
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', value_parser = category)]
    categories: Option<Vec<Category>>,
    /// The day it was made; today when not given
    #[arg(long, value_name = "DATE")]
    created: Option<Date>,
    /// The day its secret was last replaced
    #[arg(long, value_name = "DATE")]
    rotated: Option<Date>,
    /// The day it was last used
    #[arg(long, value_name = "DATE")]
    used: Option<Date>,
    /// The day it ends
    #[arg(long, value_name = "DATE")]
    expires: Option<Date>,
    /// Whether it can take many customers at once
    #[arg(long, value_name = "true|false", action = ArgAction::Set)]
    can_export: Option<bool>,
    /// Whether it works from named networks only
    #[arg(long, value_name = "true|false", action = ArgAction::Set)]
    has_networks: Option<bool>,
    /// The recipient of Lethe's keys that feeds it: then people are counted
    #[arg(long, value_name = "NAME")]
    recipient: Option<String>,
    /// How many people it reaches, where nobody counts
    #[arg(long, value_name = "N")]
    people: Option<u64>,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let Folder { vault, credential } = &folder;
    match args.command {
        VendorKeyCommand::Add(args) => {
            let new = empty(args.vendor, args.label, args.kind);
            let added = vault.add_vendor_key(credential, &args.facts.over(new))?;
            output.result(&added, || {
                format!("{} is on the list as {}", added.reach.label, added.id)
            })?;
        }
        VendorKeyCommand::List => {
            let all = vault.list_vendor_keys(credential)?;
            output.result(&serde_json::json!({ "vendor_keys": all }), || table(&all))?;
        }
        VendorKeyCommand::Show { id } => {
            let one = vault.vendor_key(credential, &id).map_err(unknown)?;
            output.result(&one, || show(&one))?;
        }
        VendorKeyCommand::Update(args) => {
            let now = vault.vendor_key(credential, &args.id).map_err(unknown)?;
            let mut new = described(now)?;
            new.vendor = args.vendor.unwrap_or(new.vendor);
            new.label = args.label.unwrap_or(new.label);
            new.kind = args.kind.unwrap_or(new.kind);
            let new = args.facts.over(new);
            let changed = vault.replace_vendor_key(credential, &args.id, &new)?;
            output.result(&changed, || show(&changed))?;
        }
        VendorKeyCommand::Remove { id } => {
            vault.remove_vendor_key(credential, &id).map_err(unknown)?;
            output.result(&serde_json::json!({ "removed": id }), || {
                format!("{id} is off the list; revoke it at the vendor if it still lives")
            })?;
        }
    }
    Ok(Exit::Done)
}

impl Facts {
    /// Puts what was given over what was known.
    fn over(self, known: NewVendorKey) -> NewVendorKey {
        NewVendorKey {
            owner: self.owner.or(known.owner),
            scopes: self.scopes.unwrap_or(known.scopes),
            categories: self.categories.unwrap_or(known.categories),
            created_on: self.created.or(known.created_on),
            rotated_on: self.rotated.or(known.rotated_on),
            used_on: self.used.or(known.used_on),
            expires_on: self.expires.or(known.expires_on),
            can_export: self.can_export.unwrap_or(known.can_export),
            has_networks: self.has_networks.unwrap_or(known.has_networks),
            recipient: self.recipient.or(known.recipient),
            // Counted anew: from today on.
            people_on: match self.people {
                Some(_) => None,
                None => known.people_on,
            },
            people: self.people.or(known.people),
            ..known
        }
    }
}

fn empty(vendor: String, label: String, kind: VendorKeyKind) -> NewVendorKey {
    NewVendorKey {
        vendor,
        kind,
        label,
        owner: None,
        scopes: Vec::new(),
        categories: Vec::new(),
        created_on: None,
        rotated_on: None,
        used_on: None,
        expires_on: None,
        can_export: false,
        has_networks: false,
        recipient: None,
        people: None,
        people_on: None,
    }
}

fn described(view: VendorKeyView) -> Result<NewVendorKey, CliError> {
    let other_release = |_| CliError::usage("this entry was written by another release of Lethe");
    let kind = kind(&view.kind).map_err(other_release)?;
    let categories: Result<Vec<Category>, String> =
        view.categories.iter().map(|one| category(one)).collect();
    Ok(NewVendorKey {
        owner: view.owner,
        scopes: view.scopes,
        categories: categories.map_err(other_release)?,
        created_on: Some(view.created_on),
        rotated_on: view.rotated_on,
        used_on: view.used_on,
        expires_on: view.expires_on,
        can_export: view.can_export,
        has_networks: view.has_networks,
        recipient: view.recipient,
        people: view.people,
        people_on: view.people_on,
        ..empty(view.vendor, view.label, kind)
    })
}

fn table(all: &[VendorKeyView]) -> String {
    if all.is_empty() {
        return "no credential at a vendor is on the list".to_owned();
    }
    let mut table = Table::new(&[
        "id",
        "vendor",
        "label",
        "kind",
        "owner",
        "rotated",
        "last used",
        "expires",
        "exports",
        ">people",
        "known by",
        "fields",
    ]);
    for one in all {
        table.row([
            one.id.clone(),
            text::printable(&one.vendor),
            text::printable(&one.label),
            one.kind.clone(),
            one.owner
                .as_deref()
                .map_or("nobody".to_owned(), text::printable),
            one.rotated_on
                .map_or("never".to_owned(), |day| day.to_string()),
            one.used_on
                .map_or("unknown".to_owned(), |day| day.to_string()),
            one.expires_on
                .map_or("never".to_owned(), |day| day.to_string()),
            if one.can_export { "yes" } else { "no" }.to_owned(),
            one.reach.people.map_or("?".to_owned(), text::count),
            one.reach.source.to_owned(),
            text::count(one.reach.fields.len() as u64),
        ]);
    }
    table.to_string()
}

fn show(one: &VendorKeyView) -> String {
    let day = |day: Option<Date>| day.map_or("unknown".to_owned(), |day| day.to_string());
    let list = |list: &[String]| match list {
        [] => "none noted".to_owned(),
        some => text::printable(&some.join(", ")),
    };
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let lines = [
        ("id", one.id.clone()),
        ("vendor", text::printable(&one.vendor)),
        ("label", text::printable(&one.label)),
        ("kind", one.kind.clone()),
        (
            "owner",
            one.owner
                .as_deref()
                .map_or("nobody".to_owned(), text::printable),
        ),
        ("scopes", list(&one.scopes)),
        ("reads", list(&one.categories)),
        ("created", one.created_on.to_string()),
        ("rotated", day(one.rotated_on)),
        ("last used", day(one.used_on)),
        ("expires", day(one.expires_on)),
        ("can export", yes(one.can_export)),
        ("named networks only", yes(one.has_networks)),
        (
            "fed by recipient",
            one.recipient.clone().unwrap_or_else(|| "none".to_owned()),
        ),
        (
            "reaches",
            match one.reach.people {
                Some(people) => format!(
                    "{} ({})",
                    text::plural(people, "person", "people"),
                    one.reach.source
                ),
                None => "nobody knows how many people".to_owned(),
            },
        ),
        ("their fields", list(&one.reach.fields)),
    ];
    let lines = lines.map(|(name, value)| format!("{name:<20} {value}"));
    lines.join("\n")
}

fn kind(text: &str) -> Result<VendorKeyKind, String> {
    VendorKeyKind::parse(text).ok_or_else(|| {
        let names = VendorKeyKind::ALL.map(VendorKeyKind::name);
        format!("use one of {}", names.join(", "))
    })
}

fn unknown(error: Error) -> CliError {
    match error {
        Error::NotFound => {
            let text = "no credential on the list has this id: `lethe vendor-key list` shows them";
            CliError::new(Exit::NotFound, "not-found", text)
        }
        other => other.into(),
    }
}
