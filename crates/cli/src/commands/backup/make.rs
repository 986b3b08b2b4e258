//! `lethe backup data` and `lethe backup keyring`.

use super::progress::Bar;
use super::when;
use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::surroundings::{OsRandom, SystemClock};
use indicatif::HumanBytes;
use lethe_backup::{BackupSpec, Class, Made, Recipients, back_up};
use lethe_model::Clock;
use lethe_store::Folder;
use std::path::PathBuf;
use std::time::Instant;

/// Where to, and for whom.
#[derive(clap::Args)]
struct Target {
    /// The folder that backups lie in; keep data and keyring apart
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// An age recipient, `age1…`, who can decrypt it; may be given more than once
    #[arg(long = "recipient", value_name = "RECIPIENT")]
    recipients: Vec<String>,
    /// A file of age recipients, one a line
    #[arg(long, value_name = "FILE")]
    recipients_file: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(super) struct DataArgs {
    #[command(flatten)]
    target: Target,
    /// How long it lives (ISO 8601), or until which day
    #[arg(long, value_name = "PERIOD", default_value = "P5Y")]
    keep: String,
    /// Make a full backup, not an incremental one
    #[arg(long)]
    full: bool,
}

#[derive(clap::Args)]
pub(super) struct KeyringArgs {
    #[command(flatten)]
    target: Target,
    /// How long it lives (ISO 8601), or until which day: 35 days at most
    #[arg(long, value_name = "PERIOD", default_value = "P35D")]
    keep: String,
}

pub(super) fn data(globals: &Globals, args: DataArgs, output: &Output) -> Result<Exit, CliError> {
    make(
        globals,
        Class::Data,
        &args.target,
        &args.keep,
        args.full,
        output,
    )
}

pub(super) fn keyring(
    globals: &Globals,
    args: KeyringArgs,
    output: &Output,
) -> Result<Exit, CliError> {
    make(
        globals,
        Class::Keyring,
        &args.target,
        &args.keep,
        true,
        output,
    )
}

fn make(
    globals: &Globals,
    class: Class,
    target: &Target,
    keep: &str,
    is_full: bool,
    output: &Output,
) -> Result<Exit, CliError> {
    let mut recipients = Recipients::default();
    for recipient in &target.recipients {
        recipients.add(recipient)?;
    }
    if let Some(path) = &target.recipients_file {
        recipients.add_file(path)?;
    }
    let destroy_after_ms = expiry::parse(keep, SystemClock.now()).map_err(|mut error| {
        error.message = error.message.replace("--expires", "--keep");
        error
    })?;
    let spec = BackupSpec {
        folder: &Folder::new(globals.data()),
        class,
        to: &target.to,
        recipients: &recipients,
        destroy_after_ms,
        is_full,
    };
    let begun = Instant::now();
    let mut bar = Bar::new();
    let made = back_up(&spec, &SystemClock, &OsRandom, &mut |progress| {
        bar.show(progress);
    });
    drop(bar);
    let made = made?;
    output.result(&view(&made), || words(&made, begun.elapsed().as_secs_f64()))?;
    Ok(Exit::Done)
}

fn view(made: &Made) -> serde_json::Value {
    serde_json::json!({
        "class": made.header.class,
        "id": made.header.id,
        "file": made.file.display().to_string(),
        "bytes": made.bytes,
        "covers_bytes": made.covers_bytes,
        "created_at_ms": made.header.created_at_ms,
        "destroy_after_ms": made.header.destroy_after_ms,
        "base": made.header.base.as_ref().map(|base| base.id),
        "chain_length": made.chain_length,
        "log_entries": made.header.log.size,
    })
}

fn words(made: &Made, seconds: f64) -> String {
    let kind = match made.header.class {
        Class::Keyring => "keyring backup".to_owned(),
        Class::Data if made.header.base.is_none() => "full data backup".to_owned(),
        Class::Data => format!(
            "incremental data backup, link {} of its chain",
            made.chain_length
        ),
    };
    format!(
        "{}\n{kind}: {} for {}, in {seconds:.1} s\nto be destroyed after {} UTC; `root.key` is not in it",
        made.file.display(),
        HumanBytes(made.bytes),
        HumanBytes(made.covers_bytes),
        when(made.header.destroy_after_ms),
    )
}
