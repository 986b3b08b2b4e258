//! What is no key and must not be taken for one.

use crate::invented::Chance;
use lethe_keyscan::{Scanner, Vendor};

fn assert_quiet(text: &str) {
    let found = Scanner::new().scan_bytes(text.as_bytes());
    assert!(found.is_empty(), "{found:?} in {text}");
}

#[test]
fn hashes_identifiers_and_uuids_are_no_keys() {
    let chance = Chance::new(11);
    let mut text = String::new();
    for _ in 0..500 {
        let (md5, sha1, sha256) = (chance.hex(32), chance.hex(40), chance.hex(64));
        let uuid = chance.uuid();
        text += &format!("{md5}  a.js\n{sha1} commit\nsha256:{sha256}\n{uuid}\n");
        text += &format!("integrity=\"sha512-{}==\"\n", chance.alnum(86));
        text += &format!(
            "chunk.{}.js?v={}&lang=en-us\n",
            chance.hex(20),
            chance.hex(8)
        );
    }
    assert_quiet(&text);
}

#[test]
fn a_minified_bundle_is_no_key() {
    let chance = Chance::new(12);
    let mut bundle = String::new();
    for number in 0..2_000 {
        let name = chance.alnum(6);
        bundle += &format!(
            "function _{name}(e){{if(!e||\"function\"!=typeof e[Symbol.iterator])throw new TypeError(\
             \"Invalid attempt to spread non-iterable instance.\");return e}}\
             var task_{number}={{sk_live_:1,re_:/x/,pk_test:\"pk_live_{}\",square:\"{}\",key:\"{}\"}};\
             __webpack_require__.u=e=>\"{}.chunk.js\";",
            chance.alnum(24),
            chance.alnum(24),
            chance.hex(16),
            chance.hex(20),
        );
    }
    assert_quiet(&bundle);
}

#[test]
fn the_word_alone_makes_no_key_of_a_hash() {
    let chance = Chance::new(13);
    let (md5, sha1) = (chance.hex(32), chance.hex(40));
    assert_quiet(&format!("e is not iterable {md5}"));
    assert_quiet(&format!("zendesk-7.2.1 {sha1}"));
    assert_quiet(&format!("twilio-video.min.js?{md5}"));
    assert_quiet(&format!("postmark {}", chance.uuid()));
    assert_quiet(&format!("iterable_api_key{}{md5}", " ".repeat(200)));
}

#[test]
fn placeholders_and_the_examples_of_manuals_are_no_keys() {
    for text in [
        "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
        "shpat_00000000000000000000000000000000",
        "ck_0123456789abcdef0123456789abcdef01234567",
        "AKIAIOSFODNN7EXAMPLE",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "lethe_sk_…",
        "SG.<your key>",
        concat!(
            "hooks.slack.com/",
            "services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"
        ),
    ] {
        assert_quiet(text);
    }
}

#[test]
fn a_megabyte_of_chance_and_of_base64_holds_no_key_of_lethe() {
    let chance = Chance::new(14);
    let bytes: Vec<u8> = (0..1 << 20).map(|_| chance.below(256) as u8).collect();
    let found = Scanner::new().scan_bytes(&bytes);
    assert!(found.iter().all(|one| one.vendor != Vendor::Lethe));
    assert_quiet(&chance.of(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        1 << 20,
    ));
}
