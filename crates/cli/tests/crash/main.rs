//! The real binary on a real folder, killed and starved: SIGKILL at seeded random moments, a full
//! disk, a log that cannot be written, a read-only folder, two processes at once.
//!
//! `LETHE_CRASH_ROUNDS` sets how many rounds the crash loop runs (20), `LETHE_CRASH_SEED` repeats
//! one that failed. Run with `--nocapture` to see what was killed when.

mod archive;
mod chance;
mod check;
mod client;
mod disk;
mod era;
mod export;
mod folder;
mod full_disk;
mod kill;
mod load;
mod locks;
mod log;
mod orders;
mod restore;
mod retention;
mod rounds;
mod serving;
mod shares;
mod unsettled;
mod vaults;
