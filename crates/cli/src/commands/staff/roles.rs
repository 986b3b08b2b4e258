//! `lethe staff roles`: the file that says what each role may do.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::text;
use clap::Subcommand;
use lethe_ops::{Roles, parse_roles};
use std::path::PathBuf;

/// Show, check and adopt the file of roles
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: RolesCommand,
}

#[derive(Subcommand)]
enum RolesCommand {
    /// Print the roles in force; a new installation has commented defaults
    Show,
    /// Print the commented default roles; needs no passphrase
    Default,
    /// Check a file of roles; needs no passphrase
    Check(FileArgs),
    /// Put a file of roles in force, for the people who have a role already too
    Adopt(FileArgs),
}

#[derive(clap::Args)]
struct FileArgs {
    /// The file
    file: PathBuf,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        RolesCommand::Show => {
            let text = door::folder(globals)?.vault.roles_text()?;
            output.result(&serde_json::json!({ "text": text }), || {
                text.trim_end().to_owned()
            })?;
        }
        RolesCommand::Default => output.line(Roles::DEFAULT_TEXT.trim_end())?,
        RolesCommand::Check(args) => {
            let roles = parse_roles(&files::read_text(&args.file)?)?;
            let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
            output.result(&serde_json::json!({ "roles": names }), || {
                format!("The file can be adopted. Roles: {}.", names.join(", "))
            })?;
        }
        RolesCommand::Adopt(args) => {
            let text = files::read_text(&args.file)?;
            parse_roles(&text)?;
            let folder = door::folder(globals)?;
            let changed = folder.vault.adopt_roles(&folder.credential, &text)?;
            output.result(&serde_json::json!({ "changed": changed }), || {
                let people = text::plural(changed, "person", "people");
                format!("The roles are in force; {people} may do something else now.")
            })?;
        }
    }
    Ok(Exit::Done)
}
