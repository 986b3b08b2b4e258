//! Bulk export: who may, what leaves, and by what a leaked copy is recognised.

use age::x25519;
use lethe_model::{FieldSet, Grant, Power, Purpose, Quota};
use lethe_ops::{Credential, Error, ExportFilter, NewCredential, NewExport, ProposalView, Refusal};
use lethe_store::Kind;
use lethe_testkit::{OrderSketch, TestVault};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;

const FIELDS: [&str; 3] = ["contact.email", "delivery.name", "delivery.city"];

fn person(n: u32) -> String {
    format!("p{n:03}")
}

fn shop(people: u32) -> TestVault {
    let mut test = TestVault::start();
    let orders: Vec<OrderSketch> = (0..people)
        .map(|n| OrderSketch::new(1_001 + n, &person(n)))
        .collect();
    test.import(&orders);
    test
}

/// A key that may read two people a day, and ask for more.
fn marketer(test: &TestVault, recipient: &str, owner: &str, powers: &[Power]) -> Arc<Credential> {
    let grant = Grant {
        fields: FieldSet::parse(FIELDS).unwrap(),
        purposes: [Purpose::Marketing].into_iter().collect(),
        powers: powers.iter().copied().collect(),
        quota: Quota::people_per_day(2),
        expires_at_ms: Some(test.clock.in_days(90)),
        owner: Some(owner.to_owned()),
        ..Grant::default()
    };
    let recipient = recipient.to_owned();
    let new = NewCredential { recipient, grant };
    let made = test
        .vault()
        .create_credential(&test.operator(), &new)
        .unwrap();
    test.vault().authenticate(&made.secret, None).unwrap()
}

fn asked(to: &x25519::Identity) -> NewExport {
    NewExport {
        filter: ExportFilter {
            state: Some("unshipped".to_owned()),
            ..ExportFilter::default()
        },
        fields: FieldSet::parse(FIELDS).unwrap(),
        purpose: Purpose::Marketing,
        recipient: to.to_public().to_string(),
        reason: "winter catalogue 2026".to_owned(),
        canary_domain: Some("mail.shop.test".to_owned()),
        above_installation: false,
    }
}

fn approve(test: &TestVault, asked: &ProposalView) {
    for who in ["dpo", "finance"] {
        let key = test.approver(who);
        test.vault()
            .approve(&key, &asked.id, &asked.sha256)
            .unwrap();
    }
}

/// Decrypts a file in memory: what leaves is searched for leaks as it lies on the disk.
fn opened(path: &std::path::Path, identity: &x25519::Identity) -> Vec<Vec<String>> {
    let sealed = std::fs::read(path).unwrap();
    let decryptor = age::Decryptor::new(&sealed[..]).unwrap();
    let mut text = String::new();
    decryptor
        .decrypt(std::iter::once(identity as &dyn age::Identity))
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let row = |row: Result<csv::StringRecord, _>| row.unwrap().iter().map(str::to_owned).collect();
    reader.records().map(row).collect()
}

