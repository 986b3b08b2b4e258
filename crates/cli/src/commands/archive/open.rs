//! `lethe archive open`: on the custodians' machine, without a vault.

use crate::confirm;
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::passphrase;
use crate::surroundings::{OsRandom, SystemClock};
use lethe_custody::{Request, Share, answer};
use lethe_model::Clock;
use std::path::PathBuf;

/// Open the record keys of a request with two shares: on another machine, without a vault
///
/// Shows what was asked for and who approved, before a passphrase is typed. The reply holds the keys
/// of exactly the listed records, sealed to the vault's key for this one request.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The request file
    request: PathBuf,
    /// A custodian's share file; given twice
    #[arg(long, value_name = "FILE", required = true)]
    share: Vec<PathBuf>,
    /// A custodian's passphrase in a file; given twice, in the order of the shares
    #[arg(long, value_name = "FILE")]
    share_passphrase_file: Vec<PathBuf>,
    /// Where to write the reply
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, CliError> {
    let [first, second] = args.share.as_slice() else {
        return Err(CliError::usage("two shares are needed: give --share twice"));
    };
    let count = args.share_passphrase_file.len();
    if count != 0 && count != 2 {
        return Err(CliError::usage(
            "give --share-passphrase-file twice, or not at all",
        ));
    }
    let request = Request::parse(&files::read_text(&args.request)?)?;
    output.note(&request.summary());
    if !args.yes {
        confirm::typed("The keys of these records will be opened", "open", "--yes")?;
    }
    let open = |at: usize, path: &PathBuf| -> Result<Share, CliError> {
        let text = files::read_text(path)?;
        let name = path.display().to_string();
        let file = args.share_passphrase_file.get(at);
        let words = passphrase::of_share_file(&name, file.map(PathBuf::as_path))?;
        Ok(Share::open(&text, &words)?)
    };
    let shares = [open(0, first)?, open(1, second)?];
    let reply = answer(&request, &shares, SystemClock.now(), &OsRandom)?;
    files::write_private(&args.out, &reply.to_json())?;
    let value = serde_json::json!({ "reply": args.out, "records": reply.items.len() });
    output.result(&value, || {
        format!(
            "Written to {}: carry it back to the vault's machine.",
            args.out.display()
        )
    })?;
    Ok(Exit::Done)
}
