//! Subject numbers: each is given out once. The log names people by them for ever, so a number that
//! was erased, or announced in an act that never began, must not become somebody else's.

use crate::{Keeper, Refusal};
use lethe_model::SubjectNumber;
use lethe_store::StoreError;
use lethe_store::keyring::counters::{self, SUBJECT_NUMBERS};
use std::sync::PoisonError;

/// Numbers set aside at once at least: a crash loses what is left of them, and nothing else.
const BLOCK: u64 = 1_000;

/// Which numbers may be given out.
pub(crate) struct Numbers {
    next: u64,
    set_aside: u64,
}

impl Numbers {
    /// Goes on behind the mark that the keyring holds.
    pub(crate) fn after(mark: u64) -> Self {
        Self {
            next: mark + 1,
            set_aside: mark,
        }
    }
}

impl Keeper {
    /// Gives out `count` numbers. The keyring's mark is raised durably before the first is used.
    pub(crate) fn new_subject_numbers(
        &self,
        count: u64,
    ) -> Result<impl Iterator<Item = SubjectNumber> + use<>, Refusal> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let end = numbers.next + count;
        if count > 0 && end - 1 > numbers.set_aside {
            // Another vault may have set some aside meanwhile: what is left here is given up then.
            let size = count.max(BLOCK);
            let add = |tx: &lethe_store::Tx<'_>| counters::add(tx, SUBJECT_NUMBERS, size);
            numbers.set_aside = self.writer().write_in_turn::<_, StoreError>(add)?;
            numbers.next = numbers.set_aside + 1 - size;
        }
        let given = numbers.next..numbers.next + count;
        numbers.next += count;
        Ok(given.map(SubjectNumber))
    }
}
