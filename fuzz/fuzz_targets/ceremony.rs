//! Any text as a request, a reply or a share: no panic, what reads as a file is written back the same,
//! its summary keeps to its lines, and no share opens.
#![no_main]

use lethe_custody::{Reply, Request, Share};

/// Lines of a summary, whatever the request says.
const SUMMARY_LINES: usize = 8;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(request) = Request::parse(text) {
        assert!(Request::parse(&request.to_json()).as_ref() == Ok(&request));
        assert_eq!(request.summary().lines().count(), SUMMARY_LINES);
        for item in &request.items {
            let _ = item.sealed_for();
        }
    }
    if let Ok(reply) = Reply::parse(text) {
        assert!(Reply::parse(&reply.to_json()).as_ref() == Ok(&reply));
    }
    assert!(Share::open(text, "a guess at a passphrase").is_err());
});
