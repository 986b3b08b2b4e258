//! What is inside a backup's encryption: read without a panic, in bounded memory, and whatever is
//! accepted keeps to the format.
#![no_main]

use lethe_backup::{CHUNK_BYTES_MAX, Event, Reader};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(mut reader) = Reader::new(bytes) else {
        return;
    };
    let mut end = 0;
    while let Ok(event) = reader.next_event() {
        match event {
            Event::Entry { name, .. } => {
                assert!(name.is_of(reader.header().class));
                end = 0;
            }
            Event::Chunk { offset } => {
                let len = reader.chunk().len();
                assert!((1..=CHUNK_BYTES_MAX).contains(&len) && offset >= end);
                end = offset + len as u64;
            }
            Event::EntryEnd { length, .. } => assert!(length >= end),
            Event::End { .. } => break,
        }
    }
});
