//! Any bytes as Shopify's orders export: no panic, an end, and only known codes.
#![no_main]

use lethe_formats::{code, read_shopify_orders};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = read_shopify_orders(bytes) else { return };
    for found in source {
        if let Err(error) = found {
            assert!(code::ROW_CODES.contains(&error.code));
        }
    }
});
