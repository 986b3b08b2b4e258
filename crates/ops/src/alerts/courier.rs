//! The courier: beside a serving vault, a thread for each channel, so that none waits for another.

use super::Channel;
use crate::Vault;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often a channel is asked what is due.
const INTERVAL: Duration = Duration::from_secs(1);

/// The threads that deliver alerts; dropping it stops them after the delivery that is under way.
pub struct Courier {
    stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Courier {
    /// Starts it. `tell` hears in a sentence what is in the way, once until it changes.
    pub fn start(
        vault: &Arc<Vault>,
        channels: Vec<Box<dyn Channel>>,
        tell: impl Fn(&str) + Clone + Send + 'static,
    ) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let start = |channel: Box<dyn Channel>| {
            let (flag, vault, tell) = (Arc::clone(&stopping), Arc::downgrade(vault), tell.clone());
            std::thread::spawn(move || {
                let mut last_told = None;
                while !flag.load(Ordering::Relaxed) {
                    let failure = round(&vault, &*channel);
                    // A round without anything due says nothing of an earlier failure.
                    if failure.is_some() && failure != last_told {
                        tell(failure.as_deref().unwrap_or_default());
                        last_told = failure;
                    }
                    std::thread::park_timeout(INTERVAL);
                }
            })
        };
        Self {
            threads: channels.into_iter().map(start).collect(),
            stopping,
        }
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        for thread in &self.threads {
            thread.thread().unpark();
        }
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

fn round(vault: &Weak<Vault>, channel: &dyn Channel) -> Option<String> {
    let failure = match vault.upgrade()?.deliver_alerts(channel) {
        Ok(delivered) => delivered.failure?,
        Err(error) => error.to_string(),
    };
    Some(format!("alerts by {}: {failure}", channel.name()))
}
