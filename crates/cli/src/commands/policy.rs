//! `lethe policy`: what is kept how long, and why.

use crate::args::Globals;
use crate::confirm;
use crate::door;
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::table::Table;
use crate::target::Target;
use clap::Subcommand;
use lethe_model::Purpose;
use lethe_ops::PolicyView;
use lethe_policy::Policy;
use std::path::PathBuf;

/// Show, check, compare and adopt the retention policy
///
/// The policy is a file, `policy.toml` in the data folder. Editing it changes nothing: `adopt` does,
/// and a policy that destroys anything earlier than the one before waits a few days first.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Subcommand)]
enum PolicyCommand {
    /// Print the policy in force
    Show,
    /// Check a policy file; needs no passphrase
    Check(FileArgs),
    /// Say what a policy file would change
    Diff(FileArgs),
    /// Adopt a policy file
    Adopt(AdoptArgs),
    /// List the adopted policies
    List,
    /// Say what happens to one order or account: which rule, which clock, which date, why
    Explain(Target),
    /// Print the commented default policy
    Default,
}

#[derive(clap::Args)]
struct FileArgs {
    /// The file [default: policy.toml in the data folder]
    file: Option<PathBuf>,
}

#[derive(clap::Args)]
struct AdoptArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl FileArgs {
    fn read(&self, globals: &Globals) -> Result<(PathBuf, String), CliError> {
        let path = self.file.clone();
        let path = path.unwrap_or_else(|| globals.data().join("policy.toml"));
        let text = files::read_text(&path)?;
        Ok((path, text))
    }
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    match args.command {
        PolicyCommand::Default => output.line(Policy::DEFAULT_TEXT.trim_end())?,
        PolicyCommand::Show => {
            let folder = door::folder(globals)?;
            let policy = folder.vault.policy();
            let value = serde_json::json!({ "revision": policy.revision(), "text": policy.text() });
            output.result(&value, || policy.text().trim_end().to_owned())?;
        }
        PolicyCommand::Check(args) => check(globals, &args, output)?,
        PolicyCommand::Diff(args) => {
            let (_, text) = args.read(globals)?;
            let newer = Policy::parse(&text).map_err(lethe_ops::Error::from)?;
            let folder = door::folder(globals)?;
            let diff = folder.vault.policy().diff(&newer);
            output.result(&diff, || diff.to_string())?;
        }
        PolicyCommand::Adopt(args) => adopt(globals, &args, output)?,
        PolicyCommand::List => {
            let policies = door::folder(globals)?.vault.list_policies()?;
            output.result(&serde_json::json!({ "policies": policies }), || {
                table(&policies)
            })?;
        }
        PolicyCommand::Explain(target) => {
            let folder = door::folder(globals)?;
            let token = target.token(&folder, Purpose::Legal)?;
            let explained = folder.vault.explain(&folder.credential, &token)?;
            output.result(&explained, || {
                let lines = explained.categories.iter().map(ToString::to_string);
                format!(
                    "Policy {}:\n{}",
                    explained.revision,
                    lines.collect::<Vec<_>>().join("\n")
                )
            })?;
        }
    }
    Ok(Exit::Done)
}

fn check(globals: &Globals, args: &FileArgs, output: &Output) -> Result<(), CliError> {
    let (path, text) = args.read(globals)?;
    let policy = Policy::parse(&text).map_err(lethe_ops::Error::from)?;
    let value = serde_json::json!({
        "revision": policy.revision(), "rules": policy.rules().len(), "warnings": policy.warnings(),
    });
    output.result(&value, || {
        let mut lines = vec![format!(
            "{}: revision {}, {} rules; it can be used.",
            path.display(),
            policy.revision(),
            policy.rules().len()
        )];
        let warnings = policy.warnings().iter();
        lines.extend(warnings.map(|warning| format!("warning: {warning}")));
        lines.join("\n")
    })
}

fn adopt(globals: &Globals, args: &AdoptArgs, output: &Output) -> Result<(), CliError> {
    let (_, text) = args.file.read(globals)?;
    let newer = Policy::parse(&text).map_err(lethe_ops::Error::from)?;
    let folder = door::folder(globals)?;
    let diff = folder.vault.policy().diff(&newer);
    output.note(&diff.to_string());
    if !args.yes {
        confirm::typed(
            "This becomes the policy of every shop here",
            "adopt",
            "--yes",
        )?;
    }
    let adopted = folder.vault.adopt_policy(&folder.credential, &text)?;
    adopted.warning.iter().for_each(|text| output.note(text));
    output.result(&adopted, || {
        format!(
            "Adopted as policy {}, revision {}, applied from {} on.",
            adopted.policy.id, adopted.policy.revision, adopted.policy.effective_at
        )
    })
}

fn table(policies: &[PolicyView]) -> String {
    let mut table = Table::new(&[
        ">id",
        "revision",
        "adopted",
        "by",
        "applied from",
        "sha-256",
        "",
    ]);
    for policy in policies {
        table.row([
            policy.id.to_string(),
            policy.revision.clone(),
            policy.adopted_at.to_string(),
            policy.adopted_by.clone(),
            policy.effective_at.to_string(),
            policy.sha256.chars().take(12).collect(),
            if policy.is_in_force { "in force" } else { "" }.to_owned(),
        ]);
    }
    table.to_string()
}
