//! `docs/vectors/formats-v1.json` against the code: the documented formats are the real ones, and a
//! change of either shows here. The vectors were also computed by an independent program written
//! from the documents.

use lethe_crypto::{
    ApiKey, BlindIndexKey, FieldContext, MacKey, SealedRoot, SecretKey, Token, TokenKey,
    open_fields, seal_bytes, seal_fields,
};
use lethe_keeper::log::{Body, Commitment, Entry, SealedEntry, encode_group};
use lethe_model::{
    Category, Field, FieldSet, OrderId, Personal, RecordId, StoreId, SubjectId, SubjectNumber,
    normalise,
};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../docs/vectors/formats-v1.json")).unwrap()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn array<const N: usize>(hex: &Value) -> [u8; N] {
    bytes(hex).try_into().unwrap()
}

fn key(hex: &Value) -> SecretKey {
    SecretKey::take(&mut array(hex))
}

fn ids(common: &Value) -> (SubjectId, OrderId) {
    let subject = SubjectId::from_bytes(array(&common["subject_id"]));
    (subject, OrderId::from_bytes(array(&common["order_id"])))
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The file in the vectors has a cost that release builds refuse.
#[cfg(debug_assertions)]
#[test]
fn the_root_key_file_opens() {
    let file = &vectors()["root_key_file"];
    let sealed = SealedRoot::parse(text(&file["text"])).unwrap();
    let root = sealed.open(text(&file["passphrase"])).unwrap();
    assert_eq!(root, key(&file["root_key"]));
}

#[cfg(not(debug_assertions))]
#[test]
fn a_root_key_file_with_the_cost_of_tests_is_refused_by_release_builds() {
    assert!(SealedRoot::parse(text(&vectors()["root_key_file"]["text"])).is_err());
}

#[test]
fn wrapped_keys_are_as_documented() {
    for one in list(&vectors()["wrapping"]) {
        let wrapping = key(&one["wrapping_key"]);
        let (context, clear) = (bytes(&one["context"]), bytes(&one["clear"]));
        let sealed = seal_bytes(&wrapping, &context, &clear, array(&one["nonce"]));
        assert_eq!(sealed, bytes(&one["sealed"]), "{}", one["name"]);
    }
}

#[test]
fn an_envelope_is_as_documented_and_opens_in_its_own_place_only() {
    let vectors = vectors();
    let one = &vectors["envelope"];
    let (subject, order) = ids(&vectors["common"]);
    let context = |place: &Value| FieldContext {
        store: StoreId(place["store"].as_i64().unwrap()),
        record: RecordId {
            subject,
            order,
            category: Category::from_number(place["category"].as_i64().unwrap()).unwrap(),
        },
        generation: u32::try_from(place["generation"].as_u64().unwrap()).unwrap(),
    };
    let clear: Vec<(Field, Personal)> = list(&one["fields"])
        .iter()
        .map(|field| {
            let reference = Field::parse(text(&field["reference"])).unwrap();
            assert_eq!(
                u64::from(reference.number()),
                field["number"].as_u64().unwrap()
            );
            (reference, Personal::new(text(&field["value"])))
        })
        .collect();
    let fields: Vec<(Field, &Personal)> = clear.iter().map(|one| (one.0, &one.1)).collect();
    let data_key = key(&one["key"]);
    let envelope = seal_fields(&data_key, &context(one), &fields, array(&one["nonce"]));
    assert_eq!(envelope, bytes(&one["envelope"]));
    let all = FieldSet::all();
    assert!(open_fields(&data_key, &context(one), &envelope, all).unwrap() == clear);
    for elsewhere in list(&one["must_not_open"]) {
        let opened = open_fields(&data_key, &context(elsewhere), &envelope, all);
        assert!(opened.is_err(), "{}", elsewhere["why"]);
    }
    for changed in list(&one["must_not_open_envelopes"]) {
        let opened = open_fields(&data_key, &context(one), &bytes(&changed["envelope"]), all);
        assert!(opened.is_err(), "{}", changed["why"]);
    }
}

#[test]
fn look_up_hashes_are_as_documented() {
    for one in list(&vectors()["blind_index"]) {
        let written = Personal::new(text(&one["written"]));
        let compared = match text(&one["kind"]) {
            "email" => normalise::email_for_lookup(&written),
            "phone" => normalise::phone_for_lookup(&written, one["country"].as_str()),
            _ => normalise::clean_line(&written),
        }
        .unwrap();
        assert_eq!(compared.expose(), text(&one["compared"]));
        let hash = BlindIndexKey::new(&key(&one["key"])).hash(&compared);
        assert_eq!(hash.to_vec(), bytes(&one["hash"]));
    }
}

#[test]
fn tokens_api_keys_and_tags_are_as_documented() {
    let vectors = vectors();
    let (subject, order) = ids(&vectors["common"]);
    let tokens = &vectors["tokens"];
    let token_key = TokenKey::from_bytes(&bytes(&tokens["key"])).unwrap();
    let (of_subject, of_order) = (Token::Subject(subject), Token::Order(subject, order));
    assert_eq!(token_key.encode(of_subject), text(&tokens["subject"]));
    assert_eq!(token_key.encode(of_order), text(&tokens["order"]));
    let api_key = &vectors["api_key"];
    assert!(ApiKey::parse(text(&api_key["text"])).is_ok());
    for refused in list(&api_key["refused"]) {
        assert!(ApiKey::parse(text(refused)).is_err());
    }
    let mac = &vectors["mac"];
    let parts: Vec<Vec<u8>> = list(&mac["parts"]).iter().map(bytes).collect();
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let tag = MacKey::new(&key(&mac["key"])).tag(&parts);
    assert_eq!(tag.to_vec(), bytes(&mac["tag"]));
}

#[test]
fn a_log_entry_its_body_and_its_group_are_as_documented() {
    let vectors = vectors();
    let (log, common) = (&vectors["log"], &vectors["common"]);
    let fields = FieldSet::parse(list(&log["fields"]).iter().map(text)).unwrap();
    assert_eq!(
        fields.bits().to_be_bytes().to_vec(),
        bytes(&log["field_bits"])
    );
    let number = SubjectNumber(log["subject_number"].as_u64().unwrap());
    let opening = array(&log["opening_used"]);
    let commitment = Commitment::new(&opening, &array(&common["subject_id"]), number, fields);
    assert_eq!(commitment.hash.to_vec(), bytes(&log["commitment"]));
    let body = Body {
        salt: array(&log["salt"]),
        public_json: text(&log["public_part"]).as_bytes().to_vec(),
        commitments: vec![commitment],
    };
    body.check().unwrap();
    assert_eq!(body.to_bytes(), bytes(&log["body"]));
    assert_eq!(body.hash().to_vec(), bytes(&log["body_hash"]));
    let entry = Entry {
        at_ms: log["at_ms"].as_u64().unwrap(),
        index: log["index"].as_u64().unwrap(),
        body_hash: body.hash(),
    };
    assert_eq!(entry.to_bytes().to_vec(), bytes(&log["entry"]));
    assert_eq!(entry.leaf().as_bytes().to_vec(), bytes(&log["leaf_hash"]));
    let sealed_body = bytes(&log["group"]["sealed_body"]);
    let group = encode_group(&[SealedEntry { entry, sealed_body }]);
    assert_eq!(group, bytes(&log["group"]["bytes"]));
}
