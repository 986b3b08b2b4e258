//! The real binary, driven as a person or a script drives it.
//!
//! Every test ends with a search of everything the commands left on disk and wrote to standard
//! error for the names, streets and addresses that went in.

mod alerts;
mod backup;
mod bad_input;
mod bench;
mod damage;
mod demo;
mod derived;
mod documents;
mod help;
mod importing;
mod key_lint;
mod receipts;
mod replay;
mod serving;
mod shop;
mod staff;
mod story;
mod two_processes;
mod witness;
