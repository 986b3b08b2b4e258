//! Tests across routes.

mod authz;
pub(crate) mod conformance;
mod document;
mod leaks;
mod limits;
mod problems;
mod serving;
mod staff;
