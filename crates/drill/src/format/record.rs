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
    // The first version writes lengths in two bytes, the second, for documents, in four.
    let length_len = match envelope.first() {
        Some(2) => 4,
        _ => 2,
    };
    let mut end = ENVELOPE_HEAD_LEN.min(envelope.len());
    while let Some(head) = envelope.get(end..end + 1 + length_len) {
        let len = head[1..]
            .iter()
            .fold(0, |len: usize, byte| len << 8 | usize::from(*byte));
        let next = end + head.len() + len + TAG_LEN;
        if next > envelope.len() {
            break;
        }
        end = next;
    }
    &envelope[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use lethe_crypto::{FieldContext, SecretKey, seal_fields};
    use lethe_model::{Personal, StoreId};

    #[test]
    fn envelopes_of_both_versions_are_cut_to_their_whole_fields() {
        let context = FieldContext {
            store: StoreId(1),
            record: record_id(&[1; 16], &[2; 16], 6).unwrap(),
            generation: 0,
        };
        let field = Field::parse("document.files").unwrap();
        for len in [10, 70_000] {
            let file = Personal::new("x".repeat(len));
            let key = SecretKey::take(&mut [9; 32]);
            let envelope = seal_fields(&key, &context, &[(field, &file)], [7; 12]);
            let followed = [envelope.as_slice(), b"the next cell"].concat();
            assert_eq!(whole_fields(&followed[..envelope.len() + 2]), envelope);
            let cut = whole_fields(&envelope[..envelope.len() - 1]);
            assert_eq!(cut.len(), ENVELOPE_HEAD_LEN);
            let first = first_field(&envelope).unwrap();
            assert!(first.contains(field));
        }
    }
}
