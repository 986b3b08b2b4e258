//! Derived keys: `docs/vectors/derived-key-v1.json`, and that attenuation never widens.
//!
//! The vectors were made by an independent program (Python's `hmac` and `hashlib`), written from
//! `docs/api-keys.md` alone and run by hand; this test is the second reader.

use lethe_crypto::{ApiKey, DerivedFingerprint, DerivedKey, DerivedKeyError, PresentedKey};
use lethe_model::{
    Bounds, Caveat, FieldSet, Grant, Networks, OrderStates, PowerSet, PurposeSet, Quota, Random,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

fn vectors() -> Value {
    let text = include_str!("../../../../docs/vectors/derived-key-v1.json");
    serde_json::from_str(text).unwrap()
}

/// Keys stand in two pieces, so that nobody's scanner takes the file for a leak.
fn joined(pieces: &Value) -> String {
    let pieces = pieces.as_array().unwrap().iter();
    pieces.map(|piece| piece.as_str().unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parent() -> ApiKey {
    ApiKey::parse(&joined(&vectors()["parent"])).unwrap()
}

/// The caveats of the vectors, by the name they have there.
fn caveats() -> Vec<(&'static str, Caveat)> {
    let orders = vectors()["orders"].clone();
    let orders = orders.as_array().unwrap().iter();
    let bounds = |hour, day, ever| Bounds {
        hour,
        day,
        quarter: None,
        ever,
    };
    vec![
        ("expires", Caveat::Expires(1_798_761_600_000)),
        (
            "fields",
            Caveat::Fields(FieldSet::parse(["delivery.street", "delivery.city"]).unwrap()),
        ),
        (
            "purposes",
            Caveat::Purposes(PurposeSet::from_bits(1).unwrap()),
        ),
        ("powers", Caveat::Powers(PowerSet::from_bits(3).unwrap())),
        ("states", Caveat::States(OrderStates::from_bits(1).unwrap())),
        (
            "networks",
            Caveat::Networks(Networks::parse(["fd00::/8", "10.1.0.0/16", "192.0.2.7"]).unwrap()),
        ),
        ("people", Caveat::People(bounds(None, Some(20), Some(500)))),
        ("values", Caveat::Values(bounds(Some(40), None, None))),
        ("requests_per_second", Caveat::RequestsPerSecond(5)),
        (
            "orders",
            Caveat::Orders(orders.map(|one| one.as_str().unwrap().to_owned()).collect()),
        ),
        ("label", Caveat::Label("parcel-desk.7".to_owned())),
    ]
}

fn check(key: &DerivedKey, vector: &Value) {
    assert_eq!(key.expose(), joined(&vector["key"]));
    let steps = key.verify(&parent().derivation_root()).unwrap();
    let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
    assert_eq!(serde_json::json!(steps), vector["fingerprints"]);
    assert_eq!(steps.last(), Some(&key.fingerprint().to_string()));
}

#[test]
fn each_caveat_makes_the_documented_key() {
    let vectors = vectors();
    assert_eq!(hex(&parent().key_id()), vectors["key_id"]);
    assert_eq!(hex(parent().derivation_root().expose()), vectors["root"]);
    assert_eq!(vectors["each"].as_object().unwrap().len(), caveats().len());
    for (name, caveat) in caveats() {
        let key = DerivedKey::derive(&parent(), &[caveat]).unwrap();
        check(&key, &vectors["each"][name]);
        let read = DerivedKey::parse(key.expose()).unwrap();
        assert_eq!(read.caveats(), key.caveats());
    }
}

#[test]
fn a_key_that_was_narrowed_step_by_step_is_the_one_that_was_made_at_once() {
    let all = caveats();
    let chain: Vec<Caveat> = ["expires", "fields", "orders", "label"]
        .iter()
        .map(|name| all.iter().find(|one| one.0 == *name).unwrap().1.clone())
        .collect();
    let at_once = DerivedKey::derive(&parent(), &chain).unwrap();
    check(&at_once, &vectors()["chain"]);
    let mut key = DerivedKey::derive(&parent(), &chain[..1]).unwrap();
    for caveat in &chain[1..] {
        // Its holder has the text alone.
        let holder = DerivedKey::parse(key.expose()).unwrap();
        key = holder.narrowed_by(std::slice::from_ref(caveat)).unwrap();
    }
    assert_eq!(key.expose(), at_once.expose());
}

#[test]
fn every_vector_that_must_be_refused_is() {
    for one in vectors()["refused"].as_array().unwrap() {
        let read = DerivedKey::parse(&joined(&one["key"]));
        assert!(read.is_err(), "{}", one["why"]);
    }
    let unknown = &vectors()["refused"][1]["key"];
    let refused = DerivedKey::parse(&joined(unknown)).unwrap_err();
    assert_eq!(refused, DerivedKeyError::Unknown);
}

#[test]
fn a_caveat_that_cannot_be_written_makes_no_key() {
    let make = |caveat| DerivedKey::derive(&parent(), &[caveat]).map(|_| ());
    let token = |n: usize| format!("ord_{}", n.to_string().repeat(65));
    assert!(make(Caveat::Orders((1..=8).map(token).collect())).is_ok());
    for caveat in [
        Caveat::Expires(0),
        Caveat::Networks(Networks::anywhere()),
        Caveat::People(Bounds::default()),
        Caveat::RequestsPerSecond(0),
        Caveat::Orders(Vec::new()),
        Caveat::Orders((1..=9).map(token).collect()),
        Caveat::Orders(vec!["sub_1".to_owned()]),
        Caveat::Label("Ana María".to_owned()),
    ] {
        let made = make(caveat.clone());
        assert!(
            matches!(made, Err(DerivedKeyError::Invalid { .. })),
            "{caveat:?}"
        );
    }
    assert_eq!(
        DerivedKey::derive(&parent(), &[]).unwrap_err(),
        DerivedKeyError::Empty
    );
    let many = vec![Caveat::RequestsPerSecond(1); 17];
    assert_eq!(
        DerivedKey::derive(&parent(), &many).unwrap_err(),
        DerivedKeyError::TooMany
    );
    let long = vec![Caveat::Orders((1..=8).map(token).collect()); 2];
    assert_eq!(
        DerivedKey::derive(&parent(), &long).unwrap_err(),
        DerivedKeyError::TooLong
    );
}

#[test]
fn a_derived_key_does_not_print() {
    let key = DerivedKey::derive(&parent(), &[Caveat::RequestsPerSecond(1)]).unwrap();
    assert_eq!(format!("{key:?}"), "lethe_dk_[secret]");
    let presented = PresentedKey::parse(key.expose()).unwrap();
    assert!(!format!("{presented:?}").contains(&key.expose()[9..20]));
}

fn bounds() -> impl Strategy<Value = Bounds> {
    let bound = || prop::option::of(0_u32..50);
    (bound(), bound(), bound(), bound()).prop_map(|(hour, day, quarter, ever)| Bounds {
        hour,
        day,
        quarter,
        ever,
    })
}

fn networks() -> impl Strategy<Value = Networks> {
    let known = vec![
        "10.0.0.0/8",
        "10.1.0.0/16",
        "10.2.0.0/16",
        "192.0.2.7/32",
        "0.0.0.0/0",
        "fd00::/8",
        "fd12::/16",
    ];
    prop::sample::subsequence(known, 1..=4).prop_map(|texts| Networks::parse(texts).unwrap())
}

fn caveat() -> impl Strategy<Value = Caveat> {
    let bounded = || bounds().prop_filter("bounds something", |one| !one.is_empty());
    let tokens = prop::sample::subsequence(vec!["ord_a", "ord_b", "ord_c", "ord_d"], 1..=4);
    prop_oneof![
        (1_i64..5_000).prop_map(Caveat::Expires),
        (0..=FieldSet::all().bits())
            .prop_map(|bits| Caveat::Fields(FieldSet::from_bits(bits).and(FieldSet::all()))),
        (0_u64..256).prop_map(|bits| Caveat::Purposes(PurposeSet::from_bits(bits).unwrap())),
        (0_u64..256).prop_map(|bits| Caveat::Powers(PowerSet::from_bits(bits).unwrap())),
        (0_u64..16).prop_map(|bits| Caveat::States(OrderStates::from_bits(bits).unwrap())),
        networks().prop_map(Caveat::Networks),
        bounded().prop_map(Caveat::People),
        bounded().prop_map(Caveat::Values),
        (1_u32..9).prop_map(Caveat::RequestsPerSecond),
        tokens.prop_map(|all| Caveat::Orders(all.into_iter().map(str::to_owned).collect())),
        "[a-z0-9._-]{1,40}".prop_map(Caveat::Label),
    ]
}

fn grant() -> impl Strategy<Value = Grant> {
    (
        0..=FieldSet::all().bits(),
        (0_u64..256, 0_u64..256, 0_u64..16),
        (bounds(), bounds(), prop::option::of(1_u32..9)),
        prop_oneof![Just(Networks::anywhere()), networks()],
        prop::option::of(1_i64..5_000),
    )
        .prop_map(|(fields, sets, quota, networks, expires_at_ms)| Grant {
            fields: FieldSet::from_bits(fields).and(FieldSet::all()),
            purposes: PurposeSet::from_bits(sets.0).unwrap(),
            powers: PowerSet::from_bits(sets.1).unwrap(),
            states: OrderStates::from_bits(sets.2).unwrap(),
            quota: Quota {
                people: quota.0,
                values: quota.1,
                requests_per_second: quota.2,
            },
            networks,
            expires_at_ms,
            owner: None,
        })
}

/// Draws the same 32 bytes a case was generated with.
struct Given([u8; 32]);
impl Random for Given {
    fn fill(&self, target: &mut [u8]) {
        target.copy_from_slice(&self.0[..target.len()]);
    }
}

proptest! {
    #[test]
    fn no_caveats_in_any_order_widen_a_grant(grant in grant(), caveats in vec(caveat(), 0..8)) {
        let mut narrowed = grant.clone();
        for caveat in &caveats {
            let next = narrowed.narrowed_by(caveat);
            prop_assert!(next.within(&narrowed), "{caveat:?}");
            prop_assert!(next.within(&grant));
            prop_assert_eq!(&next.narrowed_by(caveat), &next);
            narrowed = next;
        }
        let mut backwards = grant.clone();
        for caveat in caveats.iter().rev() {
            backwards = backwards.narrowed_by(caveat);
        }
        prop_assert_eq!(backwards, narrowed);
    }

    #[test]
    fn a_derived_key_is_read_back_and_verifies_under_its_parent_alone(
        seed: [u8; 32],
        other: [u8; 32],
        caveats in vec(caveat(), 1..=8),
    ) {
        prop_assume!(seed != other);
        let parent = ApiKey::generate(&Given(seed));
        let key = DerivedKey::derive(&parent, &caveats).unwrap();
        let read = DerivedKey::parse(key.expose()).unwrap();
        prop_assert_eq!(read.caveats(), &caveats[..]);
        prop_assert_eq!(read.key_id(), &parent.key_id());
        prop_assert!(read.verify(&parent.derivation_root()).is_some());
        let stranger = ApiKey::generate(&Given(other)).derivation_root();
        prop_assert!(read.verify(&stranger).is_none());
    }

    #[test]
    fn a_key_whose_bytes_were_changed_is_none_of_its_parents(
        caveats in vec(caveat(), 1..=4),
        at: prop::sample::Index,
        bit in 0_u8..8,
    ) {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
        let key = DerivedKey::derive(&parent(), &caveats).unwrap();
        let text = key.expose();
        let mut body = BASE64.decode(&text[9..text.len() - 6]).unwrap();
        let at = at.index(body.len());
        body[at] ^= 1 << bit;
        let forged = with_checksum(&BASE64.encode(body));
        if let Ok(forged) = DerivedKey::parse(&forged) {
            prop_assert!(
                forged.verify(&parent().derivation_root()).is_none()
                    || forged.key_id() != key.key_id()
            );
        }
    }

    #[test]
    fn any_text_is_refused_or_read_as_it_was_written(
        tail in "[0-9A-Za-z_-]{0,300}",
        raw in vec(any::<u8>(), 0..200),
    ) {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
        let digits = BASE64.encode(&raw);
        for text in [format!("lethe_dk_{tail}"), with_checksum(&tail), with_checksum(&digits)] {
            if let Ok(key) = DerivedKey::parse(&text) {
                prop_assert_eq!(key.expose(), text);
            }
        }
    }

    #[test]
    fn a_fingerprint_is_read_back(seed: [u8; 32]) {
        let parent = ApiKey::generate(&Given(seed));
        let key = DerivedKey::derive(&parent, &[Caveat::RequestsPerSecond(1)]).unwrap();
        let fingerprint = key.fingerprint();
        prop_assert_eq!(DerivedFingerprint::parse(&fingerprint.to_string()), Some(fingerprint));
    }
}

/// Completes a body with the checksum that belongs to it.
fn with_checksum(digits: &str) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = crc32fast::hash(digits.as_bytes());
    let mut check = [0; 6];
    for digit in check.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    format!("lethe_dk_{digits}{}", std::str::from_utf8(&check).unwrap())
}
