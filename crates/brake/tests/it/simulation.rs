//! A small run of the table's simulation, with weak bounds.

#[path = "../../examples/table/sim/mod.rs"]
mod sim;

use lethe_brake::BrakeSettings;
use sim::{ATTACKS, Attack, AttackOutcome, HonestOutcome, KINDS, Kind, attack, honest};

#[test]
fn smash_and_grab_is_stopped_within_a_fraction_of_the_quota() {
    let settings = BrakeSettings::default();
    for kind in [Kind::Labels, Kind::Support, Kind::Integration] {
        for seed in 0..2 {
            let outcome: AttackOutcome = attack(kind, Attack::SmashAndGrab, seed, &settings);
            assert!(
                outcome
                    .throttled_after_ms
                    .is_some_and(|ms| ms < 10 * 60_000)
            );
            assert!(outcome.alerted_after_ms <= outcome.throttled_after_ms);
            assert!(
                outcome.people <= outcome.quota / 3,
                "{kind:?} {seed} {outcome:?}"
            );
            assert!(outcome.people <= outcome.people_in_all);
        }
    }
}

#[test]
fn announced_honest_work_is_hardly_ever_throttled() {
    let settings = BrakeSettings::default();
    assert!(ATTACKS.contains(&Attack::Insider(1.3)));
    for kind in KINDS {
        let half: HonestOutcome = honest(kind, 1, 26, true, &settings);
        assert!(half.refused * 50 <= half.people, "{}", kind.name());
        assert!(half.alerts <= 30 && half.by_rule.len() == 9);
        let throttles = half.throttles + half.throttles_learning;
        assert!(throttles <= 3, "{} {throttles}", kind.name());
    }
}
