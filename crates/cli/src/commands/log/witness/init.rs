//! `lethe log witness init`: a witness's folder with its key.

use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::surroundings;
use lethe_witness::create_key;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Make a witness: a folder with a key of its own, which knows no vault
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The witness's folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Its name in cosignatures, best a domain of yours and a path: `example.org/witness`
    #[arg(long)]
    name: String,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, CliError> {
    let seed = Zeroizing::new(surroundings::real().random.bytes::<32>());
    let key = create_key(&args.dir, &args.name, &seed)?;
    let value = serde_json::json!({ "key": key });
    output.result(&value, || {
        format!(
            "A witness is made in {}. Its verifier key, for witnesses.toml of the vaults:\n{key}",
            args.dir.display()
        )
    })?;
    Ok(Exit::Done)
}
