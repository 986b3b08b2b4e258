//! Any bytes as a request to a witness: no panic, and what is read is written back byte for byte.
#![no_main]

use lethe_tlog::AddCheckpoint;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(read) = AddCheckpoint::parse(bytes) {
        assert!(read.to_string().as_bytes() == bytes);
    }
});
