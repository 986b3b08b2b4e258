//! The statements and schemas as the two engines see them, what they do on each, and what is left
//! when the second one breaks.

mod conformance;
mod dialect;
mod faults;
mod postgres;
mod scale;
mod twins;
