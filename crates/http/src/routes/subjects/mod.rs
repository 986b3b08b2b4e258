//! Subjects, by token.

pub(super) mod accesses;
pub(super) mod erase;
pub(super) mod fetch;
