//! No receipt, no data key.

use crate::fixture::Fixture;
use lethe_keeper::{Destruction, DisposalKind, PlannedSubject, Refusal};
use lethe_model::{Category, FieldSet, OrderId, RecordId};

#[test]
fn a_receipt_opens_the_records_of_whom_and_what_it_names_and_no_others() {
    let fixture = Fixture::new(10);
    let records = fixture.people(2);
    let admitted = fixture.admit(&[records[0].subject]).unwrap();
    let receipt = &admitted.receipt;
    let open = |record: RecordId| {
        let answers = fixture.keeper().data_keys(&[(receipt, &[record])]).unwrap();
        answers.into_iter().next().unwrap()
    };
    let keys = open(records[0]).unwrap();
    assert_eq!(keys[0].len(), 1, "one generation");
    assert_eq!(
        open(records[1]).unwrap_err(),
        Refusal::Gone,
        "another person"
    );
    let delivery = RecordId {
        category: Category::Delivery,
        ..records[0]
    };
    assert_eq!(
        open(delivery).unwrap_err(),
        Refusal::Gone,
        "another category"
    );
    let other_order = RecordId {
        order: OrderId::from_bytes([77; 16]),
        ..records[0]
    };
    assert!(
        open(other_order).unwrap()[0].is_empty(),
        "an order that has no keys"
    );
    let both = [records[0], records[1]];
    let answers = fixture.keeper().data_keys(&[(receipt, &both)]).unwrap();
    assert!(answers[0].is_err(), "one record too many refuses them all");
}

#[test]
fn a_receipt_of_a_look_up_opens_nothing_but_what_it_looked_for() {
    let fixture = Fixture::new(10);
    let records = fixture.people(1);
    let admitted = fixture.guess().unwrap();
    let answers = fixture
        .keeper()
        .data_keys(&[(&admitted.receipt, &records[..1])])
        .unwrap();
    assert_eq!(*answers[0].as_ref().unwrap_err(), Refusal::Gone);
}

#[test]
fn the_receipt_of_an_intake_opens_documents_and_nothing_else_it_brings() {
    let fixture = Fixture::new(10);
    let records = fixture.people(2);
    let planned = PlannedSubject {
        subject: records[0].subject,
        is_new: false,
        fields: FieldSet::parse(["contact.email", "document.files"]).unwrap(),
    };
    let (keeper, operator) = (fixture.keeper(), fixture.operator());
    let permit = keeper.begin_intake(&operator, &[planned]).unwrap();
    let opens = |record: RecordId| {
        let wanted = [(permit.receipt(), std::slice::from_ref(&record))];
        keeper.data_keys(&wanted).unwrap().remove(0).is_ok()
    };
    let documents = |record: RecordId| RecordId {
        category: Category::Document,
        ..record
    };
    assert!(opens(documents(records[0])));
    assert!(!opens(records[0]), "its contact record was announced, too");
    assert!(!opens(documents(records[1])), "another person's");
}

#[test]
fn one_receipt_among_several_opens_nothing_for_the_others() {
    let fixture = Fixture::new(10);
    let records = fixture.people(2);
    let ada = fixture.admit(&[records[0].subject]).unwrap().receipt;
    let bob = fixture.admit(&[records[1].subject]).unwrap().receipt;
    let wanted = [
        (&ada, &records[1..2]),
        (&bob, &records[1..2]),
        (&ada, &records[..1]),
    ];
    let answers = fixture.keeper().data_keys(&wanted).unwrap();
    let opened: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(opened, [false, true, true]);
}

#[test]
fn a_receipt_opens_nothing_any_more_once_its_person_is_erased() {
    let fixture = Fixture::new(10);
    let records = fixture.people(1);
    let receipt = fixture.admit(&[records[0].subject]).unwrap().receipt;
    let erased = [records[0].subject];
    let (keeper, operator) = (fixture.keeper(), fixture.operator());
    let affected = [(records[0].subject, FieldSet::all())];
    let mut permit = keeper
        .begin_disposal(&operator, DisposalKind::Erasure, &affected, None)
        .unwrap();
    let what = Destruction {
        forgotten: erased.to_vec(),
        ..Destruction::default()
    };
    keeper.commit_disposal(&mut permit, &what).unwrap();
    keeper.finish_disposal(&permit, 0.into(), true).unwrap();
    let answers = fixture
        .keeper()
        .data_keys(&[(&receipt, &records[..])])
        .unwrap();
    assert!(answers[0].as_ref().unwrap()[0].is_empty());
    assert_eq!(fixture.admit(&erased).unwrap_err(), Refusal::Gone);
}
