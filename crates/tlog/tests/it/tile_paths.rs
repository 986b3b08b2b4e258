//! Paths of tiles and entry bundles.

use lethe_tlog::{TileContent, TilePath, TilePathError};
use proptest::prelude::*;

#[test]
fn indexes_are_written_in_groups_of_three_digits() {
    let cases = [
        (0, "000"),
        (67, "067"),
        (999, "999"),
        (1_000, "x001/000"),
        (1_234_067, "x001/x234/067"),
        (1_000_000_000, "x001/x000/x000/000"),
        (u64::MAX, "x018/x446/x744/x073/x709/x551/615"),
    ];
    for (index, text) in cases {
        let path = TilePath::hashes(3, index, 256).unwrap();
        assert_eq!(path.to_string(), format!("tile/3/{text}"));
        assert_eq!(path.to_string().parse(), Ok(path));
    }
}

#[test]
fn partial_tiles_and_bundles_name_their_width() {
    let tile = TilePath::hashes(63, 5, 255).unwrap();
    assert_eq!(tile.to_string(), "tile/63/005.p/255");
    assert_eq!(tile.full().to_string(), "tile/63/005");
    let bundle = TilePath::entries(1_234_067, 1).unwrap();
    assert_eq!(bundle.to_string(), "tile/entries/x001/x234/067.p/1");
    assert_eq!(bundle.content(), TileContent::Entries);
    assert!(bundle.is_partial() && !bundle.full().is_partial());
}

#[test]
fn impossible_tiles_have_no_path() {
    assert_eq!(TilePath::hashes(64, 0, 256), Err(TilePathError::Level(64)));
    assert_eq!(TilePath::hashes(0, 0, 0), Err(TilePathError::Width(0)));
    assert_eq!(TilePath::entries(0, 257), Err(TilePathError::Width(257)));
}

#[test]
fn other_spellings_are_refused() {
    let refused = [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/64/000",
        "tile/256/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/data/000",
        "tile/Entries/000",
        "tile/8/0/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x000/067",
        "tile/0/x000/x001/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/X001/067",
        "tile/0/x1/067",
        "tile/0/x+01/067",
        "tile/0/x001//067",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x001/x018/x446/x744/x073/x709/x551/615",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/007",
        "tile/0/000.p/+7",
        "tile/0/000.p/7/",
        "tile/0/000.p/7.p/7",
        "tile/0/000 ",
        "tile/0/000\n",
        "tile/0/\u{0660}\u{0660}\u{0660}",
        "tile/0/../000",
        "tile/entries",
        "tile/entries/",
        "tile/entries/000.p/65536",
    ];
    for path in refused {
        assert_eq!(
            path.parse::<TilePath>(),
            Err(TilePathError::Malformed),
            "{path:?}"
        );
    }
}

proptest! {
    #[test]
    fn formatting_and_parsing_agree(
        level in 0..=63u8,
        index in prop_oneof![0..3_000_000u64, any::<u64>()],
        width in 1..=256u16,
    ) {
        for path in [TilePath::hashes(level, index, width), TilePath::entries(index, width)] {
            let path = path.unwrap();
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }
    }

    #[test]
    fn whatever_parses_has_no_other_spelling(
        text in prop_oneof![any::<String>(), "tile/(entries|[0-9]{1,3})/(x?[0-9]{3}/?){1,4}(\\.p/[0-9]{0,4})?"],
    ) {
        if let Ok(path) = text.parse::<TilePath>() {
            prop_assert_eq!(path.to_string(), text);
        }
    }
}
