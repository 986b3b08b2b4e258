//! Trying every key found on everything found.

mod candidates;
mod free_pages;
mod gather;
mod locks;
mod passphrases;
mod sweep;

pub(crate) use locks::Role;
pub(crate) use passphrases::{PassphraseTrial, try_passphrases};
pub(crate) use sweep::{KeySweep, sweep};
