//! The tests of the witness, in one binary.

mod book;
mod growing_log;
mod links;
mod machine;
