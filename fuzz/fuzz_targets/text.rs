//! Any bytes become valid UTF-8, whatever their encoding is taken to be.
#![no_main]

use std::io::Read;

use lethe_formats::text::Decoder;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut text = Vec::new();
    let mut decoder = Decoder::new(bytes).expect("reading from memory");
    decoder.read_to_end(&mut text).expect("reading from memory");
    let text = String::from_utf8(text).expect("valid UTF-8");
    if std::str::from_utf8(bytes).is_ok_and(|own| !own.starts_with('\u{feff}') && !own.contains('\0')) {
        assert_eq!(text.as_bytes(), bytes);
    }
});
