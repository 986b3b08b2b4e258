//! Entry bundles.

use lethe_tlog::{
    BundleError, ENTRY_BYTES_MAX, EntryTooLong, decode_bundle, encode_bundle, first_entries,
    push_entry,
};
use proptest::prelude::*;

#[test]
fn each_entry_stands_behind_its_length() {
    let bundle = encode_bundle(&["one", "", "three"]).unwrap();
    assert_eq!(bundle, b"\x00\x03one\x00\x00\x00\x05three");
    assert_eq!(
        decode_bundle(&bundle, 3).unwrap(),
        [b"one".as_slice(), b"", b"three"]
    );
}

#[test]
fn the_longest_entry_fits_and_a_longer_one_does_not() {
    let mut bundle = Vec::new();
    push_entry(&mut bundle, &[1; ENTRY_BYTES_MAX]).unwrap();
    assert_eq!(decode_bundle(&bundle, 1).unwrap()[0].len(), 65_535);
    let before = bundle.clone();
    assert_eq!(
        push_entry(&mut bundle, &[1; 65_536]),
        Err(EntryTooLong(65_536))
    );
    assert_eq!(bundle, before);
}

#[test]
fn a_bundle_of_another_width_is_refused() {
    let bundle = encode_bundle(&["one", "two"]).unwrap();
    assert_eq!(
        decode_bundle(&bundle, 1),
        Err(BundleError::TrailingBytes(5))
    );
    assert_eq!(decode_bundle(&bundle, 3), Err(BundleError::Truncated(2)));
    assert_eq!(
        decode_bundle(&bundle[..9], 2),
        Err(BundleError::Truncated(1))
    );
    assert_eq!(
        decode_bundle(&bundle[..6], 2),
        Err(BundleError::Truncated(1))
    );
    assert_eq!(decode_bundle(&[], 0), Err(BundleError::Width(0)));
    assert_eq!(decode_bundle(&bundle, 257), Err(BundleError::Width(257)));
}

#[test]
fn a_partial_bundle_is_the_front_of_a_wider_one() {
    let bundle = encode_bundle(&["one", "two", "three"]).unwrap();
    let partial = encode_bundle(&["one", "two"]).unwrap();
    assert_eq!(first_entries(&bundle, 2).unwrap(), partial);
    assert_eq!(first_entries(&bundle, 3).unwrap(), bundle);
    assert_eq!(first_entries(&bundle, 4), Err(BundleError::Truncated(3)));
}

proptest! {
    #[test]
    fn entries_come_out_as_they_went_in(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..=256),
    ) {
        let bundle = encode_bundle(&entries).unwrap();
        let width = u16::try_from(entries.len()).unwrap();
        prop_assert_eq!(decode_bundle(&bundle, width).unwrap(), entries);
    }
}
