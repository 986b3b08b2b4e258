//! What a throttle does, how it ends, and what a person's word changes.

use crate::support::{DAY, HOUR, MINUTE, Office, people, people_of_one};
use lethe_brake::{BrakeSettings, Observation, Rule, State, Verdict, Vouched};

#[test]
fn a_throttled_credential_goes_on_at_its_usual_pace_until_the_same_time_tomorrow() {
    let mut office = Office::after_eight_weeks();
    let ten = office.monday + 10 * HOUR;
    let (_, verdict) = office.until(2, ten, 1_000);
    let Verdict::Throttle {
        until_ms,
        people_per_hour,
        ..
    } = verdict
    else {
        panic!("not throttled");
    };
    assert_eq!(people_per_hour, 20);
    assert_eq!(until_ms, ten + 30_000 + DAY);
    let next: Vec<Verdict> = (0..30)
        .map(|_| office.see(ten + HOUR, people_of_one()))
        .collect();
    assert_eq!(next.iter().filter(|one| !one.is_refused()).count(), 20);
    assert!(
        next.iter()
            .all(|one| one.names(Rule::Burst) && !one.is_alert())
    );
    assert_eq!(office.see(until_ms, people_of_one()), Verdict::Calm);
}

#[test]
fn people_met_before_may_be_read_while_throttled() {
    let mut office = Office::after_eight_weeks();
    let ten = office.monday + 10 * HOUR;
    office.until(2, ten, 1_000);
    let known = Observation {
        known_people: 5,
        ..Observation::default()
    };
    let verdict = office.see(ten + MINUTE, known);
    assert_eq!((verdict.severity(), verdict.is_refused()), (2, false));
}

#[test]
fn refused_requests_change_no_count() {
    let mut office = Office::after_eight_weeks();
    let ten = office.monday + 10 * HOUR;
    office.until(2, ten, 1_000);
    let before = office.state.clone();
    assert!(office.see(ten + 31_000, people(1_000)).is_refused());
    let mut after = office.state.clone();
    // Only the moment moved.
    let mut before = before;
    for state in [&mut before, &mut after] {
        office
            .brake
            .observe(state, ten + 32_000, Observation::default());
    }
    assert_eq!(before, after);
}

#[test]
fn a_persons_word_lifts_a_throttle_and_what_follows_is_learnt() {
    let mut office = Office::after_eight_weeks();
    let ten = office.monday + 10 * HOUR;
    office.until(2, ten, 1_000);
    let word = Vouched {
        until_ms: ten + DAY,
        times: 100.0,
        learn: true,
    };
    office.brake.vouch(&mut office.state, ten + HOUR, word);
    assert_eq!(office.see(ten + HOUR, people(150)), Verdict::Calm);
    // A week later the same needs nobody's word.
    let next_week = ten + 7 * DAY + HOUR;
    assert!(office.see(next_week, people(150)).severity() < 2);
}

#[test]
fn an_announced_peak_is_let_through_up_to_its_size_and_not_learnt() {
    let mut office = Office::after_eight_weeks();
    let ten = office.monday + 10 * HOUR;
    let word = Vouched {
        until_ms: ten + DAY,
        times: 3.0,
        learn: false,
    };
    office.brake.vouch(&mut office.state, ten, word);
    let explained = office.brake.explain(&office.state, ten);
    assert_eq!(explained.vouched, Some(word));
    assert_eq!(office.see(ten, people(80)), Verdict::Calm);
    assert!(office.see(ten + HOUR, people(160)).is_refused());
    assert!(office.see(ten + 7 * DAY, people(80)).is_refused());
}

#[test]
fn without_a_word_a_throttled_hour_teaches_nothing() {
    let mut office = Office::after_eight_weeks();
    let ten = office.monday + 10 * HOUR;
    assert!(office.see(ten, people(150)).is_refused());
    let verdict = office.see(ten + 7 * DAY, people(150));
    assert!(verdict.is_refused() && verdict.is_alert());
}

#[test]
fn each_rule_speaks_up_once_a_day() {
    let mut office = Office::after_eight_weeks();
    let sunday = office.monday + 6 * DAY + 3 * HOUR;
    assert!(office.see(sunday, people(11)).is_alert());
    let again = office.see(sunday + MINUTE, people(1));
    assert_eq!((again.severity(), again.is_alert()), (1, false));
}

#[test]
fn an_explanation_says_what_is_usual_now_and_changes_nothing() {
    let mut office = Office::after_eight_weeks();
    let ten = office.monday + 10 * HOUR;
    office.see(ten, people(7));
    let before = office.state.clone();
    let explained = office.brake.explain(&office.state, ten + 2 * MINUTE);
    assert_eq!(office.state, before);
    assert!(!explained.is_learning && explained.throttled.is_none());
    assert_eq!(
        (explained.usual_this_hour, explained.usual_today),
        (20, 200)
    );
    assert_eq!((explained.worked_hours, explained.days()), (50, 56));
    let hour = explained.counters.iter().find(|one| one.rule == Rule::Hour);
    let hour = hour.expect("the hour is counted");
    assert_eq!((hour.observed, hour.throttle_above), (7, Some(50)));
}

#[test]
fn replaying_requests_and_words_rebuilds_the_state() {
    let mut office = Office::after_eight_weeks();
    let mut rebuilt = Office::after_eight_weeks();
    let monday = office.monday;
    for n in 0..200 {
        let at = monday + 9 * HOUR + n * 4 * MINUTE;
        let done = office.see(at, people_of_one());
        assert!(!done.is_refused());
        rebuilt
            .brake
            .replay(&mut rebuilt.state, at, people_of_one());
    }
    assert_eq!(office.state, rebuilt.state);
}

#[test]
fn long_silence_tightens_the_brake_and_does_not_begin_a_new_learning_period() {
    let mut office = Office::after_eight_weeks();
    let later = office.monday + 400 * DAY + 10 * HOUR;
    let explained = office.brake.explain(&office.state, later);
    assert!(!explained.is_learning);
    assert_eq!((explained.usual_this_hour, explained.worked_hours), (0, 0));
    assert!(office.see(later, people(60)).is_refused());
}

#[test]
fn the_end_of_time_is_survived() {
    let mut office = Office::after_eight_weeks();
    office.see(u64::MAX, people(u32::MAX));
    office.see(u64::MAX, people(u32::MAX));
    assert!(State::from_bytes(&office.state.to_bytes()).is_ok());
    assert!(BrakeSettings::default().check().is_ok());
}
