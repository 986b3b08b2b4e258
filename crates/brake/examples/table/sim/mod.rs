//! A simulated year of honest work, and thieves in it. Deterministic from a seed.
//!
//! Shared by the table (`examples/table`) and the test that asserts weak bounds on it.

mod attack;
mod calendar;
mod chance;
mod honest;
mod work;

pub(crate) use attack::{ATTACKS, Attack, AttackOutcome, attack};
pub(crate) use honest::{HonestOutcome, honest};
pub(crate) use work::{KINDS, Kind};
