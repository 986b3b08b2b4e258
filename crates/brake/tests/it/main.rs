//! The brake as a whole: each rule, what holds for all states, and a small simulation.

mod lift;
mod properties;
mod rules;
mod simulation;
mod support;
