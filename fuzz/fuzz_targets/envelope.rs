//! Any bytes as an envelope of either version: no panic, and nothing opens that nobody sealed.
#![no_main]

use lethe_crypto::{FieldContext, SecretKey, open_fields};
use lethe_model::{Category, FieldSet, OrderId, RecordId, StoreId, SubjectId};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let key = SecretKey::take(&mut [7; 32]);
    let context = FieldContext {
        store: StoreId(1),
        record: RecordId {
            subject: SubjectId::from_bytes([1; 16]),
            order: OrderId::from_bytes([2; 16]),
            category: Category::Document,
        },
        generation: 0,
    };
    assert!(open_fields(&key, &context, bytes, FieldSet::all()).is_err());
});
