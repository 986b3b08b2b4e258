//! Documents as issued: byte for byte, sealed, archived, and gone when their term is over.

use crate::restore::{ledger_copy, restore, save};
use crate::retention::{apply, import_last_summer, summer};
use jiff::civil::date;
use lethe_model::{Personal, Purpose};
use lethe_ops::{
    AddedDocument, DOCUMENT_BYTES_MAX, Document, DocumentBytes, Error, MediaType,
    NewArchiveRequest, NewDocument, OpenedRecord, Refusal, RestoreInput, documents_in,
};
use lethe_store::Kind;
use lethe_testkit::{OrderSketch, TestVault};
use proptest::prelude::*;
use rusqlite::Connection;

const NAME: &str = "Marked Invoice of ana.pdf";
const CONTENT: &str = "Marked Content of ana's invoice";

/// A document with this many bytes, or the few more that make it a PDF.
fn pdf(len: usize) -> Vec<u8> {
    let mut bytes = format!("%PDF-1.7\n{CONTENT}\n{len}").into_bytes();
    bytes.resize(len.max(bytes.len()), 0xe2);
    bytes
}

fn new(bytes: Vec<u8>) -> NewDocument {
    NewDocument {
        name: Some(Personal::new(NAME)),
        bytes: DocumentBytes::new(bytes),
    }
}

fn add(test: &TestVault, number: u32, bytes: Vec<u8>) -> Result<AddedDocument, Error> {
    let number = Personal::new(format!("#{number}"));
    let operator = test.operator();
    test.vault()
        .add_document_by_number(&operator, &number, new(bytes))
}

fn documents(test: &TestVault, number: u32) -> Vec<Document> {
    let operator = test.operator();
    let token = test.order_token(&operator, number);
    let opened = test.vault().documents(&operator, &token, Purpose::Support);
    opened.unwrap().items
}

fn marked(mut test: TestVault) -> TestVault {
    test.mark(NAME);
    test.mark(CONTENT);
    test
}

fn one_order() -> TestVault {
    let mut test = marked(TestVault::with_archive());
    test.import(&[OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "bob")]);
    test
}

/// Asks for an archived order and opens it with approvals and shares.
fn open_archived<T>(test: &TestVault, number: u32, look: impl FnOnce(&[OpenedRecord]) -> T) -> T {
    let (operator, vault) = (test.operator(), test.vault());
    let asked = NewArchiveRequest {
        orders: vec![Personal::new(format!("#{number}"))],
        categories: Vec::new(),
        purpose: Purpose::Legal,
        reason: "case 2026/114".to_owned(),
    };
    let proposal = vault.request_archive(&operator, &asked).unwrap();
    for who in ["dpo", "finance"] {
        let approver = test.approver(who);
        vault
            .approve(&approver, &proposal.id, &proposal.sha256)
            .unwrap();
    }
    let request = vault.archive_request_file(&operator, &proposal.id).unwrap();
    let mut seen = None;
    let show = |opened: &[OpenedRecord]| -> Result<(), Error> {
        seen = Some(look(opened));
        Ok(())
    };
    vault
        .open_archive(&operator, &test.answer(&request), show)
        .unwrap();
    seen.unwrap()
}

fn archived_documents(test: &TestVault, number: u32) -> Vec<Document> {
    open_archived(test, number, |opened| {
        let found = opened.iter().map(|one| documents_in(&one.fields).unwrap());
        found.flatten().collect()
    })
}

#[test]
fn a_document_comes_back_as_it_was_handed_in_and_the_log_holds_both() {
    let test = one_order();
    let operator = test.operator();
    let added = add(&test, 1001, pdf(0)).unwrap();
    assert!(added.is_new && added.id.starts_with("doc_"));
    assert_eq!(added.media_type, MediaType::Pdf);
    let token = test.order_token(&operator, 1001);
    let opened = test
        .vault()
        .documents(&operator, &token, Purpose::Support)
        .unwrap();
    let log = test
        .vault()
        .log_entries(&operator, None, None, 100)
        .unwrap();
    for index in [added.log_index, opened.log_index] {
        let entry = log.iter().find(|one| one.index == index).unwrap();
        assert_eq!(entry.act.fields, ["document.files"]);
        assert_eq!(entry.act.subjects, 1);
    }
    let document = opened.take(&added.id).unwrap();
    assert_eq!(document.bytes.expose(), pdf(0));
    assert_eq!(document.name.expose(), NAME);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn documents_of_any_length_come_back_and_later_ones_keep_the_earlier(
        lengths in proptest::collection::vec(
            prop_oneof![0..300usize, Just(49_000), Just(65_535), Just(65_536), 60_000..200_000usize],
            1..4,
        ),
    ) {
        let mut test = one_order();
        let mut kept: Vec<Vec<u8>> = Vec::new();
        for len in lengths {
            let bytes = pdf(len);
            let added = add(&test, 1001, bytes.clone()).unwrap();
            prop_assert_eq!(added.is_new, !kept.contains(&bytes));
            if added.is_new {
                kept.push(bytes);
            }
        }
        test.restart();
        let stored = documents(&test, 1001);
        prop_assert!(stored.iter().map(|one| one.bytes.expose()).eq(kept.iter()));
    }
}

