//! The command line: global options and the list of subcommands.

use crate::commands::Command;
use clap::Parser;
use std::path::{Path, PathBuf};

/// The customer database that forgets: personal data sealed, every reveal in the log first.
#[derive(Parser)]
#[command(
    name = "lethe",
    version,
    propagate_version = false,
    max_term_width = 100
)]
#[command(after_help = "Run `lethe demo` for a tour on invented data, `lethe init` to begin.")]
#[command(disable_help_subcommand = true, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command understands.
#[derive(clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    // Not clap's own `env` and `default_value`: `demo` goes by what this command line says alone.
    #[arg(long, value_name = "DIR", global = true)]
    #[arg(help = "The data folder [env: LETHE_DATA] [default: ./lethe-data]")]
    pub(crate) data: Option<PathBuf>,
    /// Print one JSON document instead of text, errors too
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Read the passphrase from a file instead of asking
    #[arg(long, value_name = "FILE", global = true)]
    #[arg(env = "LETHE_PASSPHRASE_FILE", hide_env_values = true)]
    pub(crate) passphrase_file: Option<PathBuf>,
    // The key itself may be in the environment, never an option: all processes see options.
    #[arg(long, value_name = "FILE", global = true)]
    #[arg(help = "Act with the API key in this file, not as the operator [env: LETHE_KEY, a key]")]
    pub(crate) key_file: Option<PathBuf>,
    /// Which shop, when the installation has several
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) store: Option<String>,
}

impl Globals {
    /// Returns the data folder: the option, the environment, or `lethe-data` here.
    pub(crate) fn data(&self) -> PathBuf {
        let named = self.data.clone();
        let named = named.or_else(|| std::env::var_os("LETHE_DATA").map(PathBuf::from));
        named.unwrap_or_else(|| PathBuf::from("lethe-data"))
    }

    /// Returns the folder only if this command line names it: `demo` must not meet real data
    /// because of a variable set long ago.
    pub(crate) fn data_named_here(&self) -> Option<&Path> {
        self.data.as_deref()
    }
}

/// Parses a purpose.
pub(crate) fn purpose(text: &str) -> Result<lethe_model::Purpose, lethe_model::UnknownPurpose> {
    lethe_model::Purpose::parse(text)
}

/// Parses one field reference.
pub(crate) fn field(text: &str) -> Result<lethe_model::Field, lethe_model::UnknownField> {
    lethe_model::Field::parse(text)
}

/// Parses one power.
pub(crate) fn power(text: &str) -> Result<lethe_model::Power, &'static str> {
    lethe_model::Power::parse(text).ok_or(
        "no such power; use one of reveal, list, intake, keys, audit, approve, erase, retention",
    )
}

/// Parses one state of an order.
pub(crate) fn order_state(text: &str) -> Result<lethe_model::OrderState, &'static str> {
    lethe_model::OrderState::parse(text)
        .ok_or("no such state; use one of unshipped, shipped, cancelled, account")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_does_not_contradict_itself() {
        Cli::command().debug_assert();
    }
}
