//! JSON inputs of any length, one object at a time.

mod member;
mod objects;

pub(crate) use member::{INVALID, Member, list, object, text};
pub(crate) use objects::{Broken, Objects};
