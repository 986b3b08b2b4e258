//! The documentation says what the code does.

use lethe_formats::{Map, code};

const DOCS: &str = include_str!("../../../../docs/import.md");

#[test]
fn every_reason_code_is_documented() {
    for code in code::ROW_CODES.iter().chain(code::FILE_CODES) {
        assert!(DOCS.contains(&format!("`{code}`")), "{code}");
    }
}

#[test]
fn the_documented_map_is_a_good_one() {
    let map = DOCS
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    assert!(Map::parse(map).is_ok(), "{:?}", Map::parse(map).err());
}
