//! Any text as a receipt, a record, a list: no panic. Any content that parses can be signed, read again
//! and written as a letter, whatever its names hold.
#![no_main]

use std::sync::LazyLock;

use lethe_receipt::{DestructionRecord, ErasureReceipt, Language, PublishedScope};
use lethe_tlog::NoteSigner;

static SIGNER: LazyLock<NoteSigner> =
    LazyLock::new(|| NoteSigner::new("lethe.invalid/log/fuzz", &[7; 32]).expect("a good name"));

libfuzzer_sys::fuzz_target!(|text: &str| {
    let key = SIGNER.verifier_key();
    let _ = ErasureReceipt::verify(text, key);
    let _ = DestructionRecord::verify(text, key);
    // A receipt and a list, parted by an empty line.
    let (first, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    if let Ok(receipt) = serde_json::from_str::<ErasureReceipt>(first) {
        let read = ErasureReceipt::verify(&receipt.sign(&SIGNER), key);
        assert!(read.as_ref() == Ok(&receipt));
        for language in Language::ALL {
            assert!(receipt.letter(language).ends_with('\n'));
        }
        if let Ok(list) = serde_json::from_str::<PublishedScope>(rest) {
            let _ = receipt.recognise(&list);
        }
    }
    if let Ok(record) = serde_json::from_str::<DestructionRecord>(first) {
        let read = DestructionRecord::verify(&record.sign(&SIGNER), key);
        assert!(read.as_ref() == Ok(&record));
        let page = record.to_html(Some(text));
        assert!(!page.contains("<script"));
    }
});
