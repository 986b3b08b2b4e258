use super::*;
use lethe_model::{Grant, Quota, StoreId};
use proptest::prelude::*;

const HOUR_MS: u64 = 60 * 60 * 1000;
const NO_BOUNDS: Bounds = Bounds {
    hour: None,
    day: None,
    quarter: None,
    ever: None,
};

fn key(id: &str, quota: Quota) -> Credential {
    let grant = Grant {
        quota,
        owner: Some("ada".to_owned()),
        ..Grant::default()
    };
    Credential::new(
        id.to_owned(),
        StoreId(1),
        "support".to_owned(),
        grant,
        0,
        None,
    )
}

fn try_charge(
    quotas: &mut Quotas,
    key: &Credential,
    people: &[u64],
    guesses: u64,
    now_ms: u64,
) -> Result<(), Refusal> {
    let fields = FieldSet::parse(["delivery.street", "delivery.city"]).unwrap();
    let people: Vec<_> = people
        .iter()
        .map(|one| (SubjectNumber(*one), fields))
        .collect();
    let charge = Charge {
        credential: key,
        owner: &NO_BOUNDS,
        installation: &NO_BOUNDS,
        people: &people,
        guesses,
    };
    quotas.check(&charge, now_ms)?;
    quotas.note(&charge, now_ms);
    Ok(())
}

fn charge(quotas: &mut Quotas, people: &[u64], guesses: u64, now_ms: u64) -> bool {
    let key = key("key", Quota::people_per_day(3));
    try_charge(quotas, &key, people, guesses, now_ms).is_ok()
}

#[test]
fn a_person_counts_once_in_a_window_and_again_after_it() {
    let mut quotas = Quotas::default();
    assert!(charge(&mut quotas, &[1, 2, 2], 0, 0));
    assert!(charge(&mut quotas, &[1, 2], 0, 1));
    assert_eq!(quotas.used("key", 1), [2; 4]);
    assert!(charge(&mut quotas, &[3], 0, 2));
    assert!(!charge(&mut quotas, &[4], 0, WINDOW_MS - 1));
    assert!(charge(&mut quotas, &[4], 0, WINDOW_MS + HOUR_MS / 6));
    assert_eq!(quotas.used("key", WINDOW_MS + HOUR_MS / 6), [1, 1, 4, 4]);
}

#[test]
fn a_person_read_again_is_free_and_counts_from_then_on() {
    let mut quotas = Quotas::default();
    let later_ms = WINDOW_MS + HOUR_MS / 6;
    assert!(charge(&mut quotas, &[1, 2, 3], 0, 0));
    assert!(charge(&mut quotas, &[1], 0, WINDOW_MS - 1));
    assert_eq!(quotas.used("key", later_ms)[1], 1);
    assert!(!charge(&mut quotas, &[4, 5, 6], 0, later_ms));
    assert!(charge(&mut quotas, &[4, 5], 0, later_ms));
}

#[test]
fn a_refused_request_charges_nothing_and_says_when_to_come_back() {
    let mut quotas = Quotas::default();
    assert!(charge(&mut quotas, &[1], 0, 10));
    let key = key("key", Quota::people_per_day(3));
    let refused = try_charge(&mut quotas, &key, &[2, 3, 4], 0, 20).unwrap_err();
    let expected = Refusal::Quota {
        whose: "the key's",
        of: "3 distinct people in 24 hours".to_owned(),
        retry_at_ms: Some(30_000 + WINDOW_MS),
    };
    assert_eq!(refused, expected);
    assert_eq!(quotas.used("key", 20)[1], 1);
}

#[test]
fn a_guess_is_metered_like_a_read() {
    let mut quotas = Quotas::default();
    assert!(charge(&mut quotas, &[], 2, 0));
    assert!(charge(&mut quotas, &[1], 0, 0));
    assert!(!charge(&mut quotas, &[], 1, 0));
    assert!(!charge(&mut quotas, &[2], 0, 0));
    assert!(charge(&mut quotas, &[1], 0, 0));
}

#[test]
fn after_a_restore_nobody_new_is_met_for_a_day() {
    let mut quotas = Quotas::default();
    quotas.spend_until(WINDOW_MS);
    assert!(!charge(&mut quotas, &[1], 0, 1));
    assert!(!charge(&mut quotas, &[], 1, 1));
    assert!(charge(&mut quotas, &[1], 1, WINDOW_MS));
}

