//! Killing a command at a moment.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Draws or repeats the seed of a test, and prints it.
pub(crate) fn seed() -> u64 {
    let seed = std::env::var("LETHE_CRASH_SEED").ok();
    let seed = seed.and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("LETHE_CRASH_SEED={seed}");
    seed
}

/// Returns how many rounds a test runs: `LETHE_CRASH_ROUNDS`, or 20.
pub(crate) fn rounds() -> usize {
    let rounds = std::env::var("LETHE_CRASH_ROUNDS").ok();
    rounds.and_then(|text| text.parse().ok()).unwrap_or(20)
}

/// A command that was killed, or was quicker.
pub(crate) struct Killed {
    /// Whether it was still alive.
    pub(crate) was_alive: bool,
    /// What it had said by then.
    pub(crate) output: Output,
}

/// Kills a command after so long; it must not fail by itself. What it prints must fit into a pipe.
pub(crate) fn kill_at(mut command: Command, after: Duration) -> Killed {
    let moment = Instant::now() + after;
    kill_when(&mut command, || Instant::now() >= moment, Duration::ZERO)
}

/// Kills a command so long after something has begun; it must not fail by itself.
pub(crate) fn kill_when(
    command: &mut Command,
    has_begun: impl Fn() -> bool,
    after: Duration,
) -> Killed {
    let mut child = command.spawn().expect("the binary starts");
    while !has_begun() && child.try_wait().expect("a child").is_none() {
        std::thread::sleep(Duration::from_micros(100));
    }
    std::thread::sleep(after);
    let was_alive = child.try_wait().expect("a child").is_none();
    child.kill().expect("a child");
    let output = child.wait_with_output().expect("a child");
    assert!(
        was_alive || output.status.success(),
        "it failed by itself: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Killed { was_alive, output }
}
