//! AES-256-GCM for fields, AES-256-GCM-SIV for keys.

use crate::vectors::each_case;
use aes_gcm::aead::{Aead, AeadInOut, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Tag};
use aes_gcm_siv::Aes256GcmSiv;
use lethe_crypto::{
    FieldContext, SecretKey, open_bytes, open_fields, seal_bytes, seal_fields, unwrap_key, wrap_key,
};
use lethe_model::{Category, Field, FieldSet, OrderId, Personal, RecordId, StoreId, SubjectId};

const GCM: &str = include_str!("../vectors/aes_256_gcm.json");
const GCM_SIV: &str = include_str!("../vectors/aes_256_gcm_siv.json");

#[test]
fn aes_256_gcm_gives_and_refuses_what_wycheproof_says() {
    each_case(GCM, 66, |case| {
        let cipher = Aes256Gcm::new((&case.array::<32>("key")).into());
        let (nonce, aad) = (case.array::<12>("iv").into(), case.bytes("aad"));
        let (clear, tag) = (case.bytes("msg"), case.array::<16>("tag"));
        let mut opened = case.bytes("ct");
        let answer = cipher.decrypt_inout_detached(
            &nonce,
            &aad,
            opened.as_mut_slice().into(),
            &Tag::from(tag),
        );
        assert_eq!(answer.is_ok(), case.is_valid(), "{}", case.name());
        if case.is_valid() {
            assert_eq!(opened, clear, "{}", case.name());
            let mut sealed = clear;
            let made = cipher
                .encrypt_inout_detached(&nonce, &aad, sealed.as_mut_slice().into())
                .unwrap();
            assert_eq!(sealed, case.bytes("ct"), "{}", case.name());
            assert_eq!(made[..], tag, "{}", case.name());
        }
    });
}

#[test]
fn sealed_bytes_are_nonce_ciphertext_and_tag_of_wycheproofs_aes_256_gcm_siv() {
    each_case(GCM_SIV, 103, |case| {
        let (key, context, clear) = (case.key(), case.bytes("aad"), case.bytes("msg"));
        let nonce = case.array::<12>("iv");
        let expected = [&nonce[..], &case.bytes("ct"), &case.bytes("tag")].concat();
        if case.is_valid() {
            let sealed = seal_bytes(&key, &context, &clear, nonce);
            assert_eq!(sealed, expected, "{}", case.name());
            let opened = open_bytes(&key, &context, &expected);
            assert_eq!(opened.as_ref(), Ok(&clear), "{}", case.name());
        } else {
            let opened = open_bytes(&key, &context, &expected);
            assert!(opened.is_err(), "{}", case.name());
        }
    });
}

#[test]
fn a_wrapped_key_is_the_plain_construction_and_nothing_more() {
    let wrapping = SecretKey::take(&mut [7; 32]);
    let (key, nonce) = ([9; 32], [5; 12]);
    let wrapped = wrap_key(&wrapping, b"a place", &SecretKey::take(&mut [9; 32]), nonce);
    let payload = Payload {
        msg: &key,
        aad: b"a place",
    };
    let raw = Aes256GcmSiv::new(&[7; 32].into())
        .encrypt(&nonce.into(), payload)
        .unwrap();
    assert_eq!(wrapped[..], [&nonce[..], &raw].concat());
    assert_eq!(
        unwrap_key(&wrapping, b"a place", &wrapped)
            .unwrap()
            .expose(),
        &key
    );
}

/// A second implementation of the envelope, from its description.
#[test]
fn an_envelope_is_aes_256_gcm_per_field_under_a_nonce_and_context_of_its_own() {
    let record = RecordId {
        subject: SubjectId::from_bytes([1; 16]),
        order: OrderId::from_bytes([2; 16]),
        category: Category::Delivery,
    };
    let context = FieldContext {
        store: StoreId(3),
        record,
        generation: 4,
    };
    let (street, city) = (Personal::new("1 Rue de la Paix"), Personal::new("Paris"));
    let fields = [
        (Field::parse("delivery.street").unwrap(), &street),
        (Field::parse("delivery.city").unwrap(), &city),
    ];
    let key = SecretKey::take(&mut [6; 32]);
    let envelope = seal_fields(&key, &context, &fields, [8; 12]);

    let cipher = Aes256Gcm::new(&[6; 32].into());
    let mut expected = [&[1][..], &[8; 12]].concat();
    for (field, value) in fields {
        let mut nonce = [8; 12];
        nonce[11] ^= field.number();
        let mut aad = b"lethe-field-v1".to_vec();
        aad.extend_from_slice(&3i64.to_be_bytes());
        aad.extend_from_slice(&[1; 16]);
        aad.extend_from_slice(&[2; 16]);
        aad.extend_from_slice(&[Category::Delivery.number(), field.number()]);
        aad.extend_from_slice(&4u32.to_be_bytes());
        // delivery.street is number 5, delivery.city number 7.
        aad.extend_from_slice(&(1u64 << 5 | 1 << 7).to_be_bytes());
        let clear = value.expose().as_bytes();
        let payload = Payload {
            msg: clear,
            aad: &aad,
        };
        expected.push(field.number());
        expected.extend_from_slice(&u16::try_from(clear.len()).unwrap().to_be_bytes());
        expected.extend(cipher.encrypt(&nonce.into(), payload).unwrap());
    }
    assert_eq!(envelope, expected);
    let opened = open_fields(&key, &context, &expected, FieldSet::all()).unwrap();
    assert_eq!(opened.len(), 2);
}
