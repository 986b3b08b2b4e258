//! What the drill knows of the stored formats. Nothing here is secret (Kerckhoffs): a thief has the
//! source code too. The attack on a real folder fails if any of it is no longer true.

mod contexts;
mod record;
mod segment;
mod unlock;

pub(crate) use contexts::{body_context, data_key_context, epoch_context, segment_context};
pub(crate) use record::{first_field, record_id, whole_fields};
pub(crate) use segment::SegmentHead;
pub(crate) use unlock::Unlocked;
