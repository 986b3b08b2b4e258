//! The contexts that wrapped keys are bound to, written down a second time.

use lethe_model::RecordId;

pub(crate) fn epoch_context(epoch: i64) -> Vec<u8> {
    [b"lethe-epoch-v1".as_slice(), &epoch.to_be_bytes()].concat()
}

pub(crate) fn service_context(kind: &str, scope: &str, generation: i64) -> Vec<u8> {
    format!("lethe-service-key-v1|{kind}|{scope}|{generation}").into_bytes()
}

pub(crate) fn data_key_context(record: &RecordId, generation: u32) -> Vec<u8> {
    let mut context = b"lethe-data-key-v1".to_vec();
    context.extend_from_slice(record.subject.as_bytes());
    context.extend_from_slice(record.order.as_bytes());
    context.push(record.category.number());
    context.extend_from_slice(&generation.to_be_bytes());
    context
}

pub(crate) fn segment_context(origin: &[u8]) -> Vec<u8> {
    [b"lethe-log-segment-v1".as_slice(), origin].concat()
}

pub(crate) fn body_context(index: u64) -> Vec<u8> {
    [b"lethe-log-body-v1".as_slice(), &index.to_be_bytes()].concat()
}
