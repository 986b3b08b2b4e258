//! `lethe key leaked`.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::http::{Body, TIMEOUT, exchange};
use crate::output::Output;
use lethe_crypto::ApiKey;
use lethe_ops::{Error, Leak};
use std::io::stdin;
use std::os::unix::net::UnixStream;
use zeroize::Zeroizing;

/// Revoke the key on standard input: it leaked
///
/// Possession is proof: no other key is needed while `lethe serve` runs. Whether the key was living is not
/// told. The operator is alerted.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(globals: &Globals, _: Args, output: &Output) -> Result<Exit, CliError> {
    let mut line = Zeroizing::new(String::new());
    stdin()
        .read_line(&mut line)
        .map_err(CliError::file("cannot read standard input"))?;
    let key = ApiKey::parse(line.trim()).map_err(Error::from)?;
    let socket = lethe_store::Folder::new(globals.data()).socket();
    match UnixStream::connect(&socket) {
        Ok(stream) => through(stream, &key)?,
        Err(_) => {
            door::vault(globals)?.report_leaked(&key, Leak::CommandLine)?;
        }
    }
    output.result(&serde_json::json!({ "revoked": true }), || {
        "if it was a living key of this vault, it is revoked".to_owned()
    })?;
    Ok(Exit::Done)
}

fn through(stream: UnixStream, key: &ApiKey) -> Result<(), CliError> {
    let body = serde_json::json!({ "key": key.expose() });
    let body = Zeroizing::new(body.to_string());
    let ask = || {
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        let body = Body::json(body.as_bytes());
        exchange(
            stream,
            "POST",
            "/v1/keys/leaked",
            Some(key.expose()),
            Some(&body),
        )
    };
    let answer = ask().map_err(CliError::file("no answer from the server"))?;
    match answer.status {
        204 => Ok(()),
        status => {
            let text = format!(
                "the server did not revoke it: it answered with status {status}; try again"
            );
            Err(CliError::new(Exit::Failure, "server-answer", text))
        }
    }
}
