//! What each rule finds, with its sentence.

use crate::support::{DAY, HOUR, MINUTE, MONDAY, Office, brake, people};
use lethe_brake::{Observation, Rule, State, Verdict};

fn sentence(verdict: &Verdict) -> String {
    verdict.reasons()[0].to_string()
}

#[test]
fn thirty_one_people_in_five_minutes_are_a_burst() {
    let mut office = Office::after_eight_weeks();
    let (count, verdict) = office.until(2, office.monday + 10 * HOUR, 1_000);
    assert_eq!(count, 31);
    assert!(verdict.names(Rule::Burst) && verdict.is_alert() && verdict.is_refused());
    assert_eq!(
        sentence(&verdict),
        "read 31 people between 09:56 and 10:01 UTC; the busiest five minutes of the last 8 weeks \
         had 2 (limit 30)"
    );
}

#[test]
fn an_hour_far_above_the_usual_is_throttled() {
    let mut office = Office::after_eight_weeks();
    let (count, verdict) = office.until(2, office.monday + 10 * HOUR, 15_000);
    assert_eq!(count, 51);
    assert!(verdict.names(Rule::Hour) && !verdict.names(Rule::Burst));
    assert_eq!(
        sentence(&verdict),
        "read 51 people between 10:00 and 11:00 UTC; usual for this hour is 20 (at most 20 in any \
         hour of the last 8 weeks; limit 50)"
    );
}

#[test]
fn work_on_a_sunday_night_is_noticed_and_throttled_above_one_and_a_half_hours_of_work() {
    let mut office = Office::after_eight_weeks();
    let sunday = office.monday + 6 * DAY + 3 * HOUR;
    let (count, verdict) = office.until(1, sunday, 2 * MINUTE);
    assert_eq!((count, verdict.severity()), (11, 1));
    assert!(verdict.names(Rule::StrangeHour));
    assert_eq!(
        sentence(&verdict),
        "read 11 people on Sunday between 03:00 and 04:00 UTC, an hour that is hardly ever worked \
         (at most 0 lately; limit 10)"
    );
    let (more, verdict) = office.until(2, sunday + 22 * MINUTE, MINUTE);
    assert_eq!(more, 20);
    assert!(verdict.names(Rule::StrangeHour));
}

#[test]
fn a_day_of_twice_the_busiest_is_throttled() {
    let mut office = Office::after_eight_weeks();
    let verdicts = office.day(office.monday, 45.0);
    let first = verdicts.iter().position(|one| one.severity() >= 2);
    assert_eq!(first, Some(400));
    assert!(verdicts[400].names(Rule::Day));
    assert_eq!(
        sentence(&verdicts[400]),
        "read 401 people on Monday; usual for a Monday is 200 (at most 200 in any day of the last \
         8 weeks; limit 400)"
    );
}

#[test]
fn three_quarters_too_many_every_day_are_added_up() {
    let mut office = Office::after_eight_weeks();
    let verdicts: Vec<Verdict> = (0..4).flat_map(|_| office.week(35.0)).collect();
    let watched = verdicts.iter().position(|one| one.names(Rule::Drip));
    let throttled = verdicts.iter().find(|one| one.severity() >= 2);
    // 350 people a day: an alert on the eighth working day.
    assert_eq!(watched.map(|at| at / 350), Some(7));
    assert!(throttled.expect("a throttle").names(Rule::Drip));
}

#[test]
fn twenty_one_wrong_guesses_in_an_hour_are_throttled() {
    let mut office = Office::after_eight_weeks();
    let guess = Observation {
        guesses: 1,
        ..Observation::default()
    };
    let at = office.monday + 9 * HOUR;
    let verdicts: Vec<Verdict> = (0..25).map(|_| office.see(at, guess)).collect();
    let first = verdicts.iter().position(|one| one.severity() >= 2);
    assert_eq!(first, Some(20));
    assert!(verdicts[20].names(Rule::Guesses) && verdicts[20].is_refused());
    assert!(sentence(&verdicts[20]).starts_with("guessed wrong 21 times between 09:00 and 10:00"));
}

#[test]
fn nobody_read_twice_is_remarkable_where_people_usually_are() {
    let mut office = Office::after_eight_weeks();
    // Twice the size, so that 51 people in an hour are nothing else.
    for week in [22.0, 24.0, 26.0, 28.0, 30.0, 33.0, 36.0, 39.0, 42.0, 45.0] {
        office.week(week);
    }
    let (count, verdict) = office.until(1, office.monday + 10 * HOUR, MINUTE);
    assert_eq!((count, verdict.severity()), (51, 1));
    assert!(verdict.names(Rule::NewPeople));
    assert!(sentence(&verdict).starts_with("100 % of the people read between 10:00 and 11:00"));
}

#[test]
fn slow_growth_is_not_throttled_and_is_noticed_when_it_is_half_as_much_again() {
    let mut office = Office::after_eight_weeks();
    let mut noticed = None;
    for week in 1..16 {
        let verdicts = office.week(20.0 * 1.055_f64.powi(week));
        assert!(verdicts.iter().all(|one| one.severity() < 2));
        if verdicts.iter().any(|one| one.names(Rule::Trend)) {
            noticed = noticed.or(Some(week));
        }
    }
    assert!(noticed.is_some_and(|week| week >= 8), "{noticed:?}");
}

#[test]
fn a_new_credential_is_only_held_to_shares_of_its_quota() {
    let (brake, mut state) = (brake(), State::new(MONDAY));
    let at = MONDAY + 3 * HOUR;
    assert_eq!(brake.observe(&mut state, at, people(500)), Verdict::Calm);
    let verdict = brake.observe(&mut state, at, people(1));
    assert_eq!(verdict.severity(), 1);
    let verdict = brake.observe(&mut state, at, people(500));
    assert!(verdict.is_refused() && verdict.names(Rule::Learning));
    assert_eq!(
        sentence(&verdict),
        "read 1001 people between 03:00 and 04:00 UTC while its baseline is still being learnt; \
         the limit is 1000, a share of its daily quota"
    );
}
