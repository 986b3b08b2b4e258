//! Test harness: a vault in a temporary folder, a clock that only tests move, and a search for
//! leaked values in everything a test leaves behind.

mod around;
mod databases;
mod leaks;
mod orders;
mod staff;
mod vault;

pub use around::{FakeClock, SeededRandom};
pub use leaks::{find_leaks, find_leaks_in};
pub use orders::{OrderSketch, orders_csv};
pub use staff::app_code;
pub use vault::{PASSPHRASE, TestVault};
