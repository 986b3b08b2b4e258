//! The retention policy, judged by textbook cases and by chance.

mod archived;
mod default_policy;
mod diff;
mod explain;
mod files;
mod minimum;
mod properties;
mod support;
mod time;
mod verdicts;
