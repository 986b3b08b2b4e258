//! Damage, by accident or on purpose: it is noticed, and nothing opens.

use crate::scene::{PASSPHRASE, Scene, at, reread};
use age::secrecy::SecretString;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lethe_custody::{CustodyError, Reply, Request, Share, ShareCost, answer, join, open_reply};
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::{Read as _, Write as _};

/// Changes what is inside a share's file, with nothing but age and JSON.
fn rewritten(file: &str, change: impl FnOnce(&mut Value)) -> String {
    let armor = &file[file.find("-----BEGIN").unwrap()..];
    let passphrase = || SecretString::from(PASSPHRASE.to_owned());
    let identity = age::scrypt::Identity::new(passphrase());
    let reader = age::armor::ArmoredReader::new(armor.as_bytes());
    let decryptor = age::Decryptor::new(reader).unwrap();
    let mut json = String::new();
    let identities = std::iter::once(&identity as &dyn age::Identity);
    let mut reader = decryptor.decrypt(identities).unwrap();
    reader.read_to_string(&mut json).unwrap();
    let mut content = serde_json::from_str(&json).unwrap();
    change(&mut content);
    let mut recipient = age::scrypt::Recipient::new(passphrase());
    recipient.set_work_factor(4);
    let mut sealed = Vec::new();
    let armor = age::armor::Format::AsciiArmor;
    let armor = age::armor::ArmoredWriter::wrap_output(&mut sealed, armor).unwrap();
    let recipients = std::iter::once(&recipient as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(recipients).unwrap();
    let mut writer = encryptor.wrap_output(armor).unwrap();
    writer.write_all(content.to_string().as_bytes()).unwrap();
    writer.finish().unwrap().finish().unwrap();
    String::from_utf8(sealed).unwrap()
}

/// Changes one bit of the part of the first key.
fn alter_part(content: &mut Value) {
    let part = &mut content["keys"][0]["share"];
    let mut bytes = BASE64.decode(part.as_str().unwrap()).unwrap();
    bytes[9] ^= 1;
    *part = BASE64.encode(bytes).into();
}

/// Makes the check of the first key fit, by the published format.
fn fit_check(content: &mut Value) {
    let key = &mut content["keys"][0];
    let mut hash = Sha256::new();
    for member in ["key_id", "public", "share"] {
        let text = key[member].as_str().unwrap();
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    key["check"] = BASE64.encode(&hash.finalize()[..8]).into();
}

fn file_of(scene: &Scene, n: usize) -> String {
    scene.set.shares[n]
        .seal(PASSPHRASE, ShareCost::TEST)
        .unwrap()
}

#[test]
fn any_program_that_reads_age_can_read_a_share_and_write_it_back() {
    let scene = Scene::new(50);
    let file = rewritten(&file_of(&scene, 0), fit_check);
    let shares = [
        Share::open(&file, PASSPHRASE).unwrap(),
        reread(&scene.set.shares[2]),
    ];
    assert!(join(&shares, "year/2024").is_ok());
}

#[test]
fn a_damaged_part_is_noticed_before_two_custodians_meet() {
    let file = rewritten(&file_of(&Scene::new(51), 0), alter_part);
    assert_eq!(
        Share::open(&file, PASSPHRASE).err(),
        Some(CustodyError::BadShare)
    );
}

#[test]
fn a_part_that_its_custodian_altered_check_and_all_is_noticed_when_it_is_joined() {
    let scene = Scene::new(52);
    let file = rewritten(&file_of(&scene, 0), |content| {
        alter_part(content);
        fit_check(content);
    });
    let altered = Share::open(&file, PASSPHRASE).unwrap();
    let refused = join(&[altered, reread(&scene.set.shares[1])], "year/2024");
    assert_eq!(
        refused.err(),
        Some(CustodyError::WrongKey("year/2024".into()))
    );
}

#[test]
fn a_custodian_who_takes_another_name_does_not_count_twice() {
    let scene = Scene::new(53);
    let file = rewritten(&file_of(&scene, 0), |content| {
        content["custodian"] = "eve".into();
    });
    let renamed = Share::open(&file, PASSPHRASE).unwrap();
    let refused = join(&[renamed, reread(&scene.set.shares[0])], "year/2024");
    assert_eq!(
        refused.err(),
        Some(CustodyError::WrongKey("year/2024".into()))
    );
}

#[test]
fn a_request_with_another_reply_key_is_answered_to_that_key_and_not_to_ours() {
    let mut scene = Scene::new(54);
    scene.request.reply_public = Scene::new(55).request.reply_public;
    let reply = scene.reply();
    let request = &scene.request;
    let (id, frozen) = (&request.request_id, &request.frozen_sha256);
    let opened = open_reply(&reply, id, frozen, request.items.len(), &scene.reply_key);
    assert_eq!(opened.err(), Some(CustodyError::Unopenable));
}

/// Replaces one byte by another letter.
fn mutated(text: &str, place: usize, by: char) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let place = place % letters.len();
    letters[place] = by;
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_mutated_share_never_opens_as_another(place: usize, by in "[ -~\n]") {
        let scene = Scene::new(56);
        let by = by.chars().next().unwrap();
        let file = mutated(&file_of(&scene, 0), place, by);
        if let Ok(share) = Share::open(&file, PASSPHRASE) {
            prop_assert_eq!(share.custodian(), "ada");
            prop_assert!(join(&[share, reread(&scene.set.shares[1])], "year/2024").is_ok());
        }
    }

    #[test]
    fn a_mutated_request_never_asks_for_another_list(place: usize, by in any::<char>()) {
        let scene = Scene::new(57);
        let text = mutated(&scene.request.to_json(), place, by);
        if let Ok(request) = Request::parse(&text) {
            prop_assert_eq!(&request.items, &scene.request.items);
            let is_same = request == scene.request;
            prop_assert_eq!(request.fingerprint() == scene.request.fingerprint(), is_same);
            let now = at("2026-11-03T09:00:00Z");
            // A changed expiry may be over, a changed reply key no point of the curve.
            let answered = answer(&request, &scene.pair(0, 1), now, &scene.random);
            prop_assert!(answered.is_ok() || !is_same);
        }
    }

    #[test]
    fn a_mutated_reply_opens_as_it_was_or_not_at_all(place: usize, by in any::<char>()) {
        let scene = Scene::new(58);
        let reply = scene.reply();
        let text = mutated(&reply.to_json(), place, by);
        if let Ok(read) = Reply::parse(&text) {
            let (id, frozen) = (&scene.request.request_id, &scene.request.frozen_sha256);
            let opened = open_reply(&read, id, frozen, 2, &scene.reply_key);
            prop_assert_eq!(opened.is_ok(), read == reply);
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic_and_opens_nothing(text: String) {
        prop_assert!(Share::open(&text, PASSPHRASE).is_err());
        prop_assert!(Request::parse(&text).is_err());
        prop_assert!(Reply::parse(&text).is_err());
    }
}
