//! The thread that moves bytes between all connections and their servers, and how others wait for it.
//!
//! Callers are plain threads, and sometimes threads of another runtime, on which Tokio forbids to
//! block. The driver's client only exchanges messages with the connection's task, so that waiting for
//! it needs no runtime: a caller sleeps until it is woken.

use crate::StoreError;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use tokio::runtime::{Builder, Runtime};

/// The runtime of all connections of this process.
pub(super) fn runtime() -> Result<&'static Runtime, StoreError> {
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let made = RUNTIME.get_or_init(|| {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_io()
            .enable_time()
            .build();
        runtime.map_err(|error| error.to_string())
    });
    made.as_ref()
        .map_err(|error| StoreError::CannotOpen(format!("no thread for connections: {error}")))
}

/// Sleeps until `future` is ready.
pub(super) fn wait<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

/// Begins `future` and does not wait for it. What it has sent by then takes its turn before whatever
/// is sent later on the same connection.
pub(super) fn begin_only<F: Future>(future: F) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let (Poll::Ready(_) | Poll::Pending) = future.as_mut().poll(&mut context);
}

/// Begins all of `futures` in their order, then waits for all: each request is sent before the first
/// answer is looked at.
pub(super) fn wait_for_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    enum Slot<F: Future> {
        Open(Pin<Box<F>>),
        Done(F::Output),
    }
    impl<F: Future> Unpin for Slot<F> {}
    let mut slots: Vec<Slot<F>> = futures.map(|one| Slot::Open(Box::pin(one))).collect();
    // Answers come in the order of requests: what is before this place is done.
    let mut answered = 0;
    let mut begun = false;
    wait(std::future::poll_fn(|context| {
        for slot in slots.iter_mut().skip(answered) {
            let Slot::Open(future) = slot else { continue };
            match future.as_mut().poll(context) {
                Poll::Ready(output) => *slot = Slot::Done(output),
                Poll::Pending if begun => break,
                Poll::Pending => {}
            }
        }
        begun = true;
        let is_done = |slot: &&Slot<F>| matches!(slot, Slot::Done(_));
        answered += slots.iter().skip(answered).take_while(is_done).count();
        if answered == slots.len() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }));
    let outputs = slots.into_iter().filter_map(|slot| match slot {
        Slot::Done(output) => Some(output),
        Slot::Open(_) => None,
    });
    outputs.collect()
}
