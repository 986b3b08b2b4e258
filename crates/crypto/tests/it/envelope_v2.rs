//! `docs/vectors/envelope-v2.json`: the envelope of records with long fields.

use lethe_crypto::{FieldContext, SecretKey, open_fields, seal_fields};
use lethe_model::{Category, Field, FieldSet, OrderId, Personal, RecordId, StoreId, SubjectId};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn bytes<const N: usize>(hex: &Value) -> [u8; N] {
    let hex = hex.as_str().unwrap();
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    bytes.try_into().unwrap()
}

#[test]
fn a_long_envelope_is_as_documented() {
    let text = include_str!("../../../../docs/vectors/envelope-v2.json");
    let one: Value = serde_json::from_str(text).unwrap();
    let context = FieldContext {
        store: StoreId(one["store"].as_i64().unwrap()),
        record: RecordId {
            subject: SubjectId::from_bytes(bytes(&one["subject_id"])),
            order: OrderId::from_bytes(bytes(&one["order_id"])),
            category: Category::from_number(one["category"].as_i64().unwrap()).unwrap(),
        },
        generation: u32::try_from(one["generation"].as_u64().unwrap()).unwrap(),
    };
    let field = Field::parse(one["field"]["reference"].as_str().unwrap()).unwrap();
    assert_eq!(u64::from(field.number()), one["field"]["number"]);
    let of = &one["field"]["value"];
    let times = usize::try_from(of["times"].as_u64().unwrap()).unwrap();
    let value = Personal::new(of["byte"].as_str().unwrap().repeat(times));
    let key = SecretKey::take(&mut bytes(&one["key"]));
    let envelope = seal_fields(&key, &context, &[(field, &value)], bytes(&one["nonce"]));
    let expected = &one["envelope"];
    assert_eq!(envelope.len() as u64, expected["length"]);
    assert_eq!(envelope[..32], bytes::<32>(&expected["first_32_bytes"]));
    let last = envelope.len() - 32;
    assert_eq!(envelope[last..], bytes::<32>(&expected["last_32_bytes"]));
    let hash: [u8; 32] = Sha256::digest(&envelope).into();
    assert_eq!(hash, bytes(&expected["sha256"]));
    let opened = open_fields(&key, &context, &envelope, FieldSet::all()).unwrap();
    assert!(opened[0].1 == value);
}
