//! Searching stolen bytes for known values in every usual encoding.

mod cells;
mod encoding;
mod index;
mod needles;
mod scan;
mod sightings;

pub(crate) use cells::search_cells;
pub(crate) use encoding::Encoding;
pub(crate) use needles::{Needles, is_naming};
pub(crate) use scan::{search_bytes, search_file};
pub(crate) use sightings::Sightings;
