//! The statements and schemas as the two engines see them.

mod dialect;
mod faults;
mod postgres;
