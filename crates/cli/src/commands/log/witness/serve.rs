//! `lethe log witness serve`: a witness as a process of its own.

use crate::commands::serve::stop_signal;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::surroundings::SystemClock;
use lethe_model::Clock;
use lethe_witness::Witness;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Cosign checkpoints of these logs, as long as each only ever grows (C2SP tlog-witness)
///
/// Opens no vault. It speaks HTTP: put a proxy with TLS before it where others listen on the way.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The witness's folder
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7312")]
    listen: SocketAddr,
    /// The verifier key of a log, as `lethe status` of its vault shows it; may be given several times
    #[arg(long = "log", value_name = "VKEY", required = true)]
    logs: Vec<String>,
}

pub(crate) fn run(args: Args, output: &Output) -> Result<Exit, CliError> {
    let witness = Arc::new(Witness::open(&args.dir, &args.logs)?);
    let runtime = tokio::runtime::Runtime::new()
        .map_err(CliError::file("cannot start the threads of the witness"))?;
    runtime.block_on(async {
        let what = format!("cannot listen on {}", args.listen);
        let listener = TcpListener::bind(args.listen).await;
        let listener = listener.map_err(CliError::file(what.clone()))?;
        let address = listener.local_addr().map_err(CliError::file(what))?;
        let key = witness.verifier_key().to_string();
        if output.json {
            let value =
                serde_json::json!({ "witnessing": format!("http://{address}"), "key": key });
            output.line(&value.to_string())?;
        } else {
            output.line(&format!(
                "Witnessing on http://{address} as {key}\nCtrl-C stops it."
            ))?;
        }
        let now_s = || u64::try_from(SystemClock.now().as_second()).unwrap_or(0);
        lethe_witness::serve(witness, Arc::new(now_s), listener, stop_signal()).await;
        Ok(Exit::Done)
    })
}
