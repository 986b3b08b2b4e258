//! The vault's alerts and the channels they leave by: neither knows the other.

use crate::error::{CliError, Exit};
use lethe_alerts::{AlertError, Notice, Settings};
use lethe_model::Clock;
use lethe_ops::AlertView;
use std::path::Path;
use std::sync::Arc;

/// A channel as the vault's courier uses it.
struct Outlet {
    channel: lethe_alerts::Channel,
    clock: Arc<dyn Clock>,
}

impl lethe_ops::Channel for Outlet {
    fn name(&self) -> &'static str {
        self.channel.name()
    }

    fn deliver(&self, alert: &AlertView) -> Result<(), String> {
        let now_s = self.clock.now().as_second();
        let told = self.channel.deliver(&notice(alert), now_s);
        told.map_err(|error| error.to_string())
    }
}

/// Makes the channels that `alerts.toml` of a data folder names.
pub(crate) fn outlets(
    data: &Path,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<Box<dyn lethe_ops::Channel>>, CliError> {
    let channels = channels(data)?.into_iter().map(|channel| {
        let clock = Arc::clone(clock);
        Box::new(Outlet { channel, clock }) as Box<dyn lethe_ops::Channel>
    });
    Ok(channels.collect())
}

/// The same, for whoever tells something else than the vault's alerts.
pub(crate) fn channels(data: &Path) -> Result<Vec<lethe_alerts::Channel>, CliError> {
    Ok(Settings::read(data)?.channels(data)?)
}

fn notice(alert: &AlertView) -> Notice {
    Notice {
        id: alert.id.clone(),
        at: alert.at.to_string(),
        times: alert.times,
        kind: alert.kind.clone(),
        severity: alert.severity.clone(),
        store: alert.store.clone(),
        credential: alert.credential.clone(),
        owner: alert.owner.clone(),
        text: alert.text.clone(),
    }
}

impl From<AlertError> for CliError {
    fn from(error: AlertError) -> Self {
        let exit = match error {
            AlertError::Settings(_) | AlertError::Secret { .. } => Exit::Usage,
            _ => Exit::Failure,
        };
        Self::new(exit, "alerts", error.to_string())
    }
}
