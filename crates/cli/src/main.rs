//! The binary `lethe`: the customer database that forgets, from the command line.
//!
//! One subcommand is one file under `commands`. Everything that touches personal data goes through
//! the operations, on the folder itself or on the server that holds it.

mod alerting;
mod args;
mod chart;
mod commands;
mod confirm;
mod door;
mod error;
mod expiry;
mod files;
mod http;
mod output;
mod passphrase;
mod password;
mod servers;
mod session;
mod surroundings;
mod table;
mod target;
mod text;
mod views;
mod witnessing;

use args::Cli;
use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use error::{CliError, Exit};
use output::Output;
use rustix::process::{Resource, Rlimit};
use std::process::ExitCode;

fn main() -> ExitCode {
    // The root key is in this process's memory: a crash must not write it to a core file. Where the
    // limit cannot be set there is none to fear either.
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = rustix::process::setrlimit(Resource::Core, none);
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(error),
    };
    let output = Output::new(cli.globals.json);
    let exit = match commands::run(cli, &output) {
        Ok(exit) => exit,
        Err(error) => {
            output.error(&error);
            error.exit
        }
    };
    exit.into()
}

/// Reports a command line that cannot be read, without the value that was put in a wrong place.
fn usage(mut error: clap::Error) -> ExitCode {
    let is_help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidArg)
        && error.kind() == ErrorKind::UnknownArgument
        && !given.starts_with('-')
    {
        // It may be somebody's e-mail address, and standard error ends up in logs.
        let hidden = ContextValue::String("(value)".to_owned());
        error.insert(ContextKind::InvalidArg, hidden);
        error.remove(ContextKind::Suggested);
    }
    if !is_help && std::env::args_os().any(|arg| arg == "--json") {
        let text = error.to_string();
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let first = text.lines().next().unwrap_or_default();
        Output::new(true).error(&CliError::usage(first));
        return Exit::Usage.into();
    }
    // Writing to a closed terminal is nobody's error.
    drop(error.print());
    if is_help && error.exit_code() == 0 {
        Exit::Done.into()
    } else {
        Exit::Usage.into()
    }
}
