//! What was prepared for the thefts of archive and backups.

use crate::Probe;
use lethe_custody::Share;
use std::path::Path;

/// Prepared in the copy before the theft. Without it these thefts are not replayed.
#[derive(Default, Clone, Copy)]
pub struct Ground<'d> {
    /// People whose orders are in the copy's archive.
    pub archived: &'d [Probe],
    /// Two custodians' shares of the copy's archive keys, made for the drill.
    pub shares: Option<&'d [Share; 2]>,
    /// The folder as it was before the erasures: what backups from then hold.
    pub before: Option<&'d Path>,
}
