//! A chunk size and any bytes: read in one piece and in many, the same keys are found, in order and
//! where they are said to be, and no checksum is right by chance.
#![no_main]

use std::sync::LazyLock;

use lethe_keyscan::{Evidence, Fingerprint, Scanner};

static WHOLE: LazyLock<Scanner> = LazyLock::new(Scanner::new);

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((chunk, bytes)) = input.split_first() else { return };
    let found = WHOLE.scan_bytes(bytes);
    let mut streamed = Vec::new();
    let count = Scanner::with_chunk(1 + usize::from(*chunk) * 8)
        .scan_reader(bytes, &mut |key| streamed.push(key))
        .expect("memory can be read");
    assert_eq!(count, bytes.len() as u64);
    assert_eq!(found, streamed);
    let mut last = 0;
    for key in &found {
        assert!(key.offset >= last && key.line > 0 && key.column > 0);
        last = key.offset;
        let rest = &bytes[key.offset as usize..];
        assert!(rest.starts_with(key.prefix.as_bytes()));
        if key.evidence == Evidence::Checksum {
            let lengths = 58..=rest.len().min(1009);
            let mut lengths = lengths.map(|length| Fingerprint::of(&rest[..length]));
            assert!(lengths.any(|fingerprint| fingerprint == key.fingerprint));
        }
    }
});
