//! The archive's keys in the hands of custodians: what opens, what does not, and what is noticed.

mod ceremony;
mod damage;
mod formats;
mod scene;
mod secrets;
mod shares;
