//! Destruction records as pages, and names that a shop may have.

use crate::vectors::{receipt, record, signer};
use lethe_receipt::{DestructionRecord, ErasureReceipt};

#[test]
fn whatever_a_name_holds_the_text_can_be_signed_and_read() {
    let name = "Exam\tple\r\n\u{1b}[1m \u{85}SAS";
    let (mut receipt, mut record) = (receipt(), record());
    receipt.controller = name.to_owned();
    record.controller = name.to_owned();
    let (signer, key) = (signer(), signer().verifier_key().clone());
    let read = ErasureReceipt::verify(&receipt.sign(&signer), &key).unwrap();
    assert_eq!(read, receipt);
    let read = DestructionRecord::verify(&record.sign(&signer), &key).unwrap();
    assert_eq!(read, record);
}

#[test]
fn a_page_escapes_what_it_shows_and_runs_nothing() {
    let mut record = record();
    let hostile = "<script>alert(\"1\")</script>&";
    record.controller = hostile.to_owned();
    record.store = hostile.to_owned();
    record.rules[0].name = hostile.to_owned();
    record.rules[0].reference = hostile.to_owned();
    record.held_back[0].reason = hostile.to_owned();
    let page = record.to_html(Some(hostile));
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href="));
    let escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;";
    assert_eq!(page.matches(escaped).count(), 6, "{page}");
}

#[test]
fn a_page_can_be_read_aloud() {
    let page = record().to_html(None);
    for part in [
        "<html lang=\"en\">",
        "<main>",
        "<h1>",
        "<caption>",
        "<th scope=\"col\">",
        "<th scope=\"row\">",
        "@media print",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn a_record_tells_what_was_held_back_and_until_when_backups_open() {
    let text = record().to_text();
    for fact in ["legal hold case-7", "2026-12-31", "entries 50 to 53", "120"] {
        assert!(text.contains(fact), "{fact}\n{text}");
    }
}
