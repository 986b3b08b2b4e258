//! `lethe log verify`: every entry hashed again, from the first to the signed head.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::text;
use indicatif::{ProgressBar, ProgressStyle};
use lethe_keeper::log::LogFiles;
use lethe_ops::{WitnessSettings, WitnessedHead, verify_witnessed};
use std::path::{Path, PathBuf};

/// Verify the whole log, from the first entry to the signed head
///
/// With --tree and --key it checks the public tree alone, anywhere, without the passphrase: copy
/// the folder `log` of the data folder, and keep the verifier key that `lethe init` printed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder of a log, or of its public tree: needs no passphrase
    #[arg(long, value_name = "DIR", requires = "key")]
    tree: Option<PathBuf>,
    /// The log's verifier key (C2SP signed-note)
    #[arg(long, value_name = "VKEY", requires = "tree")]
    key: Option<String>,
    /// A file like witnesses.toml: enough of its witnesses must have cosigned the log
    #[arg(long, value_name = "FILE")]
    witnesses: Option<PathBuf>,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let style = "verifying  {wide_bar} {pos}/{len}";
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template(style).expect("the template is valid"));
    let mut progress = |progress: lethe_tlog::AuditProgress| {
        bar.set_length(progress.size);
        bar.set_position(progress.checked);
    };
    let (verified, files, key) = match (&args.tree, &args.key) {
        (Some(tree), Some(key)) => {
            let files = log_files(tree);
            let verified = lethe_ops::verify_tree(&files, key, &mut progress)?;
            (verified, files, key.clone())
        }
        _ => {
            let vault = door::vault(globals)?;
            let verified = vault.verify_log(progress)?;
            (
                verified,
                vault.log_files().clone(),
                vault.log_key().to_owned(),
            )
        }
    };
    bar.finish_and_clear();
    let witnessed = match &args.witnesses {
        None => None,
        Some(path) => {
            let missing = || CliError::usage(format!("there is no file {}", path.display()));
            let settings = WitnessSettings::read_file(path)?.ok_or_else(missing)?;
            Some(verify_witnessed(&files, &key, &settings, verified.entries)?)
        }
    };
    let mut value = serde_json::to_value(&verified).expect("words and numbers serialise");
    if let Some(head) = &witnessed {
        value["witnessed"] = serde_json::to_value(head).expect("words and numbers serialise");
    }
    output.result(&value, || {
        let entries = text::plural(verified.entries, "entry", "entries");
        let bodies = match verified.bodies {
            Some(_) => "every body fits its entry",
            None => "the bodies were not opened: that needs the folder and its passphrase",
        };
        format!(
            "The log verifies: {entries}, signed by {}; {bodies}.\nroot {}{}",
            verified.origin,
            verified.root,
            witnessed.as_ref().map(told).unwrap_or_default(),
        )
    })?;
    Ok(Exit::Done)
}

fn told(head: &WitnessedHead) -> String {
    let names: Vec<&str> = head
        .cosignatures
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let entries = text::plural(head.entries, "entry", "entries");
    format!("\n{entries} cosigned by {}", names.join(", "))
}

/// Reads the folder of a log, or a public tree by itself under whatever name it was copied.
fn log_files(named: &Path) -> LogFiles {
    if named.join("tree").is_dir() {
        LogFiles::new(named)
    } else {
        LogFiles::of_tree(named)
    }
}