fn table(rows: &[Vec<String>]) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    rows.iter().for_each(|row| out.write_record(row).unwrap());
    out.into_inner().unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result {
        Err(Error::Refused(Refusal::NotApprovable(why))) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_approved_export_leaves_once_sealed_with_every_person_of_the_list_in_the_log() {
    let test = shop(20);
    let identity = x25519::Identity::generate();
    let key = marketer(&test, "agency", "zoe", &[Power::Reveal]);
    let vault = test.vault();
    let proposal = vault.request_export(&key, &asked(&identity)).unwrap();
    let shown = proposal.export.as_ref().unwrap();
    assert_eq!((shown.people, shown.orders), (20, 20));
    assert_eq!(shown.fields, FIELDS);
    let path = test.beside("out.age");
    let early = vault.file_export(&key, &proposal.id, &path);
    assert!(refused(early).contains("two approvers"));
    approve(&test, &proposal);
    let report = vault.file_export(&key, &proposal.id, &path).unwrap();
    assert_eq!(report.rows, 22, "two people are invented");
    let rows = opened(&path, &identity);
    assert_eq!(rows[0], FIELDS);
    assert_eq!(rows.len(), 23);
    let real: BTreeSet<_> = (0..20)
        .map(|n| format!("marked-{}@example.com", person(n)))
        .collect();
    let emails: BTreeSet<_> = rows[1..].iter().map(|row| row[0].clone()).collect();
    assert!(real.is_subset(&emails));
    let invented: Vec<_> = emails.difference(&real).collect();
    assert_eq!(invented.len(), 2);
    assert!(
        invented
            .iter()
            .all(|email| email.ends_with("@mail.shop.test"))
    );
    let log = vault.log_entries(&test.operator(), None, None, 20).unwrap();
    let reveal = log
        .iter()
        .find(|one| {
            one.act
                .detail
                .as_ref()
                .is_some_and(|detail| detail["export"] == proposal.id)
        })
        .unwrap();
    assert_eq!(
        (reveal.act.subjects, reveal.act.credential.as_str()),
        (20, key.id.as_str())
    );
    let again = vault.file_export(&key, &proposal.id, &test.beside("again.age"));
    assert_eq!(refused(again), "it was done already");
    assert!(!test.beside("again.age").exists());
    // Its own bound did not stop it, and nevertheless counts.
    let keys = vault.list_credentials(&test.operator()).unwrap();
    let used = keys
        .iter()
        .find(|one| one.id == key.id)
        .unwrap()
        .people_used;
    assert_eq!(used.per_day, 20);
}

#[test]
fn nobody_approves_for_themselves_nor_twice_under_two_names() {
    let test = shop(3);
    let identity = x25519::Identity::generate();
    let vault = test.vault();
    let key = marketer(&test, "agency", "zoe", &[Power::Reveal, Power::Approve]);
    let twin = marketer_approver(&test, "agency-two", "zoe");
    let proposal = vault.request_export(&key, &asked(&identity)).unwrap();
    for own in [&key, &twin, &test.operator()] {
        refused(vault.approve(own, &proposal.id, &proposal.sha256));
    }
    let first = marketer_approver(&test, "dpo", "max");
    let same = marketer_approver(&test, "legal", "max");
    vault
        .approve(&first, &proposal.id, &proposal.sha256)
        .unwrap();
    assert!(refused(vault.approve(&same, &proposal.id, &proposal.sha256)).contains("same owner"));
    let other = marketer_approver(&test, "finance", "eva");
    refused(vault.approve(&other, &proposal.id, &"00".repeat(32)));
    vault
        .approve(&other, &proposal.id, &proposal.sha256)
        .unwrap();
    // A key that was revoked since may have been a thief's: its approval is none.
    vault
        .revoke_credential(&test.operator(), &other.id)
        .unwrap();
    let path = test.beside("out.age");
    refused(vault.file_export(&key, &proposal.id, &path));
    // And only whoever asked carries it away.
    let third = marketer_approver(&test, "board", "ida");
    vault
        .approve(&third, &proposal.id, &proposal.sha256)
        .unwrap();
    let thief = marketer(&test, "thief", "tom", &[Power::Reveal]);
    refused(vault.file_export(&thief, &proposal.id, &path));
    vault.file_export(&key, &proposal.id, &path).unwrap();
}

fn marketer_approver(test: &TestVault, recipient: &str, owner: &str) -> Arc<Credential> {
    let grant = Grant {
        powers: [Power::Approve].into_iter().collect(),
        quota: Quota::people_per_day(0),
        expires_at_ms: Some(test.clock.in_days(90)),
        owner: Some(owner.to_owned()),
        ..Grant::default()
    };
    let recipient = recipient.to_owned();
    let new = NewCredential { recipient, grant };
    let made = test
        .vault()
        .create_credential(&test.operator(), &new)
        .unwrap();
    test.vault().authenticate(&made.secret, None).unwrap()
}

#[test]
fn an_export_is_approved_within_a_day_and_filed_within_four_hours() {
    let test = shop(2);
    let identity = x25519::Identity::generate();
    let vault = test.vault();
    let key = marketer(&test, "agency", "zoe", &[Power::Reveal]);
    let late = vault.request_export(&key, &asked(&identity)).unwrap();
    let slow = vault.request_export(&key, &asked(&identity)).unwrap();
    approve(&test, &slow);
    test.clock.advance_hours(4);
    let path = test.beside("out.age");
    assert!(refused(vault.file_export(&key, &slow.id, &path)).contains("too long ago"));
    test.clock.advance_hours(20);
    let dpo = test.approver("board");
    assert!(refused(vault.approve(&dpo, &late.id, &late.sha256)).contains("expired"));
}

#[test]
fn who_is_erased_held_or_waits_for_erasure_is_left_out_and_counted() {
    let mut test = TestVault::with_archive();
    let orders: Vec<OrderSketch> = (0..6)
        .map(|n| OrderSketch::new(1_001 + n, &person(n)))
        .collect();
    test.import(&orders);
    let identity = x25519::Identity::generate();
    let vault = test.vault();
    let operator = test.operator();
    let key = marketer(&test, "agency", "zoe", &[Power::Reveal]);
    let proposal = vault.request_export(&key, &asked(&identity)).unwrap();
    approve(&test, &proposal);
    let token = test.order_token(&operator, 1_001);
    let subject = vault.order(&operator, &token).unwrap().subject;
    vault.erase(&operator, &subject).unwrap();
    let token = test.order_token(&operator, 1_002);
    let hold = lethe_ops::NewHold {
        tokens: vec![token],
        archived: Vec::new(),
        categories: Vec::new(),
        matter: "2026/0042".to_owned(),
        ground: lethe_ops::HoldGround::PersonsClaim,
        review_on: "2026-12-01".parse().unwrap(),
    };
    vault.place_hold(&operator, &hold).unwrap();
    let token = test.order_token(&operator, 1_003);
    let subject = vault.order(&operator, &token).unwrap().subject;
    vault.request_erasure(&operator, &subject).unwrap();
    let path = test.beside("out.age");
    let report = vault.file_export(&key, &proposal.id, &path).unwrap();
    assert_eq!((report.rows, report.gone, report.held), (5, 1, 1));
    assert_eq!(report.erasure_waiting, 1);
    let rows = opened(&path, &identity);
    for gone in 0..3 {
        let email = format!("marked-{}@example.com", person(gone));
        assert!(rows.iter().all(|row| row[0] != email));
    }
}

#[test]
fn the_installations_bound_holds_unless_approvers_saw_that_it_would_not() {
    let test = shop(6);
    let identity = x25519::Identity::generate();
    let vault = test.vault();
    let access = lethe_ops::AccessSettings {
        people_per_day: Some(5),
        ..lethe_ops::AccessSettings::default()
    };
    vault.set_access_settings(&test.operator(), access).unwrap();
    let key = marketer(&test, "agency", "zoe", &[Power::Reveal]);
    let refused = vault.request_export(&key, &asked(&identity));
    assert!(matches!(
        refused,
        Err(Error::Invalid {
            field: "filter",
            ..
        })
    ));
    let more = NewExport {
        above_installation: true,
        ..asked(&identity)
    };
    let proposal = vault.request_export(&key, &more).unwrap();
    assert!(proposal.export.as_ref().unwrap().above_installation);
    approve(&test, &proposal);
    let path = test.beside("out.age");
    let report = vault.file_export(&key, &proposal.id, &path).unwrap();
    assert_eq!(report.rows, 8);
}

#[test]
fn an_approval_that_was_set_back_or_edited_in_the_database_lets_nothing_out() {
    let mut test = shop(3);
    let identity = x25519::Identity::generate();
    let operator = test.operator();
    let proposal = test
        .vault()
        .request_export(&operator, &asked(&identity))
        .unwrap();
    approve(&test, &proposal);
    let path = test.beside("out.age");
    test.vault()
        .file_export(&operator, &proposal.id, &path)
        .unwrap();
    let edits = [
        "UPDATE proposals SET used_at = NULL",
        "UPDATE proposals SET frozen = replace(frozen, 'delivery.city', 'delivery.phone')",
    ];
    for (n, edit) in edits.into_iter().enumerate() {
        test.close();
        test.alter(Kind::Keyring, edit);
        test.open().unwrap();
        let path = test.beside(&format!("again{n}.age"));
        let again = test
            .vault()
            .file_export(&test.operator(), &proposal.id, &path);
        assert!(again.is_err(), "{edit}");
        assert!(!path.exists());
    }
}

#[test]
fn a_leaked_copy_names_its_export_by_its_people_and_by_its_order() {
    let test = shop(40);
    let identity = x25519::Identity::generate();
    let vault = test.vault();
    let key = marketer(&test, "agency", "zoe", &[Power::Reveal]);
    let mut tables = Vec::new();
    let mut ids = Vec::new();
    for n in 0..2 {
        let proposal = vault.request_export(&key, &asked(&identity)).unwrap();
        approve_with(&test, &proposal, n);
        let path = test.beside(&format!("out{n}.age"));
        vault.file_export(&key, &proposal.id, &path).unwrap();
        tables.push(opened(&path, &identity));
        ids.push(proposal.id);
    }
    let operator = test.operator();
    for (rows, id) in tables.iter().zip(&ids) {
        let found = vault.identify_export(&operator, &table(rows)).unwrap();
        assert_eq!(
            (found[0].export.as_str(), found[0].canaries),
            (id.as_str(), 2)
        );
        assert_eq!(found[0].in_order_per_mille, Some(1_000));
        assert_eq!(found.len(), 1);
        // Half of the rows, without header and invented people, and one column alone.
        let half: Vec<Vec<String>> = rows[1..]
            .iter()
            .filter(|row| row[0].ends_with("example.com"))
            .step_by(2)
            .map(|row| vec![row[0].to_uppercase()])
            .collect();
        let found = vault.identify_export(&operator, &table(&half)).unwrap();
        assert_eq!((found.len(), found[0].export.as_str()), (1, id.as_str()));
        // Sorted, but with the people who do not exist.
        let mut sorted = rows[1..].to_vec();
        sorted.sort();
        let found = vault.identify_export(&operator, &table(&sorted)).unwrap();
        assert_eq!((found.len(), found[0].export.as_str()), (1, id.as_str()));
    }
    let stranger: Vec<Vec<String>> = (0..40)
        .map(|n| vec![format!("someone{n}@else.test")])
        .collect();
    assert!(
        vault
            .identify_export(&operator, &table(&stranger))
            .unwrap()
            .is_empty()
    );
}

fn approve_with(test: &TestVault, asked: &ProposalView, n: u32) {
    for who in ["dpo", "finance"] {
        let key = test.approver(&format!("{who}-{n}"));
        test.vault()
            .approve(&key, &asked.id, &asked.sha256)
            .unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn no_row_is_outside_the_frozen_list_whatever_comes_in_later(
        first in 1_u32..12, later in 0_u32..8, shipped in 0_u32..12,
    ) {
        let mut test = shop(first);
        let identity = x25519::Identity::generate();
        let key = marketer(&test, "agency", "zoe", &[Power::Reveal]);
        let proposal = test.vault().request_export(&key, &asked(&identity)).unwrap();
        approve(&test, &proposal);
        // More of them come in, and some that were meant are shipped meanwhile.
        let mut orders: Vec<OrderSketch> = (0..later)
            .map(|n| OrderSketch::new(2_001 + n, &person(500 + n)))
            .collect();
        orders.extend((0..shipped.min(first)).map(|n| {
            OrderSketch::new(1_001 + n, &person(n)).shipped("2026-01-09")
        }));
        test.import(&orders);
        let path = test.beside("out.age");
        let report = test.vault().file_export(&key, &proposal.id, &path).unwrap();
        let listed: BTreeSet<_> = (0..first)
            .map(|n| format!("marked-{}@example.com", person(n)))
            .collect();
        let rows = opened(&path, &identity);
        prop_assert_eq!(report.rows as usize, rows.len() - 1);
        let outside = rows[1..].iter().filter(|row| !listed.contains(&row[0]));
        prop_assert!(outside.clone().count() == 2);
        prop_assert!(outside.clone().all(|row| row[0].ends_with("@mail.shop.test")));
    }
}
