//! What a command prints: results to standard output, everything else to standard error.

use crate::error::CliError;
use serde::Serialize;
use std::io::{self, ErrorKind, IsTerminal, Write, stderr, stdout};

/// Where and how a command speaks.
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) colour: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            json,
            colour: stdout().is_terminal() && !no_colour,
        }
    }

    /// Prints a result: as one JSON document, or as the text that `words` makes.
    pub(crate) fn result(
        &self,
        value: &impl Serialize,
        words: impl FnOnce() -> String,
    ) -> Result<(), CliError> {
        if self.json {
            let text = serde_json::to_string_pretty(value).expect("plain data serialises");
            self.line(&text)
        } else {
            match words() {
                text if text.is_empty() => Ok(()),
                text => self.line(&text),
            }
        }
    }

    /// Prints a line (or several) to standard output.
    pub(crate) fn line(&self, text: &str) -> Result<(), CliError> {
        let mut out = stdout().lock();
        written(writeln!(out, "{text}").and_then(|()| out.flush()))
    }

    /// Tells something beside the result; silent with `--json`.
    pub(crate) fn note(&self, text: &str) {
        if !self.json {
            // Nobody is listening: nothing to be done about it.
            drop(writeln!(stderr(), "{text}"));
        }
    }

    pub(crate) fn error(&self, error: &CliError) {
        let text = if self.json {
            serde_json::json!({"error": {"code": error.code, "message": error.message}}).to_string()
        } else {
            format!("lethe: {} [{}]", error.message, error.code)
        };
        drop(writeln!(stderr(), "{text}"));
    }

    /// Returns how many columns the terminal has, 100 where there is none.
    pub(crate) fn width(&self) -> usize {
        match rustix::termios::tcgetwinsize(stdout()) {
            Ok(size) if size.ws_col > 0 => size.ws_col.into(),
            _ => 100,
        }
    }

    /// Sets a heading off on a terminal.
    pub(crate) fn bold(&self, text: &str) -> String {
        if self.colour {
            format!("\x1b[1m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// Takes a side remark back on a terminal.
    pub(crate) fn dim(&self, text: &str) -> String {
        if self.colour {
            format!("\x1b[2m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Says what became of writing to standard output. A reader that has seen enough, as `head` has, is
/// no failure.
pub(crate) fn written(result: io::Result<()>) -> Result<(), CliError> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(CliError::file("cannot write to standard output")),
    }
}
