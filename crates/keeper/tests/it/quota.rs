//! The quota over any history, judged by the log alone.

use crate::fixture::Fixture;
use lethe_keeper::log::ActKind;
use lethe_keeper::{Refusal, WINDOW_MS};
use proptest::prelude::*;
use std::collections::BTreeSet;

const QUOTA: u32 = 4;
const PEOPLE: u8 = 8;

#[derive(Debug, Clone)]
enum Step {
    Admit(Vec<usize>),
    Guess,
    Restart,
    Clock(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let people = proptest::collection::vec(0..usize::from(PEOPLE), 1..4);
    let step = prop_oneof![
        8 => people.prop_map(Step::Admit),
        2 => Just(Step::Guess),
        1 => Just(Step::Restart),
        // Forward mostly; a clock that goes back must open nothing.
        5 => (1i64..14).prop_map(Step::Clock),
        1 => (-30i64..0).prop_map(Step::Clock),
    ];
    proptest::collection::vec(step, 1..60)
}

/// One granted act, as the log tells it.
struct Met {
    at_ms: u64,
    people: Vec<u64>,
    guesses: u64,
}

fn met(fixture: &Fixture) -> Vec<Met> {
    let mut met = Vec::new();
    let mut next = 0;
    let read = fixture.keeper().history().each_from(0, |act| {
        assert_eq!(act.entry.index, next, "an entry is missing or repeated");
        next += 1;
        let is_metered = matches!(act.public.act, ActKind::Reveal | ActKind::Find);
        if is_metered && act.public.denied.is_none() {
            met.push(Met {
                at_ms: act.entry.at_ms,
                people: act
                    .body
                    .commitments
                    .iter()
                    .map(|one| one.number.0)
                    .collect(),
                guesses: act.public.misses,
            });
        }
        true
    });
    read.unwrap();
    assert_eq!(next, fixture.keeper().log_size());
    assert!(
        met.is_sorted_by_key(|one| one.at_ms),
        "time ran back in the log"
    );
    met
}

/// Returns the most people met, and guesses made, in any 24 hours.
fn most_in_a_window(met: &[Met]) -> u64 {
    let ends = met.iter().enumerate().map(|(at, end)| {
        let begins = met.partition_point(|one| one.at_ms + WINDOW_MS <= end.at_ms);
        let window = &met[begins..=at];
        let people: BTreeSet<u64> = window.iter().flat_map(|one| one.people.clone()).collect();
        people.len() as u64 + window.iter().map(|one| one.guesses).sum::<u64>()
    });
    ends.max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn in_no_24_hours_are_more_people_met_than_the_quota_allows(steps in steps()) {
        let mut fixture = Fixture::new(QUOTA);
        let records = fixture.people(PEOPLE);
        for step in steps {
            let answer = match step {
                Step::Admit(people) => {
                    let people: BTreeSet<_> = people.iter().map(|at| records[*at].subject).collect();
                    let people: Vec<_> = people.into_iter().collect();
                    fixture.admit(&people)
                }
                Step::Guess => fixture.guess(),
                Step::Restart => {
                    fixture.restart();
                    continue;
                }
                Step::Clock(hours) => {
                    fixture.clock.advance_hours(hours);
                    continue;
                }
            };
            let is_expected = matches!(answer, Ok(_) | Err(Refusal::Quota { .. }));
            prop_assert!(is_expected, "{:?}", answer);
            prop_assert!(fixture.keeper().quota_used(&fixture.operator())[1] <= u64::from(QUOTA));
        }
        prop_assert!(most_in_a_window(&met(&fixture)) <= u64::from(QUOTA));
    }
}

#[test]
fn somebody_read_again_counts_from_the_last_time() {
    let fixture = Fixture::new(1);
    let records = fixture.people(2);
    let (ada, bob) = ([records[0].subject], [records[1].subject]);
    fixture.admit(&ada).unwrap();
    fixture.clock.advance_hours(23);
    fixture.admit(&ada).unwrap();
    fixture.clock.advance_hours(2);
    // Ada was read two hours ago: whoever reads Bob now has met two people in two hours.
    assert!(matches!(fixture.admit(&bob), Err(Refusal::Quota { .. })));
    fixture.clock.advance_hours(23);
    fixture.admit(&bob).unwrap();
}
