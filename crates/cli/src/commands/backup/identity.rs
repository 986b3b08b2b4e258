//! `lethe backup identity`: a pair of age keys.

use crate::error::{CliError, Exit};
use crate::output::Output;
use lethe_backup::NewIdentity;
use std::path::PathBuf;

/// Make an age identity and print its recipient
///
/// Whoever has the file decrypts the backups: keep it away from them and from the data folder, and
/// keep a copy. Backups are made with the recipient alone, which is public. `age` and `rage` can use
/// both.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The new file to write the identity to
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, CliError> {
    let identity = NewIdentity::generate();
    identity.write(&args.out)?;
    let recipient = identity.recipient();
    let value = serde_json::json!({
        "identity_file": args.out.display().to_string(),
        "recipient": recipient,
    });
    output.note(&format!("wrote the identity to {}", args.out.display()));
    output.result(&value, || recipient.clone())?;
    Ok(Exit::Done)
}
