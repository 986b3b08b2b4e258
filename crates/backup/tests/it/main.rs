//! Backups of real installations, made while they work, put together again and looked at closely.

mod age_tool;
mod chains;
mod content;
mod damage;
mod fixture;
mod lifetimes;
mod log;
mod round_trip;
mod unfinished;
