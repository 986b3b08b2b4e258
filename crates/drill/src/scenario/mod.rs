//! One file for each theft.

pub(crate) mod api_key;
pub(crate) mod archive;
pub(crate) mod backups;
pub(crate) mod erased_people;
pub(crate) mod index_key;
pub(crate) mod relations;
pub(crate) mod vault_and_keyring;
pub(crate) mod vault_database;
pub(crate) mod whole_machine;

use crate::Budget;
use crate::people::People;
use crate::plain::PlainShop;
use crate::search::Needles;
use crate::stolen::StolenFolder;
use std::path::Path;

/// What every attack after the first knows and works on.
pub(crate) struct Scene<'d> {
    pub(crate) stolen: &'d StolenFolder,
    pub(crate) scratch: &'d Path,
    pub(crate) people: &'d People,
    pub(crate) needles: &'d Needles,
    pub(crate) shop: &'d PlainShop,
    pub(crate) budget: &'d Budget,
}

/// Writes a number with thin groups of three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
