//! Records: their ids as tables hold them, and the outer form of an envelope.

use lethe_model::{Category, Field, FieldSet, OrderId, RecordId, SubjectId};

const ENVELOPE_HEAD_LEN: usize = 1 + 12;
const TAG_LEN: usize = 16;

/// Puts a record's id together from three columns; `None` when they are no such id.
pub(crate) fn record_id(subject: &[u8], order: &[u8], category: i64) -> Option<RecordId> {
    Some(RecordId {
        subject: SubjectId::from_slice(subject)?,
        order: OrderId::from_slice(order)?,
        category: Category::from_number(category)?,
    })
}

/// Returns the first field of an envelope: opening one tells whether a key fits.
pub(crate) fn first_field(envelope: &[u8]) -> Option<FieldSet> {
    let number = *envelope.get(ENVELOPE_HEAD_LEN)?;
    Field::from_number(number).map(|field| [field].into_iter().collect())
}

/// Cuts an envelope of which the end may be missing down to its whole fields.
pub(crate) fn whole_fields(envelope: &[u8]) -> &[u8] {
    let mut end = ENVELOPE_HEAD_LEN.min(envelope.len());
    while let Some(head) = envelope.get(end..end + 3) {
        let len = usize::from(u16::from_be_bytes([head[1], head[2]]));
        let next = end + 3 + len + TAG_LEN;
        if next > envelope.len() {
            break;
        }
        end = next;
    }
    &envelope[..end]
}
