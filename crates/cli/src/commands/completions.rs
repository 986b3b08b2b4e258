//! `lethe completions`: for the shell.

use crate::args::{Cli, Globals};
use crate::error::{CliError, Exit};
use crate::output::{Output, written};
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;

/// Print a completion script for a shell
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which shell
    shell: Shell,
}

pub(crate) fn run(_: &Globals, args: Args, _: &Output) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "lethe", &mut script);
    written(std::io::stdout().write_all(&script))?;
    Ok(Exit::Done)
}
