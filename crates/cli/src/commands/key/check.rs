//! `lethe key check`.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use lethe_crypto::ApiKey;
use lethe_ops::Error;
use std::io::stdin;
use zeroize::Zeroizing;

/// Check the checksum of a key on standard input, offline
///
/// It tells a real key from a mistyped one or a look-alike; whether the key is valid, only the vault
/// knows.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Globals, _: Args, output: &Output) -> Result<Exit, CliError> {
    let mut line = Zeroizing::new(String::new());
    stdin()
        .read_line(&mut line)
        .map_err(CliError::file("cannot read standard input"))?;
    ApiKey::parse(line.trim()).map_err(Error::from)?;
    output.result(&serde_json::json!({ "well_formed": true }), || {
        "this has the form and the checksum of a key of Lethe".to_owned()
    })?;
    Ok(Exit::Done)
}
