//! Guessing: trying all phone numbers of a country, and a leaked list of addresses, on hashes.

mod hashing;
mod lists;
mod phones;

pub(crate) use hashing::{Hashing, Keyed, TEXT_BYTES_MAX, Unkeyed};
pub(crate) use lists::leaked_list;
pub(crate) use phones::{Guessed, MOBILES, try_all_mobiles};
