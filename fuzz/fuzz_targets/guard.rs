//! Any text: spans are in order and on character borders, and masking again changes nothing.
#![no_main]

use std::sync::LazyLock;

use lethe_formats::guard::Guard;

static GUARD: LazyLock<Guard> = LazyLock::new(Guard::new);

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut end = 0;
    for finding in GUARD.inspect(text).iter() {
        assert!(finding.span.start >= end && text.get(finding.span.clone()).is_some());
        end = finding.span.end;
    }
    let masked = GUARD.mask(text);
    assert_eq!(GUARD.mask(&masked.text).text, masked.text);
});
