//! What holds for all states.

use crate::support::{DAY, HOUR, MINUTE, MONDAY, WEEK, brake};
use lethe_brake::{Observation, Rule, State, Verdict};
use proptest::prelude::*;

const QUOTA: u32 = 3_000;

fn observation() -> impl Strategy<Value = Observation> {
    let count = || prop_oneof![5 => 0..5_u32, 2 => 0..60_u32, 1 => 0..3_000_u32];
    (count(), count(), prop_oneof![9 => 0..2_u32, 1 => 0..60_u32]).prop_map(
        |(new_people, known_people, guesses)| Observation {
            new_people,
            known_people,
            guesses,
            people_per_day: QUOTA,
        },
    )
}

/// Steps of seconds, hours, days; now and then months.
fn step() -> impl Strategy<Value = u64> {
    prop_oneof![
        8 => 0..10 * MINUTE,
        6 => 0..5 * HOUR,
        3 => 0..3 * DAY,
        1 => 0..30 * WEEK,
    ]
}

fn history() -> impl Strategy<Value = Vec<(u64, Observation)>> {
    proptest::collection::vec((step(), observation()), 0..150)
}

/// Lives through a history, after a month of regular work if so wanted.
fn lived(history: &[(u64, Observation)], is_trained: bool) -> State {
    let brake = brake();
    let mut state = State::new(MONDAY);
    let mut now_ms = MONDAY;
    while is_trained && now_ms < MONDAY + 4 * WEEK {
        brake.observe(&mut state, now_ms, regular());
        now_ms += 10 * MINUTE;
    }
    for (step, seen) in history {
        now_ms += step;
        brake.observe(&mut state, now_ms, *seen);
    }
    state
}

fn regular() -> Observation {
    Observation {
        new_people: 4,
        known_people: 4,
        guesses: 0,
        people_per_day: QUOTA,
    }
}

fn throttle_above(state: &State, at_ms: u64, rule: Rule) -> f64 {
    let explained = brake().explain(state, at_ms);
    let counter = explained.counters.iter().find(|one| one.rule == rule);
    f64::from(counter.and_then(|one| one.throttle_above).expect("a limit"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_constant_rate_is_never_throttled(people in 1..200_u32, minutes in 1..360_u64) {
        let (brake, mut state) = (brake(), State::new(MONDAY));
        let a_day = u32::try_from(1_440 / minutes + 1).unwrap() * people;
        let seen = Observation { new_people: people, people_per_day: 3 * a_day, ..regular() };
        let mut now_ms = MONDAY + 5 * HOUR;
        while now_ms < MONDAY + 12 * WEEK {
            let verdict = brake.observe(&mut state, now_ms, seen);
            prop_assert!(verdict.severity() < 2, "{verdict:?}");
            now_ms += minutes * MINUTE;
        }
    }

    #[test]
    fn a_clock_that_goes_back_loosens_nothing(
        history in history(), is_trained: bool, back in 1..20 * WEEK, seen in observation(),
    ) {
        let (brake, state) = (brake(), lived(&history, is_trained));
        let (mut now, mut earlier) = (state.clone(), state);
        let at_ms = now.now_ms();
        let there = brake.observe(&mut now, at_ms, seen);
        let back = brake.observe(&mut earlier, at_ms.saturating_sub(back), seen);
        prop_assert_eq!(there, back);
        prop_assert_eq!(now, earlier);
    }

    #[test]
    fn more_people_or_guesses_never_give_a_calmer_verdict(
        history in history(), is_trained: bool, step in step(), seen in observation(),
        people in 0..500_u32, guesses in 0..50_u32,
    ) {
        let (brake, state) = (brake(), lived(&history, is_trained));
        let at_ms = state.now_ms() + step;
        let more = Observation {
            new_people: seen.new_people + people,
            guesses: seen.guesses + guesses,
            ..seen
        };
        let less = brake.observe(&mut state.clone(), at_ms, seen);
        let more = brake.observe(&mut state.clone(), at_ms, more);
        prop_assert!(more.severity() >= less.severity(), "{less:?} {more:?}");
        for reason in less.reasons() {
            prop_assert!(more.names(reason.rule));
        }
    }

    #[test]
    fn a_state_survives_its_bytes(history in history(), is_trained: bool) {
        let state = lived(&history, is_trained);
        prop_assert_eq!(State::from_bytes(&state.to_bytes()), Ok(state));
    }

    #[test]
    fn any_bytes_are_refused_or_make_a_state_that_works(
        bytes in proptest::collection::vec(any::<u8>(), lethe_brake::STATE_BYTES),
        seen in observation(), step in step(),
    ) {
        let mut bytes = bytes;
        bytes[0] = 1;
        // A moment and a beginning that fit, so that more than these two is tried.
        bytes[1..9].copy_from_slice(&(MONDAY + WEEK).to_le_bytes());
        bytes[9..13].copy_from_slice(&u32::try_from(MONDAY / HOUR).unwrap().to_le_bytes());
        if let Ok(mut state) = State::from_bytes(&bytes) {
            brake().observe(&mut state, MONDAY + WEEK + step, seen);
            brake().explain(&state, MONDAY + 3 * WEEK);
        }
    }

    #[test]
    fn a_refused_request_is_not_counted(history in history(), seen in observation()) {
        let mut state = lived(&history, true);
        let at_ms = state.now_ms();
        let verdict = brake().observe(&mut state, at_ms, seen);
        if let Verdict::Throttle { refused: true, .. } = verdict {
            let before = state.clone();
            brake().observe(&mut state, at_ms, seen);
            prop_assert_eq!(state, before);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whoever raises the numbers slowly moves the limits by a tenth a week at most, whatever is
    /// done in between; a floor stays a floor.
    #[test]
    fn a_baseline_cannot_be_poisoned_faster_than_its_growth(
        sizes in proptest::collection::vec(0..40_u32, 50..300), minutes in 5..120_u64,
    ) {
        let (brake, mut state) = (brake(), lived(&[], true));
        let begins_ms = state.now_ms();
        // The last learnt hour is whole.
        let rules = [Rule::Burst, Rule::Hour, Rule::Day, Rule::Guesses];
        let before = rules.map(|rule| throttle_above(&state, begins_ms + HOUR, rule));
        let usual = brake.explain(&state, begins_ms + HOUR).usual_this_hour;
        let mut now_ms = begins_ms + HOUR;
        let mut sizes = sizes.iter().cycle();
        while now_ms < begins_ms + 8 * WEEK {
            let new_people = *sizes.next().expect("a cycle");
            let seen = Observation { new_people, guesses: new_people % 3, ..regular() };
            brake.observe(&mut state, now_ms, seen);
            now_ms += minutes * MINUTE;
            if now_ms % DAY < minutes * MINUTE {
                let weeks = i32::try_from((now_ms - begins_ms) / WEEK + 1).expect("few weeks");
                let growth = 1.1_f64.powi(weeks);
                for (rule, before) in rules.iter().zip(before) {
                    let limit = throttle_above(&state, now_ms, *rule);
                    prop_assert!(limit <= before * growth + 1.0, "{rule:?}: {before} to {limit}");
                }
                let now = brake.explain(&state, now_ms).usual_this_hour;
                prop_assert!(f64::from(now) <= f64::from(usual.max(5)) * growth + 1.0);
            }
        }
    }
}
