//! Work that needs no database, on all cores but one: sealing to the archive's keys, signing
//! receipts. The one that is left serves whoever is waiting for an answer meanwhile.

use std::thread;

/// Fewer items than this are not worth a thread.
const WORTH_A_THREAD: usize = 16;

/// Applies `work` to every item; the order stays.
pub(crate) fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.saturating_sub(1).max(1);
    let share = items.len().div_ceil(threads).max(WORTH_A_THREAD);
    if items.len() <= share {
        return items.into_iter().map(work).collect();
    }
    let mut shares = Vec::new();
    let mut items = items.into_iter();
    loop {
        let next: Vec<T> = items.by_ref().take(share).collect();
        if next.is_empty() {
            break;
        }
        shares.push(next);
    }
    let work = &work;
    thread::scope(|scope| {
        let running: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || share.into_iter().map(work).collect::<Vec<R>>()))
            .collect();
        running
            .into_iter()
            .flat_map(|thread| match thread.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn everything_is_done_once_and_in_order() {
        for length in [0, 1, 15, 16, 17, 1_000] {
            let doubled = super::map((0..length).collect(), |n: usize| n * 2);
            assert_eq!(doubled, (0..length).map(|n| n * 2).collect::<Vec<_>>());
        }
    }
}
