//! `lethe restore`: from backups to a vault that has caught up.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::passphrase;
use crate::surroundings;
use crate::text;
use crate::witnessing;
use indicatif::ProgressBar;
use lethe_backup::{Identities, unpack};
use lethe_ops::{RestoreInput, RestoreReport, RestoreStep, lock_restored};
use lethe_store::Folder;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Restore an installation from backups, and catch it up before it opens
///
/// Unpacks a chain of data backups and a keyring backup into a new folder, then does again what the
/// ledger says happened since: erasures, revocations, holds, policies. The vault gets a log of its
/// own, drops what no key opens, and counts the day's quotas as spent. Until all of that is done the
/// folder stays locked. Interrupted, run it again with `--continue`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Backup files: one keyring backup, and a data backup with its chain
    #[arg(required_unless_present = "continue")]
    backups: Vec<PathBuf>,
    /// The file of the age identity that decrypts them
    #[arg(long, value_name = "FILE", required_unless_present = "continue")]
    identity: Option<PathBuf>,
    /// The sealed root key, which is in no backup
    #[arg(long, value_name = "FILE", required_unless_present = "continue")]
    root_key: Option<PathBuf>,
    /// A newer copy of ledger/ledger.jsonl, kept elsewhere; may be given several times
    #[arg(long, value_name = "FILE")]
    ledger: Vec<PathBuf>,
    /// The last log checkpoint that somebody else has seen: a file, such as a witness keeps in its
    /// folder `state`, or the address `https://WITNESS/checkpoint/…` where it hands that file out
    #[arg(long, value_name = "FILE|URL")]
    checkpoint: Option<String>,
    /// Open although the log is shorter than that checkpoint, or no newer ledger is at hand: why
    #[arg(long, value_name = "REASON")]
    accept_gap: Option<String>,
    /// Go on with a restore that was interrupted
    #[arg(long)]
    r#continue: bool,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let data = globals.data();
    if args.ledger.is_empty() && args.accept_gap.is_none() {
        return Err(CliError::usage(
            "give the newest copy of the ledger with --ledger: without it people who were erased \
             since the backup come back. If there is none, say why with --accept-gap REASON",
        ));
    }
    if !args.r#continue {
        place_files(&data, &args)?;
    } else if !Folder::new(&data).restoring().exists() {
        return Err(CliError::usage(format!(
            "{} has no restore to go on with",
            data.display()
        )));
    }
    let checkpoint = args
        .checkpoint
        .as_deref()
        .map(|named| match named.contains("://") {
            true => witnessing::fetch(named),
            false => files::read_text(Path::new(named)),
        })
        .transpose()?;
    let input = RestoreInput {
        ledgers: args.ledger,
        checkpoint,
        accept_gap: args.accept_gap,
    };
    let installation = door::installation(&data)?;
    let words = passphrase::read(globals)?;
    let bar = ProgressBar::new_spinner();
    let finished = installation.finish_restore(&words, surroundings::real(), &input, |step| {
        bar.set_message(match step {
            RestoreStep::Ledger(done) => {
                format!("ledger: {} done again", text::plural(done, "line", "lines"))
            }
            RestoreStep::Rows(seen) => format!(
                "{} compared with their keys",
                text::plural(seen, "row", "rows")
            ),
        });
        bar.tick();
    });
    bar.finish_and_clear();
    let (vault, report) = finished?;
    drop(vault);
    output.result(&report, || told(&data, &report))?;
    Ok(Exit::Done)
}

/// Puts the files in place at once: whoever interrupts it before finds no folder, and begins anew.
fn place_files(data: &Path, args: &Args) -> Result<(), CliError> {
    let (Some(identity), Some(root_key)) = (&args.identity, &args.root_key) else {
        return Err(CliError::usage("--identity and --root-key are needed"));
    };
    let is_taken = fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some());
    if Folder::new(data).restoring().exists() {
        return Err(CliError::usage(format!(
            "{} has a restore that was interrupted: go on with --continue",
            data.display()
        )));
    } else if is_taken || data.is_file() {
        return Err(CliError::usage(format!(
            "{} is not empty: restore into a new folder",
            data.display()
        )));
    }
    let root = files::read_text(root_key)?;
    let identities = Identities::from_file(identity)?;
    let aside = aside(data)?;
    let what = || CliError::file(format!("cannot write {}", aside.display()));
    remove_if_there(&aside).map_err(what())?;
    let placed = fill(&aside, &root, &identities, &args.backups).and_then(|()| {
        fs::rename(&aside, data).map_err(what())?;
        let parent = data.parent().filter(|path| !path.as_os_str().is_empty());
        let parent = File::open(parent.unwrap_or(Path::new(".")));
        parent.and_then(|parent| parent.sync_all()).map_err(what())
    });
    if placed.is_err() {
        drop(remove_if_there(&aside));
    }
    placed
}

/// Unpacks the backups, and locks what becomes an installation with its root key.
fn fill(
    folder: &Path,
    root: &str,
    identities: &Identities,
    backups: &[PathBuf],
) -> Result<(), CliError> {
    let files: Vec<&Path> = backups.iter().map(PathBuf::as_path).collect();
    let bar = ProgressBar::new_spinner();
    let unpacked = unpack(&files, identities, folder, &mut |_| bar.tick());
    bar.finish_and_clear();
    let unpacked = unpacked?;
    if unpacked.data.is_none() || unpacked.keyring.is_none() {
        return Err(CliError::usage(
            "both classes are needed: a keyring backup, and a data backup with its chain",
        ));
    }
    // Locked first: no moment exists in which the folder is an installation that opens.
    lock_restored(folder)?;
    files::write_private(&Folder::new(folder).root_key(), root)
}

fn aside(data: &Path) -> Result<PathBuf, CliError> {
    let Some(name) = data.file_name() else {
        let text = format!("{} is no folder to restore into", data.display());
        return Err(CliError::usage(text));
    };
    let mut name = name.to_owned();
    name.push(".restoring");
    Ok(data.with_file_name(name))
}

fn remove_if_there(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn told(data: &Path, report: &RestoreReport) -> String {
    let mut lines = vec![format!(
        "{} is restored and has caught up with {} of the ledger: {} erased again, {} revoked again.",
        data.display(),
        text::plural(report.ledger_lines, "line", "lines"),
        text::plural(report.people_forgotten, "person", "people"),
        text::plural(report.keys_revoked, "key", "keys"),
    )];
    if report.orders_lost > 0 {
        lines.push(format!(
            "{} newer than the data backup: hand them in again.",
            text::plural(report.orders_lost, "order is", "orders are")
        ));
    }
    if report.log_gap > 0 {
        lines.push(format!(
            "{} of the access log are lost: who was read in them is not known. Treat it as an incident.",
            text::plural(report.log_gap, "entry", "entries")
        ));
    }
    lines.push(format!(
        "Its log is {}; the earlier one lies in logs-before/.",
        report.log_origin
    ));
    lines.push("For 24 hours nobody new can be read: the day's quotas count as spent.".to_owned());
    lines.push(
        "Now run `lethe retention plan`: what moved since the backup is due again.".to_owned(),
    );
    lines.join("\n")
}