#[test]
fn a_document_may_have_ten_mebibytes_and_not_one_byte_more() {
    let test = one_order();
    add(&test, 1001, pdf(DOCUMENT_BYTES_MAX)).unwrap();
    assert!(documents(&test, 1001)[0].bytes.expose() == pdf(DOCUMENT_BYTES_MAX));
    let refused = add(&test, 1001, pdf(DOCUMENT_BYTES_MAX + 1)).unwrap_err();
    assert_eq!(refused.code(), "invalid-input");
}

#[test]
fn what_is_above_an_orders_limit_is_refused_and_the_next_order_is_not_held_up() {
    let test = one_order();
    for number in 0..20 {
        add(&test, 1001, pdf(100 + number)).unwrap();
    }
    assert_eq!(
        add(&test, 1001, pdf(200)).unwrap_err().code(),
        "invalid-input"
    );
    assert!(
        !add(&test, 1001, pdf(100)).unwrap().is_new,
        "it is there already"
    );
    assert!(add(&test, 1002, pdf(200)).unwrap().is_new);
    assert_eq!(documents(&test, 1001).len(), 20);
}

#[test]
fn another_orders_document_and_an_order_without_any_are_not_found() {
    let test = one_order();
    let added = add(&test, 1001, pdf(0)).unwrap();
    add(&test, 1002, pdf(300)).unwrap();
    let operator = test.operator();
    let other = test.order_token(&operator, 1002);
    let opened = test
        .vault()
        .documents(&operator, &other, Purpose::Support)
        .unwrap();
    assert!(matches!(opened.take(&added.id), Err(Error::NotFound)));
    assert!(matches!(add(&test, 1003, pdf(0)), Err(Error::NotFound)));
}

#[test]
fn whoever_may_not_read_the_field_or_hand_anything_in_is_refused() {
    let test = one_order();
    add(&test, 1001, pdf(0)).unwrap();
    let (key, _) = test.key("warehouse", &["delivery.city", "invoice.reference"], 10);
    let token = test.order_token(&key, 1001);
    let read = test.vault().documents(&key, &token, Purpose::Support);
    assert!(matches!(read, Err(Error::Refused(Refusal::Field(_)))));
    let handed_in = test.vault().add_document(&key, &token, new(pdf(300)));
    assert!(matches!(handed_in, Err(Error::Refused(Refusal::Power(_)))));
}

#[test]
fn an_orders_new_version_keeps_its_documents() {
    let mut test = one_order();
    add(&test, 1001, pdf(0)).unwrap();
    let report = test.import(&[OrderSketch::new(1001, "ana").total("12.00")]);
    assert_eq!(report.updated, 1);
    add(&test, 1001, pdf(300)).unwrap();
    assert_eq!(documents(&test, 1001).len(), 2);
}

