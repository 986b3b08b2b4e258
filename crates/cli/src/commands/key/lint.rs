//! `lethe key lint`.

use super::lint_tree;
use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use std::ffi::OsString;

/// Find keys that lie where others can read them
///
/// Reads source trees, built bundles and the shop's own pages, and tells which keys of Lethe and of
/// well-known vendors lie in them. A key itself is never shown: only where it is, whose, and a
/// fingerprint. Needs no data folder. Exits with status 1 when a key was found or something could not
/// be read.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Read every file below a folder, or a page and the scripts of its own site
    #[arg(long, value_name = "DIR|URL", required = true, num_args = 1..)]
    tree: Vec<OsString>,
}

pub(crate) fn run(_: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    lint_tree::run(&args.tree, output)
}
