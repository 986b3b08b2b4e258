//! `lethe key check`.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use lethe_crypto::{DerivedKey, PresentedKey};
use lethe_model::Caveat;
use lethe_ops::Error;
use std::io::stdin;
use zeroize::Zeroizing;

/// Check the checksum of a key on standard input, offline
///
/// It tells a real key from a mistyped one or a look-alike, and of a derived key what was taken away;
/// whether the key is valid, only the vault knows.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Globals, _: Args, output: &Output) -> Result<Exit, CliError> {
    let mut line = Zeroizing::new(String::new());
    stdin()
        .read_line(&mut line)
        .map_err(CliError::file("cannot read standard input"))?;
    match PresentedKey::parse(line.trim()).map_err(Error::from)? {
        PresentedKey::Root(_) => output
            .result(&serde_json::json!({ "well_formed": true }), || {
                "this has the form and the checksum of a key of Lethe".to_owned()
            })?,
        PresentedKey::Derived(key) => output.result(&derived(&key), || in_words(&key))?,
    }
    Ok(Exit::Done)
}

/// Describes a derived key without showing it.
pub(super) fn derived(key: &DerivedKey) -> serde_json::Value {
    let restrictions: Vec<String> = key.caveats().iter().map(Caveat::in_words).collect();
    serde_json::json!({
        "well_formed": true,
        "kind": "derived",
        "fingerprint": key.fingerprint().to_string(),
        "restrictions": restrictions,
    })
}

fn in_words(key: &DerivedKey) -> String {
    format!(
        "this has the form and the checksum of a derived key of Lethe, {}\n{}",
        key.fingerprint(),
        restrictions(key)
    )
}

/// Lists what was taken away, one line each.
pub(super) fn restrictions(key: &DerivedKey) -> String {
    let lines = key
        .caveats()
        .iter()
        .map(|one| format!("  {}", one.in_words()));
    lines.collect::<Vec<_>>().join("\n")
}
