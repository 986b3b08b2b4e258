//! The intake lane: orders that arrive one by one through the API share batches, and so flushes.

use super::{BatchItem, Intake, IntakeOutcome};
use crate::Error;
use lethe_keeper::{Credential, Refusal};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

/// Orders that share one batch at most: it must not hold up those behind it.
const BATCH_MAX: usize = 500;
/// Deliveries that may wait; more are told to come back.
const QUEUE_MAX: usize = 1_024;

type Answer = Result<Vec<IntakeOutcome>, Error>;

/// One delivery: some prepared orders of one caller.
struct Delivery {
    credential: Arc<Credential>,
    items: Vec<BatchItem>,
    reply: SyncSender<Answer>,
}

/// The lane's entrance.
pub(crate) struct IntakeLane {
    deliveries: Option<SyncSender<Delivery>>,
    thread: Option<JoinHandle<()>>,
}

impl IntakeLane {
    pub(crate) fn start(intake: Arc<Intake>) -> Self {
        let (deliveries, waiting) = sync_channel(QUEUE_MAX);
        let thread = std::thread::spawn(move || run(&intake, &waiting));
        Self {
            deliveries: Some(deliveries),
            thread: Some(thread),
        }
    }

    /// Takes in a delivery together with others that wait, and returns when it is durable.
    pub(crate) fn take(
        &self,
        credential: &Arc<Credential>,
        items: Vec<BatchItem>,
    ) -> Result<Vec<IntakeOutcome>, Error> {
        let (reply, answer) = sync_channel(1);
        let delivery = Delivery {
            credential: Arc::clone(credential),
            items,
            reply,
        };
        let deliveries = self.deliveries.as_ref().ok_or(Error::ShuttingDown)?;
        match deliveries.try_send(delivery) {
            Ok(()) => answer.recv().map_err(|_| Error::ShuttingDown)?,
            Err(TrySendError::Full(_)) => Err(Error::Busy),
            Err(TrySendError::Disconnected(_)) => Err(Error::ShuttingDown),
        }
    }
}

impl Drop for IntakeLane {
    fn drop(&mut self) {
        drop(self.deliveries.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn run(intake: &Intake, waiting: &Receiver<Delivery>) {
    let mut next = waiting.recv().ok();
    while let Some(first) = next.take() {
        let credential = Arc::clone(&first.credential);
        let mut items = Vec::new();
        let mut shares = Vec::new();
        let mut current = Some(first);
        while let Some(delivery) = current.take() {
            let other = &delivery.credential;
            let is_same = other.id == credential.id && other.derived == credential.derived;
            if !is_same || items.len() >= BATCH_MAX {
                // Another caller's, or one too many: the log names one credential per batch. A derived
                // key has its parent's id, and may not be let in by its parent's grant.
                next = Some(delivery);
                break;
            }
            shares.push((delivery.items.len(), delivery.reply));
            items.extend(delivery.items);
            current = waiting.try_recv().ok();
        }
        let outcome = intake.take(&credential, items, None);
        share_out(outcome, shares);
        if next.is_none() {
            next = waiting.recv().ok();
        }
    }
}

/// Gives each delivery its own outcomes. Whoever no longer waits has lost nothing: it is stored.
fn share_out(outcome: Result<Vec<IntakeOutcome>, Error>, shares: Vec<(usize, SyncSender<Answer>)>) {
    match outcome {
        Ok(outcomes) => {
            let mut outcomes = outcomes.into_iter();
            for (count, reply) in shares {
                drop(reply.send(Ok(outcomes.by_ref().take(count).collect())));
            }
        }
        Err(Error::Refused(refusal)) => {
            for (_, reply) in shares {
                drop(reply.send(Err(refusal.clone().into())));
            }
        }
        Err(error) => {
            let refusal = Refusal::KeyringUnavailable(error.to_string());
            for (_, reply) in shares {
                drop(reply.send(Err(refusal.clone().into())));
            }
        }
    }
}
