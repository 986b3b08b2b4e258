//! `lethe backup verify`: whether backups can be restored, found out by doing it.

use super::progress::Bar;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::surroundings::OsRandom;
use crate::text;
use indicatif::HumanBytes;
use lethe_backup::{Class, Identities, Verified, verify};
use std::path::PathBuf;

/// Decrypt backups, put them together in a scratch folder and check everything in them
///
/// Hashes, each database's pages and schema, and that the log's segments are the ones that its
/// checkpoint signed. Given a folder, each keyring backup in it is checked and each data backup with
/// its chain. The scratch folder holds sealed data only, and is removed.
#[derive(clap::Args)]
pub(super) struct Args {
    /// A backup, or a folder of them
    #[arg(value_name = "DIR|FILE")]
    target: PathBuf,
    /// The file of the age identity that decrypts them
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Where to put them together [default: the folder for temporary files]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, CliError> {
    let identities = Identities::from_file(&args.identity)?;
    let scratch = args.scratch.clone().unwrap_or_else(std::env::temp_dir);
    let mut bar = Bar::new();
    let verified = verify(
        &args.target,
        &identities,
        &scratch,
        &OsRandom,
        &mut |progress| {
            bar.show(progress);
        },
    );
    drop(bar);
    let verified = verified?;
    let views: Vec<_> = verified.iter().map(view).collect();
    output.result(&serde_json::json!({ "verified": views }), || {
        let lines: Vec<String> = verified.iter().map(words).collect();
        lines.join("\n")
    })?;
    Ok(Exit::Done)
}

fn view(one: &Verified) -> serde_json::Value {
    serde_json::json!({
        "file": one.file.display().to_string(),
        "class": one.header.class,
        "id": one.header.id,
        "created_at_ms": one.header.created_at_ms,
        "destroy_after_ms": one.header.destroy_after_ms,
        "chain_length": one.chain_length,
        "log_entries": one.log_entries,
        "bytes": one.bytes,
        "databases": one.header.databases,
    })
}

fn words(one: &Verified) -> String {
    let holds = match one.header.class {
        Class::Keyring => "keyring".to_owned(),
        Class::Data => format!(
            "data, {}, log of {}",
            text::plural(one.chain_length as u64, "file", "files in a chain"),
            text::plural(one.log_entries, "entry", "entries"),
        ),
    };
    let bytes = HumanBytes(one.bytes);
    format!("{}: can be restored ({holds}, {bytes})", one.file.display())
}
