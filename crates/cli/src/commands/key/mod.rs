//! `lethe key`: API keys, each for one recipient, and keys that lie in the open.

mod check;
mod create;
mod derive;
mod leaked;
mod lint;
mod lint_tree;
mod list;
mod narrow;
mod revoke;
mod rotate;
mod widen;

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::text;
use crate::views::{CreatedKey, Key};
use clap::Subcommand;

/// Make, list, revoke and rotate API keys; find keys that leaked
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Subcommand)]
enum KeyCommand {
    Create(create::Args),
    Derive(derive::Args),
    List(list::Args),
    Narrow(narrow::NarrowArgs),
    Quarantine(narrow::QuarantineArgs),
    Release(narrow::ReleaseArgs),
    Revoke(revoke::Args),
    Rotate(rotate::Args),
    Widen(widen::Args),
    Check(check::Args),
    Lint(lint::Args),
    Leaked(leaked::Args),
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        KeyCommand::Create(args) => create::run(globals, args, output),
        KeyCommand::Derive(args) => derive::run(globals, args, output),
        KeyCommand::List(args) => list::run(globals, args, output),
        KeyCommand::Narrow(args) => narrow::narrow(globals, args, output),
        KeyCommand::Quarantine(args) => narrow::quarantine(globals, &args, output),
        KeyCommand::Release(args) => narrow::release(globals, &args, output),
        KeyCommand::Revoke(args) => revoke::run(globals, args, output),
        KeyCommand::Rotate(args) => rotate::run(globals, args, output),
        KeyCommand::Widen(args) => widen::run(globals, args, output),
        KeyCommand::Check(args) => check::run(globals, args, output),
        KeyCommand::Leaked(args) => leaked::run(globals, args, output),
        KeyCommand::Lint(args) => lint::run(globals, args, output),
    }
}

/// Shows a new key: the secret alone on standard output, what it can do beside it.
fn show_created(created: &CreatedKey, output: &Output) -> Result<(), CliError> {
    output.result(created, || created.secret.clone())?;
    output.note(&format!(
        "key {} for {}: {}\nThe line above is the secret. It is shown once and kept nowhere.",
        created.key.id,
        created.key.recipient,
        blast_radius(&created.key)
    ));
    Ok(())
}

/// Shows a key that was changed.
fn show_changed(key: &Key, what: &str, output: &Output) -> Result<(), CliError> {
    output.result(key, || {
        format!(
            "{} of {} is {what}: {}",
            key.id,
            key.recipient,
            blast_radius(key)
        )
    })
}

/// Says what a thief of the key would get.
fn blast_radius(key: &Key) -> String {
    let radius = &key.blast_radius;
    if radius.fields.is_empty() {
        return "it reveals no field of anybody".to_owned();
    }
    let expiry = key
        .grant
        .expires_at_ms
        .map_or("never".to_owned(), expiry::show);
    format!(
        "if it were stolen now, it could reveal {} of {} in 24 hours and of {} until it expires ({expiry})",
        text::plural(radius.fields.len() as u64, "field", "fields"),
        text::plural(radius.people_24h, "person", "people"),
        text::count(radius.people_until_expiry),
    )
}
