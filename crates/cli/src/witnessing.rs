//! The vault's log and the witnesses it is shown to: how they are reached.

use crate::alerting;
use crate::error::CliError;
use crate::surroundings::SystemClock;
use lethe_model::Clock;
use lethe_ops::{Error, Submit, Vault, WitnessSettings, Witnessing};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;

/// How long a witness may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer in bytes: a hundred signature lines fit.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Witnesses over HTTP.
struct Http(Agent);

impl Http {
    fn new() -> Self {
        Self(lethe_alerts::agent("lethe-witnessed", TIMEOUT))
    }
}

impl Submit for Http {
    fn add_checkpoint(&self, url: &str, body: &str) -> Result<(u16, String), String> {
        let failed = |error: ureq::Error| format!("it cannot be reached: {error}");
        let request = self.0.post(format!("{url}/add-checkpoint"));
        let mut answer = request.send(body).map_err(failed)?;
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
        let text = text.read_to_string().map_err(failed)?;
        Ok((answer.status().as_u16(), text))
    }
}

/// Asks the witnesses of a data folder what they know, before anything is served; what is in the way
/// of some of them goes to standard error.
pub(crate) fn ask(vault: &Vault, data: &Path) -> Result<(), CliError> {
    let Some(settings) = WitnessSettings::read(data)? else {
        return Ok(());
    };
    match vault.ask_witnesses(&settings, &Http::new()) {
        Ok(failed) => {
            failed.iter().for_each(|why| eprintln!("lethe: {why}"));
            Ok(())
        }
        Err(error) => {
            if matches!(error, Error::LogRolledBack) {
                tell_now(vault, data)?;
            }
            Err(error.into())
        }
    }
}

/// Delivers alerts at once: nobody serves, so no courier does.
fn tell_now(vault: &Vault, data: &Path) -> Result<(), CliError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    for channel in alerting::outlets(data, &clock)? {
        let told = vault.deliver_alerts(&*channel)?;
        if let Some(why) = told.failure {
            eprintln!("lethe: alerts by {}: {why}", channel.name());
        }
    }
    Ok(())
}

/// Submits each new checkpoint for as long as what this returns lives; `None` without witnesses.
pub(crate) fn start(vault: &Arc<Vault>, data: &Path) -> Result<Option<Witnessing>, CliError> {
    let Some(settings) = WitnessSettings::read(data)? else {
        return Ok(None);
    };
    let tell = |said: &str| eprintln!("lethe: {said}");
    let transport = Box::new(Http::new());
    Ok(Some(Witnessing::start(vault, settings, transport, tell)))
}

/// Fetches what a witness has cosigned last.
pub(crate) fn fetch(url: &str) -> Result<String, CliError> {
    let failed = |why: String| CliError::usage(format!("{url} cannot be had: {why}"));
    let answer = Http::new().0.get(url).call();
    let mut answer = answer.map_err(|error| failed(error.to_string()))?;
    if !answer.status().is_success() {
        return Err(failed(format!("it answers {}", answer.status().as_u16())));
    }
    let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    text.read_to_string()
        .map_err(|error| failed(error.to_string()))
}
