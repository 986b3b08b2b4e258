//! What quotas cost: nanoseconds of a charge, and memory of many counters.
//!
//! `cargo bench -p lethe-keeper --features measure`; the number of keys can follow (`-- 2000`).

use lethe_keeper::measure::Load;
use std::time::Instant;

const DAY_MS: u64 = 86_400_000;

fn main() {
    let keys: u32 = std::env::args()
        .filter_map(|one| one.parse().ok())
        .next()
        .unwrap_or(1_000);
    for (what, met_before, step) in [
        ("a key with no history", 0, 1),
        (
            "a key that met 1,000,000 of 1,000,000 long ago",
            1_000_000,
            1,
        ),
        (
            "a key that met 1,000,000 of 3,000,000 long ago",
            1_000_000,
            3,
        ),
    ] {
        let mut load = Load::default();
        load.meet(1, met_before, step, 0);
        let mut now_ms = 100 * DAY_MS;
        let rounds = 200_000;
        let started = Instant::now();
        for n in 0..rounds {
            now_ms += 40;
            assert!(load.reveal(1, n * 7 % 2_900_000, now_ms));
        }
        let each = started.elapsed().as_nanos() / u128::from(rounds);
        println!("charge: {each:>5} ns with {what}");
    }
    for (what, step) in [
        ("of 1,000,000 people", 1),
        ("of 3,000,000 people", 3),
        ("of 100,000,000 people", 100),
    ] {
        let count = if step == 1 { keys } else { keys.min(100) };
        let mut load = Load::default();
        for key in 0..count {
            load.meet(key, 1_000_000, step, 0);
            // A year later everything is in the oldest tier.
            load.meet(key, 1, 1, 400 * DAY_MS);
        }
        let bytes = load.bytes(count) as f64;
        println!(
            "memory: {count} keys that met 1,000,000 {what} each: {:.1} MiB, {:.1} KiB a key",
            bytes / 1024.0 / 1024.0,
            bytes / 1024.0 / f64::from(count)
        );
    }
}
