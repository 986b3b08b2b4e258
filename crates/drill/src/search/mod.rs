//! Searching stolen bytes for known values in every usual encoding.

mod cells;
mod encoding;
mod index;
mod needles;
mod scan;
mod sightings;

pub(crate) use cells::{search_cells, table_names};
#[cfg(test)]
pub(crate) use encoding::hex;
pub(crate) use needles::Needles;
pub(crate) use scan::{search_bytes, search_file};
pub(crate) use sightings::Sightings;
