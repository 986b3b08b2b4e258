//! How long one judgement takes: it is made with the vault's admission lock held.
//!
//! `cargo bench -p lethe-brake`.

use lethe_brake::{Brake, BrakeSettings, Observation, State};
use std::hint::black_box;
use std::time::Instant;

const WEEK_MS: u64 = 7 * 86_400_000;

fn main() {
    let brake = Brake::new(BrakeSettings::default()).expect("good settings");
    let one = Observation {
        new_people: 1,
        people_per_day: 5_000,
        ..Observation::default()
    };
    let mut state = State::new(0);
    let mut now_ms = 0;
    while now_ms < 12 * WEEK_MS {
        now_ms += 60_000;
        brake.observe(&mut state, now_ms, one);
    }
    println!("state: {} bytes in memory", size_of::<State>());
    // At the pace it knows, hours pass; the same hour; three weeks asleep; throttled.
    let steps = [
        ("a minute later, calm", 60_000),
        ("an hour later, calm", 3_600_000),
        ("three weeks later", 3 * WEEK_MS),
    ];
    for (name, step_ms) in steps {
        measure(name, &brake, &state, now_ms, step_ms, one);
    }
    let again = Observation {
        known_people: 1,
        ..Observation::default()
    };
    measure("the same moment, calm", &brake, &state, now_ms, 0, again);
    let many = Observation {
        new_people: 10_000,
        ..one
    };
    measure("refused", &brake, &state, now_ms, 0, many);
}

fn measure(
    name: &str,
    brake: &Brake,
    state: &State,
    from_ms: u64,
    step_ms: u64,
    seen: Observation,
) {
    const ROUNDS: u64 = 200_000;
    let (mut state, mut now_ms) = (state.clone(), from_ms);
    let started = Instant::now();
    for _ in 0..ROUNDS {
        now_ms += step_ms;
        black_box(brake.observe(black_box(&mut state), now_ms, black_box(seen)));
    }
    let each = started.elapsed().as_nanos() as f64 / ROUNDS as f64;
    println!("observe, {name}: {each:.0} ns");
}
