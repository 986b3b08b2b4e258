//! The search for marked values in everything a test leaves behind.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem;
use std::fs;
use std::path::Path;

/// Searches all files below `folder` for the values, in the encodings in which they might leak.
///
/// Returns one line per hit: the file and the position of the value in `values`, never the value.
pub fn find_leaks(folder: &Path, values: &[String]) -> Vec<String> {
    let mut hits = Vec::new();
    visit(folder, &mut |path| {
        // A file that vanished meanwhile leaves nothing behind.
        let Ok(bytes) = fs::read(path) else { return };
        for hit in find_leaks_in(&bytes, values) {
            hits.push(format!("{}: {hit}", path.display()));
        }
    });
    hits
}

/// Searches bytes for the values.
pub fn find_leaks_in(bytes: &[u8], values: &[String]) -> Vec<String> {
    let mut hits = Vec::new();
    for (at, value) in values.iter().enumerate() {
        for (encoding, needle) in encodings(value) {
            // Shorter ones are met by chance.
            if needle.len() >= 8 && memmem::find(bytes, &needle).is_some() {
                hits.push(format!("value {at} in {encoding}"));
            }
        }
    }
    hits
}

fn encodings(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16 = |bytes: fn(u16) -> [u8; 2]| value.encode_utf16().flat_map(bytes).collect();
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut all = vec![
        ("UTF-8", value.as_bytes().to_vec()),
        ("UTF-8, folded", value.to_lowercase().into_bytes()),
        ("UTF-16LE", utf16(u16::to_le_bytes)),
        ("UTF-16BE", utf16(u16::to_be_bytes)),
        ("hex", hex.clone().into_bytes()),
        ("HEX", hex.to_uppercase().into_bytes()),
    ];
    // In base64 a value looks different at each of three offsets; the outer digits depend on the
    // neighbours.
    for offset in 0..3 {
        let padded = [&vec![0; offset], value.as_bytes()].concat();
        for (name, engine) in [("base64", STANDARD_NO_PAD), ("base64url", URL_SAFE_NO_PAD)] {
            let text = engine.encode(&padded);
            let inner = text
                .get(offset + 1..text.len().saturating_sub(2))
                .unwrap_or("");
            all.push((name, inner.as_bytes().to_vec()));
        }
    }
    all
}

fn visit(folder: &Path, each: &mut impl FnMut(&Path)) {
    let Ok(files) = fs::read_dir(folder) else {
        return;
    };
    for file in files.flatten() {
        let path = file.path();
        if path.is_dir() {
            visit(&path, each);
        } else if path.is_file() {
            each(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_in_every_encoding_it_might_leak_in() {
        let value = "marked-Zoë@example.com".to_owned();
        for (encoding, needle) in encodings(&value) {
            let bytes = [b"before ".as_slice(), &needle, b" after"].concat();
            let hits = find_leaks_in(&bytes, std::slice::from_ref(&value));
            assert!(!hits.is_empty(), "{encoding}");
        }
        assert!(find_leaks_in(b"nothing of the kind here", &[value]).is_empty());
    }
}
