//! Asking before something that cannot be undone.

use crate::error::{CliError, Exit};
use std::io::{IsTerminal, stderr, stdin};

/// Asks a person to type `wanted`; without a terminal the option named in `instead` is needed.
pub(crate) fn typed(about: &str, wanted: &str, instead: &str) -> Result<(), CliError> {
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(not_confirmed(format!(
            "{about}: confirm it on a terminal, or give {instead}"
        )));
    }
    eprint!("{about}. Type `{wanted}` to go on: ");
    let mut text = String::new();
    stdin()
        .read_line(&mut text)
        .map_err(CliError::file("cannot read the terminal"))?;
    if text.trim() == wanted {
        Ok(())
    } else {
        Err(not_confirmed("not confirmed: nothing was changed"))
    }
}

fn not_confirmed(text: impl Into<String>) -> CliError {
    CliError::new(Exit::Usage, "not-confirmed", text)
}
