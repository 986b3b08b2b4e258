//! `lethe logout`.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::session;

/// Log out: the session ends, here and in the server
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(globals: &Globals, _: Args, output: &Output) -> Result<Exit, CliError> {
    let data = globals.data();
    let Some(held) = session::read(&data) else {
        let text = "nobody is logged in here";
        return Err(CliError::new(Exit::NotFound, "not-logged-in", text));
    };
    // Forgotten first: whatever the server says, it is over here.
    session::remove(&data)?;
    match door::server(globals, Some(held)) {
        Err(error) if error.code == "no-server" => (),
        Err(error) => return Err(error),
        Ok(server) => match server.send("POST", "/v1/logout", None) {
            Err(error) if error.code != "session-over" => return Err(error),
            _ => (),
        },
    }
    output.result(&serde_json::json!({ "logged_out": true }), || {
        "Logged out.".to_owned()
    })?;
    Ok(Exit::Done)
}
