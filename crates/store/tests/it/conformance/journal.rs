//! The journal.

use super::{get, put};
use lethe_store::Database;
use lethe_store::journal::chunks::{self, Chunk};
use lethe_store::journal::{origins, turns};

pub(super) const SENTENCES: &[fn(&mut Database)] = &[
    each_turn_has_the_next_number,
    a_log_is_given_to_one_holder_under_a_higher_lease_each_time,
    only_the_holder_says_that_it_lives,
    only_the_holder_appends,
    chunks_come_back_in_the_order_of_turns_and_of_bytes,
];

fn chunk(origin: &str, segment: i64, at: i64, turn: i64) -> Chunk {
    Chunk {
        origin: origin.to_owned(),
        segment,
        at,
        turn,
        bytes: vec![0, 255, 7],
    }
}

fn each_turn_has_the_next_number(db: &mut Database) {
    assert_eq!(get(db, turns::last), 0);
    let taken = [put(db, turns::take), put(db, turns::take)];
    assert_eq!(taken, [1, 2]);
    assert_eq!(get(db, turns::last), 2);
}

fn a_log_is_given_to_one_holder_under_a_higher_lease_each_time(db: &mut Database) {
    put(db, |tx| origins::insert(tx, "b"));
    put(db, |tx| origins::insert(tx, "a"));
    assert!(put(db, |tx| origins::claim(tx, "a", 0, "one")));
    assert!(!put(db, |tx| origins::claim(tx, "a", 0, "other")));
    // What is known already is left as it is.
    put(db, |tx| origins::insert(tx, "a"));
    let all = get(db, origins::list);
    let known: Vec<_> = all
        .iter()
        .map(|one| (one.name.as_str(), one.holder.as_str(), one.lease))
        .collect();
    assert_eq!(known, [("a", "one", 1), ("b", "", 0)]);
}

fn only_the_holder_says_that_it_lives(db: &mut Database) {
    assert!(put(db, |tx| origins::beat(tx, "a", "one", 1, "signed")));
    assert!(!put(db, |tx| origins::beat(tx, "a", "one", 0, "forged")));
    assert!(!put(db, |tx| origins::beat(tx, "a", "other", 1, "forged")));
    let all = get(db, origins::list);
    assert_eq!((all[0].beat, all[0].checkpoint.as_str()), (2, "signed"));
}

fn only_the_holder_appends(db: &mut Database) {
    let first = chunk("a", 0, 0, 3);
    assert!(put(db, |tx| chunks::append(tx, &first, "one", 1)));
    let late = chunk("a", 0, 3, 4);
    assert!(!put(db, |tx| chunks::append(tx, &late, "one", 0)));
    assert!(!put(db, |tx| chunks::append(tx, &late, "other", 1)));
    // Nobody writes over what is there.
    assert!(db.write(|tx| chunks::append(tx, &first, "one", 1)).is_err());
    put(db, |tx| {
        chunks::append_shared(tx, &chunk(origins::LEDGER, 0, 0, 4))
    });
}

fn chunks_come_back_in_the_order_of_turns_and_of_bytes(db: &mut Database) {
    for (segment, at, turn) in [(9, 0, 6), (0, 3, 5)] {
        let chunk = chunk("a", segment, at, turn);
        assert!(put(db, |tx| chunks::append(tx, &chunk, "one", 1)));
    }
    let later = get(db, |tx| chunks::since(tx, 3, 2));
    assert_eq!(later.iter().map(|one| one.turn).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(get(db, |tx| chunks::segments(tx, "a")), [0, 9]);
    let bytes = get(db, |tx| chunks::of_segment(tx, "a", 0, 1, 9));
    assert_eq!(bytes, [chunk("a", 0, 3, 5)]);
}
