//! What is found does not depend on where it lies, on what is around it, or on how it is read.

use crate::invented::{self, Chance, derived_key, lethe_key};
use lethe_keyscan::{Evidence, Found, Scanner, Vendor};
use proptest::prelude::*;
use std::sync::LazyLock;

static WHOLE: LazyLock<Scanner> = LazyLock::new(Scanner::new);

fn in_chunks(bytes: &[u8], chunk: usize) -> Vec<Found> {
    let mut found = Vec::new();
    let count = Scanner::with_chunk(chunk).scan_reader(bytes, &mut |one| found.push(one));
    assert_eq!(count.unwrap(), bytes.len() as u64);
    found
}

fn noise(chance: &Chance, count: usize) -> Vec<u8> {
    (0..count).map(|_| chance.below(256) as u8).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_planted_key_of_lethe_is_found_exactly_once(
        seed: u64, before in 0usize..9_000, after in 0usize..6_000, chunk in 1_000usize..9_000,
        is_derived: bool,
    ) {
        let chance = Chance::new(seed);
        let key = if is_derived { derived_key(&chance, 54 + chance.below(900)) } else { lethe_key(&chance) };
        let mut bytes = noise(&chance, before);
        bytes.extend_from_slice(key.as_bytes());
        bytes.extend(noise(&chance, after));
        for found in [WHOLE.scan_bytes(&bytes), in_chunks(&bytes, chunk)] {
            let keys: Vec<_> = found.iter().filter(|one| one.vendor == Vendor::Lethe).collect();
            prop_assert_eq!(keys.len(), 1);
            prop_assert_eq!(keys[0].offset, before as u64);
            prop_assert_eq!(keys[0].evidence, Evidence::Checksum);
        }
    }

    #[test]
    fn keys_of_all_kinds_are_found_alike_in_one_piece_and_in_many(
        seed: u64, gap in 0usize..3_000, chunk in 500usize..5_000,
    ) {
        let chance = Chance::new(seed);
        let mut bytes = Vec::new();
        let all = invented::all(&chance);
        let many = 1 + chance.below(all.len());
        for (_, before, key) in all.into_iter().take(many) {
            bytes.extend(noise(&chance, gap / 2));
            bytes.extend_from_slice(format!("\n{before}{key}\n").as_bytes());
            bytes.extend(noise(&chance, gap / 2));
        }
        let whole = WHOLE.scan_bytes(&bytes);
        prop_assert!(whole.len() >= many);
        prop_assert_eq!(whole, in_chunks(&bytes, chunk));
    }

    #[test]
    fn pieces_of_keys_in_any_order_are_read_alike_too(
        seed: u64, count in 1usize..400, chunk in 1usize..600,
    ) {
        let chance = Chance::new(seed);
        let all = invented::all(&chance);
        let mut text = String::new();
        for _ in 0..count {
            let (_, before, key) = &all[chance.below(all.len())];
            let from = chance.below(key.len());
            match chance.below(5) {
                0 => text += before,
                1 => text += &key[..from],
                2 => text += key,
                3 => text += &key[from..],
                _ => text += ["\n", "\"", " ", "lethe_dk_", "iterable", "token"][chance.below(6)],
            }
        }
        prop_assert_eq!(WHOLE.scan_bytes(text.as_bytes()), in_chunks(text.as_bytes(), chunk));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic_and_hold_no_key_of_lethe(bytes: Vec<u8>, text: String) {
        for bytes in [&bytes[..], text.as_bytes()] {
            prop_assert!(WHOLE.scan_bytes(bytes).iter().all(|one| one.vendor != Vendor::Lethe));
        }
    }
}

#[test]
fn a_key_is_found_at_every_place_around_the_border_of_a_chunk() {
    let chance = Chance::new(7);
    let key = lethe_key(&chance);
    let scanner = Scanner::with_chunk(64);
    for before in 3_000..3_600 {
        let text = format!("{}{key}\n", "-".repeat(before));
        let mut found = Vec::new();
        scanner
            .scan_reader(text.as_bytes(), &mut |one| found.push(one))
            .unwrap();
        assert_eq!(found.len(), 1, "{before}");
        assert_eq!((found[0].line, found[0].column), (1, before as u64 + 1));
    }
}

#[test]
fn a_reader_that_fails_is_reported() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("disk gone"))
        }
    }
    WHOLE.scan_reader(Failing, &mut |_| ()).unwrap_err();
}
