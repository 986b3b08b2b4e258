//! Where passwords and codes of people come from: a terminal, or standard input. Never an argument,
//! which every process on the machine can read.

use crate::error::{CliError, Exit};
use lethe_ops::Password;
use std::io::{BufRead, IsTerminal, Read, stderr, stdin};
use zeroize::Zeroizing;

/// Nobody's password and code are longer, together.
const INPUT_BYTES_MAX: u64 = 4 * 1024;

/// Reads a new password; a person types it twice.
pub(crate) fn read_new(name: &str, from_stdin: bool) -> Result<Password, CliError> {
    if from_stdin {
        return Ok(Password::new(&line(&mut input())?));
    }
    let first = ask(&format!(
        "New password of {name} (at least 12 characters): "
    ))?;
    let second = ask("The same again: ")?;
    if *first == *second {
        Ok(Password::new(&first))
    } else {
        let text = "the two passwords differ: nothing was changed, start again";
        Err(CliError::usage(text))
    }
}

/// Reads what a login takes: the password, and the code on a line of its own.
pub(crate) fn read_login(
    from_stdin: bool,
) -> Result<(Zeroizing<String>, Zeroizing<String>), CliError> {
    if from_stdin {
        let mut input = input();
        return Ok((line(&mut input)?, line(&mut input)?));
    }
    let password = ask("Password: ")?;
    let code = ask("Code of the app, or a recovery code: ")?;
    Ok((password, code))
}

fn input() -> impl BufRead {
    std::io::BufReader::new(stdin().lock().take(INPUT_BYTES_MAX))
}

fn line(input: &mut impl BufRead) -> Result<Zeroizing<String>, CliError> {
    let mut line = Zeroizing::new(String::new());
    let read = input.read_line(&mut line);
    read.map_err(CliError::file("cannot read standard input"))?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    match line.is_empty() {
        false => Ok(line),
        true => Err(CliError::usage(
            "standard input ended too early: --password-stdin takes the password on the first line, \
             and `lethe login` the code on the second",
        )),
    }
}

fn ask(prompt: &str) -> Result<Zeroizing<String>, CliError> {
    let missing = || {
        let text = "there is no terminal to ask for the password: give it with --password-stdin";
        CliError::new(Exit::Usage, "password-missing", text)
    };
    if !stderr().is_terminal() {
        return Err(missing());
    }
    rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .map_err(|_| missing())
}
