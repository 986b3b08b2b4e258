//! docs/archive-formats.md as a second implementation reads it: what this crate writes opens by the
//! published formulas alone.

use crate::scene::{Scene, sealed_for};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem, OpModeR, setup_receiver};
use lethe_custody::join;
use sha2::{Digest, Sha256};

fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        let is_over = a & 0x80 != 0;
        a <<= 1;
        if is_over {
            // 0x11d without its highest bit.
            a ^= 0x1d;
        }
        b >>= 1;
    }
    product
}

fn over(a: u8, b: u8) -> u8 {
    (0..=255)
        .find(|one| times(*one, b) == a)
        .expect("b is not zero")
}

fn open(private: &[u8; 32], info: &[u8], aad: &[u8], sealed: &[u8]) -> Vec<u8> {
    assert_eq!((sealed.len(), sealed[0]), (81, 1));
    let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(private).unwrap();
    let enc = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&sealed[1..33]).unwrap();
    let mode = OpModeR::Base;
    let mut receiver =
        setup_receiver::<AesGcm256, HkdfSha256, X25519HkdfSha256>(&mode, &private, &enc, info)
            .unwrap();
    receiver.open(&sealed[33..], aad).unwrap()
}

fn with_length(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_be_bytes(), text.as_bytes()].concat()
}

#[test]
fn parts_join_byte_by_byte_over_the_stated_polynomial() {
    let scene = Scene::new(60);
    for (first, second) in [(0u8, 1u8), (0, 2), (1, 2)] {
        let part_of = |n: u8| scene.set.shares[usize::from(n)].raw_parts();
        let (parts, others) = (part_of(first), part_of(second));
        let (x, z) = (first + 1, second + 1);
        for (at, public) in scene.set.public.iter().enumerate() {
            let pairs = parts[at].expose().iter().zip(others[at].expose());
            let joined: Vec<u8> = pairs
                .map(|(y, w)| over(times(*y, z), z ^ x) ^ over(times(*w, x), z ^ x))
                .collect();
            let private = join(&scene.pair(0, 1), &public.key_id).unwrap();
            assert_eq!(joined, *private);
        }
    }
}

#[test]
fn record_keys_open_with_the_stated_suite_info_and_associated_data() {
    let scene = Scene::new(61);
    for (item, key) in scene.request.items.iter().zip(&scene.record_keys) {
        let of = sealed_for(item.n);
        let aad = [
            &of.store.0.to_be_bytes()[..],
            of.record.subject.as_bytes(),
            of.record.order.as_bytes(),
            &[of.record.category.number()],
            item.key_id.as_bytes(),
        ]
        .concat();
        let private = join(&scene.pair(0, 1), &item.key_id).unwrap();
        let sealed = BASE64.decode(&item.sealed_key).unwrap();
        assert_eq!(
            open(&private, b"lethe-archive-record-key-v1", &aad, &sealed),
            key
        );
    }
}

#[test]
fn replies_open_with_the_stated_info_and_associated_data() {
    let scene = Scene::new(62);
    for (item, key) in scene.reply().items.iter().zip(&scene.record_keys) {
        let aad = format!("proposal-7|{}|{}", scene.request.frozen_sha256, item.n);
        let sealed = BASE64.decode(&item.sealed).unwrap();
        let private = scene.reply_key.expose();
        assert_eq!(
            open(private, b"lethe-archive-reply-v1", aad.as_bytes(), &sealed),
            key
        );
    }
}

#[test]
fn a_list_is_frozen_over_its_texts_as_they_stand_in_the_file() {
    let request = Scene::new(63).request;
    let mut bytes = b"lethe-archive-request-v1".to_vec();
    for item in &request.items {
        bytes.extend(item.n.to_be_bytes());
        bytes.extend(item.store.to_be_bytes());
        bytes.push(item.category);
        for text in [&item.key_id, &item.subject, &item.order, &item.sealed_key] {
            bytes.extend(with_length(text));
        }
    }
    assert_eq!(request.frozen_sha256, BASE64.encode(Sha256::digest(bytes)));
}

#[test]
fn a_fingerprint_is_over_the_texts_of_the_file_in_the_stated_order() {
    let request = Scene::new(64).request;
    let file: serde_json::Value = serde_json::from_str(&request.to_json()).unwrap();
    let mut bytes = b"lethe-archive-fingerprint-v1".to_vec();
    for member in [
        "request_id",
        "kind",
        "purpose",
        "reason",
        "created_at",
        "expires_at",
        "reply_public",
        "frozen_sha256",
    ] {
        bytes.extend(with_length(file[member].as_str().unwrap()));
    }
    for approval in file["approvals"].as_array().unwrap() {
        for text in approval.as_array().unwrap() {
            bytes.extend(with_length(text.as_str().unwrap()));
        }
    }
    let hash = Sha256::digest(bytes);
    let hex: String = hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(request.fingerprint().replace(' ', ""), hex);
}
