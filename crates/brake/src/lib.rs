//! The anomaly brake: what is usual for a credential, and when it is slowed down.
//!
//! Pure: no file, no clock, no chance. The moment and the numbers of people come in, a [`Verdict`]
//! with its [`Reason`]s goes out. A [`State`] belongs to one credential, is smaller than 1 KiB,
//! holds counts only, and never names a person. [`Brake::observe`] takes a bounded number of steps
//! and allocates nothing while all is calm: it may be called with a lock held.
//!
//! Three promises, each with a property test:
//!
//! * a clock that goes back loosens nothing;
//! * for the same state, more people never give a calmer verdict;
//! * what a credential does moves its own limits by at most
//!   [`growth_per_week`](BrakeSettings::growth_per_week), unless a person vouched for it.
//!
//! How it decides, its settings and its measured limits are in `docs/brake.md`.

mod brake;
mod bytes;
mod compact;
mod explain;
mod gauge;
mod profile;
mod reason;
mod recent;
mod rule;
mod settings;
mod state;
mod time;
mod verdict;

pub use brake::Brake;
pub use bytes::{BadState, STATE_BYTES};
pub use explain::{Counter, Explanation, Throttled, Vouched};
pub use reason::Reason;
pub use rule::Rule;
pub use settings::{BadSettings, BrakeSettings};
pub use state::State;
pub use verdict::{Observation, Verdict};
