//! `lethe join`: one more vault for an installation whose databases are on servers.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::servers::ServerArgs;
use crate::{passphrase, surroundings};
use lethe_ops::Installation;
use lethe_store::Kind;
use std::path::PathBuf;

/// Make a data folder for one more vault of an installation on PostgreSQL
///
/// Several vaults share the databases: each writes an access log of its own, quotas count for all of
/// them together, and a key that one revokes is refused by the others within a second. The folder
/// gets a copy of the sealed root key; everything else is fetched from the databases.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The installation's sealed root key: `root.key` of the first vault's folder
    #[arg(long, value_name = "FILE")]
    root_key: PathBuf,
    #[command(flatten)]
    servers: ServerArgs,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let data = globals.data();
    let servers = args.servers.read()?.ok_or_else(|| {
        CliError::usage("--store-url is missing: only databases on a server can be shared")
    })?;
    let passphrase = passphrase::read(globals)?;
    let around = surroundings::real();
    Installation::join(&data, &servers, &args.root_key, &passphrase, &around)?;
    let made = serde_json::json!({
        "data": data.display().to_string(),
        "databases": servers.of(Kind::Active).to_string(),
    });
    output.result(&made, || {
        format!(
            "Made {} for one more vault on {}.\n\nNext:\n\x20 lethe serve   beside the others; lethe status lists them",
            data.display(),
            servers.of(Kind::Active)
        )
    })?;
    Ok(Exit::Done)
}
