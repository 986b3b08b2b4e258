//! The breach drill: thefts replayed on a copy of real data, and what each thief then holds.
//!
//! Every number is counted by attacking the stolen bytes or the real API; none is asserted. The
//! drill cannot link the operations or the keeper: it knows the formats, as any thief does, and has
//! its own code for all the rest. Whatever it finds, it finds without their help.
//!
//! Beside each theft stands the same one from an ordinary shop database that the drill builds with
//! the same people. Before a zero is believed, the drill proves that it can see: probe people
//! planted in the copy must come out of the attack with every key, and everybody must be found in
//! the ordinary database. `docs/drill.md` describes the thefts and what they cannot show.

mod allowed;
mod api;
mod budget;
mod carve;
mod copy;
mod drill;
mod error;
mod finding;
mod format;
mod ground;
mod guess;
mod keys;
mod people;
mod plain;
mod probe;
mod report;
mod scenario;
mod search;
mod stolen;
mod table;

pub use api::{ListPage, ListedOrder, Refused, StolenApi, StolenGrant};
pub use budget::Budget;
pub use copy::copy_folder;
pub use drill::{Drill, DrillInput};
pub use error::DrillError;
pub use finding::{Finding, Verdict};
pub use ground::Ground;
pub use probe::Probe;
pub use report::DrillReport;
