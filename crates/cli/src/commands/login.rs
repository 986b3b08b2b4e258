//! `lethe login`.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::password;
use crate::session;
use serde::Deserialize;
use serde_json::json;

/// Log in to the folder's server: commands act as you until you log out
///
/// Takes the password and a code of the authenticator app, or a recovery code. The session is kept in a
/// file that only you can read; it ends after 8 hours, after 30 minutes without a command, or with
/// `lethe logout`. An API key given with `--key-file` or `LETHE_KEY` goes before it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Your name
    name: String,
    /// Read the password and, on the next line, the code from standard input
    #[arg(long)]
    password_stdin: bool,
}

/// What is read of the server's answer.
#[derive(Deserialize)]
struct Answer {
    session: String,
    device: String,
    ends_at_ms: i64,
    name: String,
    role: String,
    recovery_codes_left: usize,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let data = globals.data();
    let server = door::server(globals, None)?;
    let (password, code) = password::read_login(args.password_stdin)?;
    let is_of_app = code.bytes().filter(u8::is_ascii_digit).count() == 6
        && code.bytes().all(|b| b.is_ascii_digit() || b == b' ');
    let member = if is_of_app { "code" } else { "recovery_code" };
    let mut body = json!({ "name": args.name, "password": *password, member: *code });
    if let Some(device) = session::read_device(&data) {
        body["device"] = device.as_str().into();
    }
    if let Some(store) = &globals.store {
        body["store"] = store.as_str().into();
    }
    let answer: Answer = server.post("/v1/login", &body)?;
    session::write(&data, &answer.session)?;
    session::write_device(&data, &answer.device)?;
    let shown = json!({
        "name": answer.name, "role": answer.role, "ends_at_ms": answer.ends_at_ms,
        "recovery_codes_left": answer.recovery_codes_left,
    });
    output.result(&shown, || {
        let ends = expiry::show(answer.ends_at_ms);
        format!(
            "{} is logged in as {} until {ends}.",
            answer.name, answer.role
        )
    })?;
    if !is_of_app {
        output.note(&format!(
            "{} recovery codes are left. If the app is lost, have the operator run `lethe staff reset {}`.",
            answer.recovery_codes_left, answer.name
        ));
    }
    Ok(Exit::Done)
}
