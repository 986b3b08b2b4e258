//! The courier: beside a serving vault, a thread for each channel, so that none waits for another.

use super::Channel;
use crate::Vault;
use lethe_store::SharedLock;
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
                    match round(&vault, &*channel) {
                        Round::Idle => (),
                        Round::Delivered => last_told = None,
                        Round::Failed(why) if last_told.as_ref() == Some(&why) => (),
                        Round::Failed(why) => {
                            tell(&why);
                            last_told = Some(why);
                        }
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

/// What became of a channel's round.
enum Round {
    Idle,
    Delivered,
    Failed(String),
}

fn round(vault: &Weak<Vault>, channel: &dyn Channel) -> Round {
    let Some(vault) = vault.upgrade() else {
        return Round::Idle;
    };
    let claim = match vault.claim(SharedLock::Courier) {
        Ok(Some(claim)) => claim,
        Ok(None) => return Round::Idle,
        Err(error) => return Round::Failed(format!("alerts by {}: {error}", channel.name())),
    };
    let delivered = vault.deliver_alerts(channel);
    drop(claim);
    let failure = match delivered {
        Ok(delivered) => match delivered.failure {
            Some(failure) => failure,
            None if delivered.done > 0 => return Round::Delivered,
            None => return Round::Idle,
        },
        Err(error) => error.to_string(),
    };
    Round::Failed(format!("alerts by {}: {failure}", channel.name()))
}
