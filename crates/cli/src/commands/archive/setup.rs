//! `lethe archive setup`: the ceremony that makes the archive's keys.

use crate::args::Globals;
use crate::door::{self, Folder};
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::passphrase;
use crate::surroundings::OsRandom;
use lethe_custody::{NOTIFICATION, SHARES, Share, ShareCost, generate, year_key_id};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Make the archive's keys and split them among three custodians
///
/// Makes a key for every financial year, named by the year it ends in, and one for warning archived
/// people of a breach. The public halves go into the vault. Each private half is split: two of the
/// three share files open it, one alone says nothing. Give each file to its custodian, keep them
/// apart, and remove them here. When two of three are lost, the archive cannot be read any more.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The first and last financial year, such as 2015-2036
    #[arg(long, value_name = "FIRST-LAST", value_parser = years)]
    years: RangeInclusive<i16>,
    /// A custodian's name; given three times
    #[arg(long, value_name = "NAME", required = true)]
    custodian: Vec<String>,
    /// Where the share files are written: not in the data folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A custodian's passphrase in a file; given three times, in the order of the custodians
    #[arg(long, value_name = "FILE")]
    share_passphrase_file: Vec<PathBuf>,
    /// Leave the notification key out: an earlier set has it
    #[arg(long)]
    without_notification: bool,
}

pub(super) fn run(globals: &Globals, args: &Args, output: &Output) -> Result<Exit, CliError> {
    let custodians: [String; SHARES] = args
        .custodian
        .clone()
        .try_into()
        .map_err(|_| CliError::usage("name three custodians: give --custodian three times"))?;
    let count = args.share_passphrase_file.len();
    if count != 0 && count != SHARES {
        return Err(CliError::usage(
            "give --share-passphrase-file three times, or not at all",
        ));
    }
    outside(&args.out, &globals.data())?;
    let mut ids = year_ids(args.years.clone());
    if !args.without_notification {
        ids.push(NOTIFICATION.to_owned());
    }
    let folder = door::folder(globals)?;
    let words = |at: usize, custodian: &str| {
        let file = args.share_passphrase_file.get(at);
        passphrase::of_share(custodian, file.map(PathBuf::as_path))
    };
    let paths = make(&folder, &ids, &custodians, &args.out, words)?;
    let names: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    output.result(&serde_json::json!({ "keys": ids, "shares": names }), || {
        format!(
            "{} keys are made; two of these three files open them:\n  {}\n\
             Give each to its custodian, keep them apart, and remove them from this machine.\n\
             Prove that they open: lethe archive test",
            ids.len(),
            names.join("\n  ")
        )
    })?;
    Ok(Exit::Done)
}

/// Makes keys, writes their shares and registers them.
pub(in crate::commands) fn make(
    folder: &Folder,
    ids: &[String],
    custodians: &[String; SHARES],
    out: &Path,
    words: impl Fn(usize, &str) -> Result<Zeroizing<String>, CliError>,
) -> Result<Vec<PathBuf>, CliError> {
    let set = generate(ids, custodians, &OsRandom)?;
    let mut texts = Vec::new();
    for (at, share) in set.shares.iter().enumerate() {
        let words = words(at, share.custodian())?;
        texts.push(share.seal(&words, share_cost())?);
    }
    let what = format!("cannot make {}", out.display());
    fs::create_dir_all(out).map_err(CliError::file(what))?;
    let paths = write_all(out, &set.shares, &texts)?;
    // Registered last: a public key whose shares were never written would lock records away.
    if let Err(error) = folder.vault.register_archive_keys(&folder.credential, &set) {
        for path in &paths {
            drop(fs::remove_file(path));
        }
        return Err(error.into());
    }
    Ok(paths)
}

fn write_all(
    out: &Path,
    shares: &[Share; SHARES],
    texts: &[String],
) -> Result<Vec<PathBuf>, CliError> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for (share, text) in shares.iter().zip(texts) {
        let path = out.join(format!("{}.lethe-share", share.custodian()));
        if let Err(error) = files::write_private(&path, text) {
            for written in &paths {
                drop(fs::remove_file(written));
            }
            return Err(error);
        }
        paths.push(path);
    }
    Ok(paths)
}

/// Returns the key ids of financial years.
pub(in crate::commands) fn year_ids(years: RangeInclusive<i16>) -> Vec<String> {
    years.map(|year| year_key_id(&year.to_string())).collect()
}

fn outside(out: &Path, data: &Path) -> Result<(), CliError> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if absolute(out).starts_with(absolute(data)) {
        return Err(CliError::usage(
            "the shares must not lie in the data folder: whoever steals it would have them too",
        ));
    }
    Ok(())
}

fn years(text: &str) -> Result<RangeInclusive<i16>, String> {
    let parse = || {
        let (first, last) = text.split_once('-')?;
        let (first, last): (i16, i16) = (first.parse().ok()?, last.parse().ok()?);
        let is_sensible = (1990..=2200).contains(&first) && first <= last && last - first < 100;
        is_sensible.then_some(first..=last)
    };
    parse().ok_or_else(|| "write the first and the last year, such as 2015-2036".to_owned())
}

/// Returns what a guess at a share's passphrase costs.
fn share_cost() -> ShareCost {
    #[cfg(debug_assertions)]
    if std::env::var_os("LETHE_TEST_KDF").is_some_and(|value| value == "cheap") {
        return ShareCost::TEST;
    }
    ShareCost::default()
}