#[test]
fn a_bound_for_ever_does_not_free_up() {
    let mut quotas = Quotas::default();
    let mut quota = Quota::default();
    quota.people.ever = Some(2);
    let key = key("key", quota);
    assert!(try_charge(&mut quotas, &key, &[1, 2], 0, 0).is_ok());
    let year_ms = 365 * 24 * HOUR_MS;
    let refused = try_charge(&mut quotas, &key, &[3], 0, year_ms).unwrap_err();
    assert!(refused.to_string().contains("2 distinct people in all"));
    assert!(refused.to_string().contains("does not free up"));
    assert!(try_charge(&mut quotas, &key, &[1], 0, year_ms).is_ok());
}

#[test]
fn values_are_counted_where_they_are_bounded() {
    let mut quotas = Quotas::default();
    let mut quota = Quota::people_per_day(100);
    quota.values.day = Some(5);
    let key = key("key", quota);
    assert!(try_charge(&mut quotas, &key, &[1, 2], 0, 0).is_ok());
    let refused = try_charge(&mut quotas, &key, &[3], 0, 0).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("5 distinct values in 24 hours")
    );
    assert!(try_charge(&mut quotas, &key, &[1, 2], 0, 0).is_ok());
    assert_eq!(quotas.used("key", 0)[1], 2);
}

#[test]
fn keys_of_one_owner_and_of_one_installation_share_a_bound() {
    let mut quotas = Quotas::default();
    let bounds = Bounds::per_day(3);
    let mut meet =
        |id: &str, person, owner: &Bounds, installation: &Bounds| -> Result<(), String> {
            let credential = key(id, Quota::people_per_day(10));
            let charge = Charge {
                credential: &credential,
                owner,
                installation,
                people: &[(SubjectNumber(person), FieldSet::EMPTY)],
                guesses: 0,
            };
            quotas
                .check(&charge, 0)
                .map_err(|error| error.to_string())?;
            quotas.note(&charge, 0);
            Ok(())
        };
    assert!(meet("one", 1, &bounds, &NO_BOUNDS).is_ok());
    assert!(meet("one", 2, &bounds, &NO_BOUNDS).is_ok());
    assert!(meet("two", 3, &bounds, &NO_BOUNDS).is_ok());
    let refused = meet("two", 4, &bounds, &NO_BOUNDS).unwrap_err();
    assert!(refused.starts_with("its owner's quota"), "{refused}");
    let refused = meet("two", 4, &NO_BOUNDS, &bounds).unwrap_err();
    assert!(refused.starts_with("the installation's quota"), "{refused}");
    assert!(meet("two", 4, &NO_BOUNDS, &NO_BOUNDS).is_ok());
}

#[test]
fn a_snapshot_brings_a_counter_back_and_a_damaged_one_nothing() {
    let mut quotas = Quotas::default();
    assert!(charge(&mut quotas, &[1, 2], 1, 5));
    let mut again = Quotas::default();
    for (name, snapshot) in quotas.take_changed() {
        again.restore(&name, &snapshot).unwrap();
        assert!(
            again
                .restore(&name, &snapshot[..snapshot.len() - 1])
                .is_err()
        );
    }
    assert!(quotas.take_changed().is_empty());
    assert_eq!(again.used("key", 6), [3; 4]);
    assert!(!charge(&mut again, &[3], 0, 6));
    assert!(charge(&mut again, &[1, 2], 0, 6));
}

proptest! {
    #[test]
    fn no_sequence_of_requests_meets_more_people_in_a_window_than_its_bound(
        steps in prop::collection::vec(
            (prop::collection::vec(0_u64..12, 0..4), 0_u64..2, -1_000_000_i64..6_000_000),
            1..120,
        ),
        hour in 1_u32..5,
        day in 1_u32..9,
    ) {
        let mut quotas = Quotas::default();
        let mut quota = Quota::people_per_day(day);
        quota.people.hour = Some(hour);
        let key = key("key", quota);
        let mut met: Vec<(u64, u64)> = Vec::new();
        let mut guess = 1_000;
        // What the keeper passes in never goes back; the steps that try to are clamped like there.
        let (mut wanted_ms, mut now_ms) = (0_i64, 0_u64);
        for (people, guesses, wait_ms) in steps {
            wanted_ms += wait_ms;
            now_ms = now_ms.max(u64::try_from(wanted_ms).unwrap_or(0));
            if try_charge(&mut quotas, &key, &people, guesses, now_ms).is_ok() {
                met.extend(people.iter().map(|one| (now_ms, *one)));
                for _ in 0..guesses {
                    guess += 1;
                    met.push((now_ms, guess));
                }
            }
            for (length_ms, bound) in [(HOUR_MS, hour), (WINDOW_MS, day)] {
                let recent = met.iter().filter(|(at, _)| at + length_ms > now_ms);
                let distinct: HashSet<u64> = recent.map(|(_, one)| *one).collect();
                prop_assert!(distinct.len() <= bound as usize);
            }
        }
    }
}
