//! A map, an empty line, and any bytes as the file that it describes.
#![no_main]

use lethe_formats::{Map, code, read_mapped_csv};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let at = bytes.windows(3).position(|three| three == b"\n\n\n").unwrap_or(bytes.len());
    let Ok(map) = std::str::from_utf8(&bytes[..at]) else { return };
    let Ok(map) = Map::parse(map) else { return };
    let Ok(source) = read_mapped_csv(&bytes[at..], &map) else { return };
    for found in source {
        if let Err(error) = found {
            assert!(code::ROW_CODES.contains(&error.code));
        }
    }
});