#[test]
fn an_altered_document_does_not_open_and_takes_no_other_beside_it() {
    let test = one_order();
    if test.is_on_server("rows are altered by SQLite\'s own means") {
        return;
    }
    add(&test, 1001, pdf(80_000)).unwrap();
    let active = Connection::open(test.path().join("active/active.db")).unwrap();
    let mut envelope: Vec<u8> = active
        .query_row(
            "SELECT envelope FROM records WHERE category = 6",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(envelope[0], 2, "long fields take the second version");
    let last = envelope.len() - 1;
    envelope[last] ^= 1;
    active
        .execute(
            "UPDATE records SET envelope = ?1 WHERE category = 6",
            [envelope],
        )
        .unwrap();
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    let opened = test.vault().documents(&operator, &token, Purpose::Support);
    assert!(matches!(opened, Err(Error::Altered)));
    assert!(matches!(add(&test, 1001, pdf(0)), Err(Error::Altered)));
    assert!(add(&test, 1002, pdf(0)).unwrap().is_new, "others go on");
}

#[test]
fn a_document_whose_row_could_not_be_written_leaves_the_earlier_ones_and_may_come_again() {
    let test = one_order();
    if test.is_on_server("rows are altered by SQLite\'s own means") {
        return;
    }
    add(&test, 1001, pdf(0)).unwrap();
    let active = Connection::open(test.path().join("active/active.db")).unwrap();
    let block = "CREATE TRIGGER block BEFORE UPDATE ON records BEGIN SELECT RAISE(ABORT, ''); END";
    active.execute_batch(block).unwrap();
    assert!(add(&test, 1001, pdf(300)).is_err());
    assert_eq!(documents(&test, 1001).len(), 1);
    active.execute_batch("DROP TRIGGER block").unwrap();
    assert!(add(&test, 1001, pdf(300)).unwrap().is_new);
    assert_eq!(documents(&test, 1001).len(), 2);
    test.vault().verify_log(|_| ()).unwrap();
}

#[test]
fn documents_move_to_the_archive_whole_and_end_with_their_term() {
    let mut test = marked(TestVault::with_archive());
    import_last_summer(&mut test, &[summer(1001, "ana")]);
    add(&test, 1001, pdf(0)).unwrap();
    add(&test, 1001, pdf(90_000)).unwrap();
    apply(&test).unwrap();
    assert_eq!(test.vault().status().unwrap().stores[0].orders, 0);
    let refused = add(&test, 1001, pdf(300));
    assert!(matches!(refused, Err(Error::Archived)));
    let archived = archived_documents(&test, 1001);
    let bytes: Vec<&[u8]> = archived.iter().map(|one| one.bytes.expose()).collect();
    assert!(bytes == [pdf(0), pdf(90_000)]);
    // Ten years from the end of 2025.
    let end = date(2036, 1, 1)
        .at(12, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC);
    let end_ms = end.unwrap().timestamp().as_millisecond();
    test.clock
        .advance_hours((end_ms - test.clock.in_days(0)) / 3_600_000);
    test.vault().confirm_clock(&test.operator()).unwrap();
    let run = apply(&test).unwrap();
    assert_eq!(
        run.report.records(),
        3,
        "invoice, documents and the warning"
    );
    assert_eq!(test.vault().status().unwrap().stores[0].archived_orders, 0);
    test.vault().verify_log(|_| ()).unwrap();
}

#[test]
fn who_is_erased_leaves_documents_only_where_the_law_keeps_them() {
    let mut test = marked(TestVault::with_archive());
    test.import(&[
        OrderSketch::new(1001, "ana"),
        OrderSketch::new(1002, "bob").cancelled("2026-01-06"),
    ]);
    let operator = test.operator();
    for number in [1001, 1002] {
        add(&test, number, pdf(70_000)).unwrap();
        let token = test.order_token(&operator, number);
        let erased = test.vault().erase(&operator, &token).unwrap();
        let kept = erased.report.kept.iter().map(|one| one.category.as_str());
        let is_kept = kept.into_iter().any(|category| category == "document");
        assert_eq!(is_kept, number == 1001);
        let gone = test.vault().documents(&operator, &token, Purpose::Support);
        assert!(gone.is_err());
    }
    assert!(matches!(add(&test, 1002, pdf(0)), Err(Error::Erased)));
    let kept = "SELECT COUNT(*) FROM archived_records WHERE category = 6";
    assert_eq!(test.ask(Kind::Archive, kept), "1");
}

#[test]
fn a_restored_backup_has_the_documents_and_not_those_of_the_erased() {
    let mut test = one_order();
    if test.is_on_server("backups are of files") {
        return;
    }
    add(&test, 1001, pdf(0)).unwrap();
    add(&test, 1002, pdf(90_000)).unwrap();
    let saved = save(&test, "backups");
    let operator = test.operator();
    let ana = test.order_token(&operator, 1001);
    let bob = test.order_token(&operator, 1002);
    test.vault().erase(&operator, &ana).unwrap();
    let input = RestoreInput {
        ledgers: vec![ledger_copy(&test)],
        ..RestoreInput::default()
    };
    test.close();
    let (vault, _) = restore(&mut test, &saved, &input).unwrap();
    // The day's quotas count as spent.
    test.clock.advance_hours(25);
    let operator = vault.operator(lethe_model::StoreId(1)).unwrap();
    assert!(vault.documents(&operator, &ana, Purpose::Support).is_err());
    let opened = vault.documents(&operator, &bob, Purpose::Support).unwrap();
    assert!(opened.items[0].bytes.expose() == pdf(90_000));
}
