//! Beside a serving vault: a thread that submits each new checkpoint.

use super::{Round, Submit, WitnessSettings};
use crate::Vault;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the head is looked at, as often as it is published.
const INTERVAL: Duration = Duration::from_secs(1);

/// The thread; dropping it stops it after the round that is under way.
pub struct Witnessing {
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Witnessing {
    /// Starts it. `tell` hears in a sentence what is in the way, once until it changes.
    pub fn start(
        vault: &Arc<Vault>,
        settings: WitnessSettings,
        transport: Box<dyn Submit>,
        tell: impl Fn(&str) + Send + 'static,
    ) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let (flag, weak) = (Arc::clone(&stopping), Arc::downgrade(vault));
        let mut round = Round::new(&settings, vault.around.clock.now_ms());
        let thread = std::thread::spawn(move || {
            let mut last_told = None;
            while !flag.load(Ordering::Relaxed) {
                if let Some(vault) = weak.upgrade() {
                    let failure = vault
                        .witness_round(&settings, &*transport, &mut round)
                        .err();
                    let failure = failure.map(|error| format!("witnesses: {error}"));
                    if let Some(why) = failure.as_ref().filter(|_| failure != last_told) {
                        tell(why);
                    }
                    last_told = failure;
                }
                std::thread::park_timeout(INTERVAL);
            }
        });
        Self {
            stopping,
            thread: Some(thread),
        }
    }
}

impl Drop for Witnessing {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            drop(thread.join());
        }
    }
}
