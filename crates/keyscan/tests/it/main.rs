//! Invented keys of every kind, planted and found; and what is no key, left alone.

mod chunks;
mod invented;
mod kinds;
mod other_scanners;
mod quiet;
mod tree;
