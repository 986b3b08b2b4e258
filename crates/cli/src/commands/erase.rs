//! `lethe erase`: a person is forgotten, keys first.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::text;
use std::io::{IsTerminal, stderr, stdin};

/// What no erasure does yet: said before and after each.
const LIMITS: &str = "\
It does not check legal retention duties: accounting law may demand that invoices are kept.\n\
It does not reach backups of the keyring made before; destroy those within their 35 days.\n\
It does not reach copies that others have: the shop platform, the carrier, an archive.";

/// Erase a person: their keys are destroyed, so that no copy of their data opens again
///
/// All orders, records, look-up rows and log openings of the person go; order numbers stay as
/// tombstones, so that no later import brings the person back. It cannot be undone.
#[derive(clap::Args)]
#[command(after_help = LIMITS)]
pub(crate) struct Args {
    /// A `sub_…` or `ord_…` token of the person
    token: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Said when the keyring was too large to be compacted at once.
const ROTATION_DUE: &str = "\nThe keyring is too large to be compacted now: run `lethe rotate`, so \
                            that copies of wrapped keys left in unused parts of it open nothing.";

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    if !args.yes {
        confirm(&args.token)?;
    }
    let report = door::open(globals)?.erase(&args.token)?;
    output.result(&report, || {
        format!(
            "Erased {}: {} destroyed, {} and {} removed, {} kept as {}.\nLogged as entry {}.{}\n\n{LIMITS}",
            text::plural(report.subjects, "person", "people"),
            text::plural(report.keys_destroyed, "key", "keys"),
            text::plural(report.records_removed, "sealed record", "sealed records"),
            text::plural(report.lookups_removed, "look-up row", "look-up rows"),
            text::plural(report.tombstones, "order number", "order numbers"),
            if report.tombstones == 1 { "a tombstone" } else { "tombstones" },
            report.log_index,
            if report.is_rotation_due { ROTATION_DUE } else { "" },
        )
    })?;
    Ok(Exit::Done)
}

fn confirm(token: &str) -> Result<(), CliError> {
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(not_confirmed(
            "an erasure cannot be undone: confirm it on a terminal, or give --yes",
        ));
    }
    eprint!("{LIMITS}\n\nErasing {token} cannot be undone. Type `erase` to go on: ");
    let mut typed = String::new();
    stdin()
        .read_line(&mut typed)
        .map_err(CliError::file("cannot read the terminal"))?;
    if typed.trim() == "erase" {
        Ok(())
    } else {
        Err(not_confirmed("not confirmed: nothing was erased"))
    }
}

fn not_confirmed(text: &str) -> CliError {
    CliError::new(Exit::Usage, "not-confirmed", text)
}
