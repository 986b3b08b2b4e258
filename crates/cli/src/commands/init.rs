//! `lethe init`: a data folder with its keys.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::servers::ServerArgs;
use crate::{passphrase, surroundings};
use lethe_crypto::KdfCost;
use lethe_model::StoreName;
use lethe_ops::{Installation, StoreSpec};
use lethe_store::Kind;

/// Make a data folder and its keys
///
/// The root key is sealed with a passphrase of at least 12 characters. Without the passphrase and
/// the file `root.key` nothing in the folder can ever be read: keep a copy of both, apart from the
/// data.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shop's short name: lower-case letters, digits and dashes
    #[arg(long, value_name = "NAME", default_value = "main")]
    store_name: String,
    /// The controller: the company that answers for the data (GDPR Art. 4(7))
    #[arg(long, value_name = "COMPANY", default_value = "not stated")]
    controller: String,
    #[command(flatten)]
    servers: ServerArgs,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let data = globals.data();
    let name = StoreName::parse(&args.store_name).map_err(CliError::usage)?;
    // Asked before the passphrase, so that nobody chooses one in vain.
    if lethe_store::Folder::new(&data).root_key().exists() {
        return Err(lethe_ops::Error::AlreadyInitialised(data).into());
    }
    let servers = args.servers.read()?;
    let passphrase = passphrase::read_new(globals)?;
    let store = StoreSpec {
        name,
        controller: args.controller,
    };
    let around = surroundings::real();
    let made = Installation::create_on(
        &data,
        servers.as_ref(),
        &passphrase,
        kdf_cost(),
        &store,
        &around,
    );
    made.map_err(|error| {
        let mut error = CliError::from(error);
        // The operation does not say which folder.
        if let Some(reason) = error.message.strip_prefix("folder: ") {
            error.message = format!("{} {reason}", data.display());
        }
        error
    })?;
    // Opened once: what is not readable now must not be noticed in a year.
    let vault = Installation::find(&data)?.open(&passphrase, around)?;
    let made = serde_json::json!({
        "data": data.display().to_string(),
        "store": store.name.as_str(),
        "controller": store.controller,
        "log_key": vault.log_key(),
        "databases": servers.as_ref().map(|servers| servers.of(Kind::Active).to_string()),
    });
    output.result(&made, || {
        let data = data.display();
        format!(
            "Made {data} for the shop `{}`.\n\n\
             Keep apart from the data, now:\n\
             \x20 {data}/root.key and the passphrase  without both, nothing opens\n\
             \x20 {}\n\
             \x20                                  the log's verifier key: with it anybody can check the log\n\n\
             Next:\n\
             \x20 lethe import shopify-orders orders_export.csv\n\
             \x20 lethe status\n\
             \x20 lethe key create --recipient warehouse --owner you --fields delivery.name,delivery.street \
             --purposes fulfilment --people-per-day 200 --expires P90D\n\
             \x20 lethe serve",
            store.name.as_str(),
            vault.log_key(),
        )
    })?;
    Ok(Exit::Done)
}

/// Returns what a guess at the passphrase costs.
pub(crate) fn kdf_cost() -> KdfCost {
    #[cfg(debug_assertions)]
    if std::env::var_os("LETHE_TEST_KDF").is_some_and(|value| value == "cheap") {
        return KdfCost::TEST;
    }
    KdfCost::STANDARD
}
