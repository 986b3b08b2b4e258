//! Shares: which of them open a key together.

use crate::scene::{PASSPHRASE, Repeatable, Scene, key_set, reread, sealed_for};
use lethe_crypto::SecretKey;
use lethe_custody::{
    CustodyError, SHARES, Share, ShareCost, generate, join, open_record_key, seal_record_key,
    year_key_id,
};

#[test]
fn any_two_custodians_open_in_any_order_what_is_sealed_to_a_key_of_their_set() {
    let scene = Scene::new(1);
    for (first, second) in [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)] {
        for (n, public) in (0u32..).zip(&scene.set.public) {
            let key = SecretKey::generate(&scene.random);
            let sealed = seal_record_key(public, &sealed_for(n), &key, &scene.random).unwrap();
            let private = join(&scene.pair(first, second), &public.key_id).unwrap();
            let opened = open_record_key(&private, &public.key_id, &sealed_for(n), &sealed);
            assert_eq!(opened.unwrap().expose(), key.expose());
        }
    }
}

#[test]
fn one_share_alone_does_not_open() {
    let scene = Scene::new(2);
    let item = &scene.request.items[0];
    let public = &scene.set.public[0];
    let key = SecretKey::generate(&scene.random);
    let sealed = seal_record_key(public, &sealed_for(0), &key, &scene.random).unwrap();
    for share in &scene.set.shares {
        assert_eq!(share.raw_parts().len(), scene.set.public.len());
        for part in share.raw_parts() {
            let opened = open_record_key(part.expose(), &item.key_id, &sealed_for(0), &sealed);
            assert_eq!(opened.err(), Some(CustodyError::Unopenable));
        }
    }
}

#[test]
fn two_copies_of_one_custodians_share_are_refused() {
    let scene = Scene::new(3);
    for n in 0..SHARES {
        let refused = join(&scene.pair(n, n), "year/2024");
        assert!(
            matches!(refused, Err(CustodyError::Mismatch(why)) if why.contains("one custodian"))
        );
    }
}

#[test]
fn shares_of_two_ceremonies_are_refused() {
    let (one, other) = (Scene::new(4), Scene::new(5));
    let mixed = [reread(&one.set.shares[0]), reread(&other.set.shares[1])];
    let refused = join(&mixed, "year/2024");
    assert!(
        matches!(refused, Err(CustodyError::Mismatch(why)) if why.contains("different ceremonies"))
    );
}

#[test]
fn a_key_that_the_set_does_not_hold_is_named() {
    let refused = join(&Scene::new(6).pair(0, 1), "year/1999");
    assert_eq!(
        refused.err(),
        Some(CustodyError::MissingKey("year/1999".into()))
    );
}

#[test]
fn a_record_key_opens_for_its_own_record_and_archive_key_only() {
    let scene = Scene::new(7);
    let public = &scene.set.public[0];
    let key = SecretKey::generate(&scene.random);
    let sealed = seal_record_key(public, &sealed_for(0), &key, &scene.random).unwrap();
    let private = join(&scene.pair(0, 1), &public.key_id).unwrap();
    let mut other_store = sealed_for(0);
    other_store.store.0 = 2;
    for (key_id, wrong) in [
        ("year/2024", sealed_for(1)),
        ("year/2024", other_store),
        ("year/2025", sealed_for(0)),
    ] {
        let opened = open_record_key(&private, key_id, &wrong, &sealed);
        assert_eq!(opened.err(), Some(CustodyError::Unopenable));
    }
    assert!(open_record_key(&private, "year/2024", &sealed_for(0), &sealed).is_ok());
}

#[test]
fn a_share_file_says_whose_it_is_and_gives_the_share_back() {
    let random = Repeatable::new(8);
    let share = &key_set(&random).shares[1];
    let file = share.seal(PASSPHRASE, ShareCost::TEST).unwrap();
    let head = format!("# lethe archive share of ben, set {}\n", &share.set()[..8]);
    assert!(file.starts_with(&head), "{file}");
    let read = Share::open(&file, PASSPHRASE).unwrap();
    assert_eq!((read.custodian(), read.set()), ("ben", share.set()));
    assert_eq!(
        read.key_ids().collect::<Vec<_>>(),
        ["year/2024", "notification"]
    );
}

#[test]
fn a_wrong_passphrase_is_told_apart_from_damage() {
    let share = &key_set(&Repeatable::new(9)).shares[0];
    let file = share.seal(PASSPHRASE, ShareCost::TEST).unwrap();
    let wrong = Share::open(&file, "eight owls read by moonlight");
    assert_eq!(wrong.err(), Some(CustodyError::Passphrase));
    let cut = Share::open(&file[..file.len() / 2], PASSPHRASE);
    assert_eq!(cut.err(), Some(CustodyError::BadShare));
    let other = Share::open("my shopping list", PASSPHRASE);
    assert_eq!(other.err(), Some(CustodyError::BadShare));
}

#[test]
fn a_short_passphrase_is_refused() {
    let share = &key_set(&Repeatable::new(10)).shares[0];
    assert!(share.seal("elevenchars", ShareCost::TEST).is_err());
    assert!(share.seal("twelve chars", ShareCost::TEST).is_ok());
}

#[test]
fn a_set_needs_a_key_and_three_different_names() {
    let random = Repeatable::new(11);
    let make = |ids: &[&str], names: [&str; 3]| {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        generate(&ids, &names.map(str::to_owned), &random).is_ok()
    };
    assert!(make(&["year/2024"], ["ada", "ben", "cleo"]));
    assert!(!make(&[], ["ada", "ben", "cleo"]));
    assert!(!make(&["year/2024"], ["ada", "ada", "cleo"]));
    assert!(!make(&["year/2024"], ["ada", "ben", "ada"]));
    assert!(!make(&["year/2024"], ["ada", "ben", "../cleo"]));
    assert!(!make(&["year/2024"], ["ada", "ben", ""]));
}

#[test]
fn a_key_named_twice_is_refused_or_records_sealed_to_the_second_would_never_open() {
    let ids = [
        year_key_id("2024"),
        year_key_id("2025"),
        year_key_id("2024"),
    ];
    let names = ["ada", "ben", "cleo"].map(str::to_owned);
    let refused = generate(&ids, &names, &Repeatable::new(12));
    assert!(matches!(refused, Err(CustodyError::Invalid(_))));
}

/// Coefficients that are never zero would rule one value of every byte out for each custodian
/// (RUSTSEC-2024-0398).
#[test]
fn a_part_says_nothing_about_the_secret_so_now_and_then_it_equals_it() {
    let ids: Vec<String> = (2000..2064)
        .map(|year| year_key_id(&year.to_string()))
        .collect();
    let names = ["ada", "ben", "cleo"].map(str::to_owned);
    let set = generate(&ids, &names, &Repeatable::new(13)).unwrap();
    let pair = [reread(&set.shares[0]), reread(&set.shares[1])];
    for share in &set.shares {
        let mut equal = 0;
        for (key_id, part) in ids.iter().zip(share.raw_parts()) {
            let private = join(&pair, key_id).unwrap();
            equal += (private.iter().zip(part.expose()))
                .filter(|(a, b)| a == b)
                .count();
        }
        // One of 256 bytes on average: 8 of 2048.
        assert!(
            (1..=24).contains(&equal),
            "{equal} bytes of the secret are in a share"
        );
    }
}
