//! Intake: what is new, changed, unchanged; who is linked to whom, and who never is.

use crate::reveal::{query, values};
use lethe_model::Purpose;
use lethe_ops::{FindQuery, ImportReport};
use lethe_testkit::{OrderSketch, TestVault};

fn counts(report: &ImportReport) -> [u64; 4] {
    [
        report.imported,
        report.updated,
        report.unchanged,
        report.rejected,
    ]
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let mut test = TestVault::start();
    let orders = [
        OrderSketch::new(1001, "ana"),
        OrderSketch::new(1002, "bob").gift_to("carl"),
    ];
    assert_eq!(counts(&test.import(&orders)), [2, 0, 0, 0]);
    let before = test.vault().status().unwrap();
    assert_eq!(counts(&test.import(&orders)), [0, 0, 2, 0]);
    let after = test.vault().status().unwrap();
    assert_eq!(after.stores[0].records, before.stores[0].records);
    assert_eq!(after.stores[0].people, before.stores[0].people);
}

#[test]
fn a_changed_order_replaces_its_records_under_new_keys() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana").note("first note of hers")]);
    let people = test.vault().status().unwrap().stores[0].people;
    let changed = OrderSketch::new(1001, "ana")
        .note("second note of hers")
        .total("80.00");
    assert_eq!(counts(&test.import(&[changed])), [0, 1, 0, 0]);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    let revealed = test
        .vault()
        .reveal(&operator, &token, query(&["support.note"]))
        .unwrap();
    assert_eq!(values(&revealed)[0].1, "second note of hers");
    assert_eq!(test.vault().status().unwrap().stores[0].people, people);
    test.restart();
    let token = test.order_token(&test.operator(), 1001);
    let revealed = test
        .vault()
        .reveal(&test.operator(), &token, query(&["support.note"]))
        .unwrap();
    assert_eq!(values(&revealed)[0].1, "second note of hers");
}

#[test]
fn a_category_that_a_new_version_lacks_is_gone() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana").note("a note that goes away")]);
    test.import(&[OrderSketch::new(1001, "ana")]);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    let note = test
        .vault()
        .reveal(&operator, &token, query(&["support.note"]));
    assert!(matches!(note, Err(lethe_ops::Error::NotFound)), "{note:?}");
}

#[test]
fn orders_with_the_same_email_are_one_subject_and_each_token_opens_its_own_order_only() {
    let mut test = TestVault::start();
    let second = OrderSketch::new(1002, "impostor").email(Some("MARKED-ana@example.com"));
    test.import(&[OrderSketch::new(1001, "ana"), second]);
    assert_eq!(test.vault().status().unwrap().stores[0].people, 1);
    let operator = test.operator();
    let token = test.order_token(&operator, 1002);
    let revealed = test.vault().reveal(
        &operator,
        &token,
        query(&["contact.name", "delivery.street"]),
    );
    let values = values(&revealed.unwrap());
    assert!(
        values.iter().all(|(_, value)| value.ends_with("impostor")),
        "the link widens nothing"
    );
}

#[test]
fn a_guest_without_email_works_and_is_found_by_phone() {
    let mut test = TestVault::start();
    let guest = OrderSketch::new(1001, "gus")
        .email(None)
        .phone("06 39 98 12 34");
    let again = OrderSketch::new(1002, "gus")
        .email(None)
        .phone("+33639981234");
    test.import(&[guest, again]);
    assert_eq!(test.vault().status().unwrap().stores[0].people, 1);
    let query = FindQuery::phone("0639981234", Some("FR"), Purpose::Support).unwrap();
    assert_eq!(
        test.vault()
            .find(&test.operator(), query)
            .unwrap()
            .subjects
            .len(),
        1
    );
}

#[test]
fn a_shared_phone_number_does_not_merge_people_with_email_addresses() {
    let mut test = TestVault::start();
    let orders = [OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "bob")];
    test.import(&orders.map(|order| order.phone("06 39 98 12 34")));
    assert_eq!(test.vault().status().unwrap().stores[0].people, 2);
}

#[test]
fn a_gift_recipient_is_a_subject_of_their_own() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1001, "ana").gift_to("zoe")]);
    assert_eq!(test.vault().status().unwrap().stores[0].people, 2);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    let fields = query(&["delivery.name", "invoice.name"]);
    let revealed = test.vault().reveal(&operator, &token, fields).unwrap();
    let names: Vec<String> = values(&revealed)
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    assert_eq!(names, ["Marked Name zoe", "Marked Name ana"]);
    let log = test.vault().log_entries(&operator, None, None, 1).unwrap();
    assert_eq!(log[0].act.subjects, 2, "both are named to the log");
}

#[test]
fn what_must_never_be_stored_is_taken_out_of_notes_and_counted() {
    let mut test = TestVault::start();
    let card = "4111 1111 1111 1111";
    test.mark(card);
    let order = OrderSketch::new(1001, "ana").note(&format!("my card is {card}, thanks"));
    let csv = lethe_testkit::orders_csv(&[order]);
    let mut source = lethe_formats::read_shopify_orders(csv.as_bytes()).unwrap();
    let options = lethe_ops::ImportOptions {
        batch: 10,
        source: [2; 16],
    };
    let operator = test.operator();
    let report = test
        .vault()
        .import(&operator, &mut source, &options, |_| (), |_| Ok(()))
        .unwrap();
    assert_eq!(report.secrets_removed, 1);
    let token = test.order_token(&operator, 1001);
    let revealed = test
        .vault()
        .reveal(&operator, &token, query(&["support.note"]))
        .unwrap();
    let note = &values(&revealed)[0].1;
    assert!(
        note.starts_with("my card is [") && !note.contains("4111"),
        "the number is masked"
    );
}

#[test]
fn the_same_order_twice_in_one_batch_keeps_the_later_version() {
    let mut test = TestVault::start();
    let report = test.import(&[
        OrderSketch::new(1001, "ana").total("10.00"),
        OrderSketch::new(1002, "bob"),
        OrderSketch::new(1001, "ana").total("20.00"),
        OrderSketch::new(1003, "carl"),
    ]);
    assert_eq!(counts(&report), [3, 1, 0, 0]);
    let operator = test.operator();
    let token = test.order_token(&operator, 1001);
    assert_eq!(
        test.vault().order(&operator, &token).unwrap().total_minor,
        Some(2000)
    );
}
