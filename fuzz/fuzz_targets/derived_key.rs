//! Any text as a derived key: no panic, what is read is written the same way, and none of it is a
//! key of somebody who did not make it.
#![no_main]

use lethe_crypto::{DerivedKey, SecretKey};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    for text in [text.to_owned(), format!("lethe_dk_{text}")] {
        if let Ok(key) = DerivedKey::parse(&text) {
            assert_eq!(key.expose(), text);
            assert!(key.verify(&SecretKey::take(&mut [7; 32])).is_none());
        }
    }
});
