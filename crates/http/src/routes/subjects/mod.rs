//! Subjects, by token.

pub(super) mod erase;
pub(super) mod fetch;
