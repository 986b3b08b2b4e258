//! The keyring.

use super::{OTHER_SHOP, SHOP, get, order, put, record, subject};
use lethe_model::Category::{Contact, Delivery};
use lethe_model::{OrderId, SubjectNumber};
use lethe_store::Database;
use lethe_store::keyring::known_orders::KnownOrder;
use lethe_store::keyring::{
    alerts, archive_keys, archive_subjects, break_glass, counters, credentials, data_keys, epochs,
    intents, known_orders, lookups, policies, proposals, service_keys, settings, staff,
    subject_keys, tallies, vendor_keys,
};

pub(super) const SENTENCES: &[fn(&mut Database)] = &[
    an_alert_counts_and_is_due_until_it_is_delivered,
    archive_keys_are_listed_with_their_last_test,
    an_archived_order_leads_back_until_it_is_forgotten,
    small_things_are_replaced_in_their_place,
    a_counter_begins_at_nothing,
    a_revoked_credential_changes_no_more,
    data_keys_are_found_rewrapped_and_destroyed,
    subject_keys_are_found_rewrapped_and_destroyed,
    epochs_intents_policies_and_service_keys_are_listed,
    an_order_is_known_archived_and_erased,
    an_account_known_by_its_address_leaves_nothing,
    look_ups_find_whom_they_were_added_for,
    a_proposal_is_used_once,
    staff_and_vendor_keys_are_kept_by_shop,
];

fn an_alert_counts_and_is_due_until_it_is_delivered(db: &mut Database) {
    let alert = |id: &str, raised_at, credential: Option<&str>| alerts::AlertRow {
        id: id.into(),
        store: SHOP,
        raised_at,
        last_at: raised_at,
        times: 1,
        kind: "quota".into(),
        severity: "high".into(),
        credential: credential.map(Into::into),
        owner: None,
        sentence: "„Zu viel“".into(),
    };
    let rows = [alert("a1", 10, Some("desk")), alert("a2", 20, None)];
    put(db, |tx| {
        rows.iter().try_for_each(|row| alerts::insert(tx, row))
    });
    put(db, |tx| alerts::again(tx, "a1", 30));
    let first = get(db, |tx| alerts::fetch(tx, "a1")).unwrap();
    assert_eq!((first.times, first.last_at), (2, 30));
    let similar = |db: &mut Database, whose, after| {
        get(db, |tx| alerts::similar(tx, SHOP, "quota", whose, after))
    };
    assert_eq!(similar(db, Some("desk"), 5).as_deref(), Some("a1"));
    assert_eq!(similar(db, None, 5).as_deref(), Some("a2"));
    assert_eq!(similar(db, None, 20), None);
    let listed = get(db, |tx| alerts::list(tx, SHOP, 9));
    assert_eq!(listed, [rows[1].clone(), first.clone()]);
    let due = |db: &mut Database, now| {
        let rows = get(db, |tx| alerts::due(tx, "mail", 5, now, 9));
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(due(db, 40), ["a1", "a2"]);
    put(db, |tx| alerts::note(tx, "a1", "mail", 100, None));
    assert_eq!(due(db, 40), ["a2"], "a1 is tried again later");
    put(db, |tx| alerts::note(tx, "a1", "mail", 100, Some(101)));
    assert_eq!(due(db, 500), ["a2"], "a1 was delivered");
    let deliveries = get(db, |tx| alerts::deliveries(tx, "a1"));
    assert_eq!((deliveries.len(), deliveries[0].attempts), (1, 2));
}

fn archive_keys_are_listed_with_their_last_test(db: &mut Database) {
    let mut key = archive_keys::ArchiveKeyRow {
        key_id: "year/2024".into(),
        public_key: [1; 32],
        set_id: [2; 16],
        created_at: 3,
        tested_at: None,
        mac: [4; 32],
    };
    put(db, |tx| archive_keys::insert(tx, &key));
    put(db, |tx| archive_keys::tested(tx, "year/2024", 9));
    key.tested_at = Some(9);
    assert_eq!(get(db, archive_keys::list), [key]);
}

fn an_archived_order_leads_back_until_it_is_forgotten(db: &mut Database) {
    let pairs = [(101, 1), (102, 1), (103, 2)];
    put(db, |tx| {
        pairs.iter().try_for_each(|(new, origin)| {
            archive_subjects::insert(tx, &subject(*new), &subject(*origin))
        })
    });
    let of = |db: &mut Database| get(db, |tx| archive_subjects::of_origin(tx, &subject(1)));
    assert_eq!(of(db), [subject(101), subject(102)]);
    let origin = |db: &mut Database, of| get(db, |tx| archive_subjects::origin(tx, &subject(of)));
    assert_eq!(origin(db, 103), Some(subject(2)));
    put(db, |tx| archive_subjects::delete(tx, &subject(101)));
    assert_eq!(of(db), [subject(102)]);
    put(db, |tx| archive_subjects::delete_origin(tx, &subject(1)));
    assert_eq!(origin(db, 102), None);
    assert_eq!(get(db, archive_subjects::count), 1);
}

fn small_things_are_replaced_in_their_place(db: &mut Database) {
    let emergency = |body: &str| break_glass::BreakGlassRow {
        id: "g1".into(),
        store: SHOP,
        body: body.into(),
        mac: [5; 32],
    };
    for body in ["open", "reviewed"] {
        put(db, |tx| break_glass::put(tx, &emergency(body)));
        assert_eq!(get(db, break_glass::list), [emergency(body)]);
    }
    for value in ["a", "b"] {
        put(db, |tx| settings::put(tx, "zone", value, &[1, 2]));
        let found = get(db, |tx| settings::fetch(tx, "zone"));
        assert_eq!(found, Some((value.into(), vec![1, 2])));
        put(db, |tx| tallies::put(tx, "desk", value.as_bytes()));
        assert_eq!(get(db, tallies::list), [("desk".into(), value.into())]);
    }
    put(db, tallies::clear);
    assert_eq!(get(db, tallies::list), []);
}

fn a_counter_begins_at_nothing(db: &mut Database) {
    let name = counters::SUBJECT_NUMBERS;
    assert_eq!(get(db, |tx| counters::fetch(tx, name)), 0);
    for value in [10, 20] {
        put(db, |tx| counters::raise(tx, name, value));
        assert_eq!(get(db, |tx| counters::fetch(tx, name)), value);
    }
}

fn a_revoked_credential_changes_no_more(db: &mut Database) {
    let mut row = credentials::CredentialRow {
        id: "desk".into(),
        store: SHOP,
        key_hash: Some(vec![1; 32]),
        recipient: "desk".into(),
        grant_json: "{}".into(),
        mac: vec![2; 32],
        created_at: 3,
        revoked_at: None,
        standing: None,
        derivation_id: Some(vec![4; 16]),
        derivation_root: None,
    };
    put(db, |tx| credentials::insert(tx, &row));
    row.revoked_at = Some(9);
    row.standing = Some("held".into());
    assert!(put(db, |tx| credentials::update(tx, &row)));
    assert!(!put(db, |tx| credentials::update(tx, &row)));
    let found = get(db, credentials::list).remove(0);
    assert_eq!(
        (found.revoked_at, found.standing),
        (Some(9), Some("held".into()))
    );
    assert_eq!(
        (found.key_hash, found.derivation_root),
        (row.key_hash, None)
    );
}

fn data_keys_are_found_rewrapped_and_destroyed(db: &mut Database) {
    let key = |of, generation, epoch| data_keys::DataKeyRow {
        record: record(1, of, Contact),
        generation,
        epoch,
        wrapped: vec![of; 60],
    };
    put(db, |tx| data_keys::insert(tx, &key(1, 0, 1)));
    put(db, |tx| {
        data_keys::insert_many(tx, &[key(1, 1, 1), key(2, 0, 1), key(3, 0, 2)])
    });
    assert!(db.write(|tx| data_keys::insert(tx, &key(1, 1, 1))).is_err());
    let generations =
        |keys: &[data_keys::DataKeyRow]| keys.iter().map(|key| key.generation).collect::<Vec<_>>();
    let first = get(db, |tx| data_keys::of_record(tx, &record(1, 1, Contact)));
    assert_eq!(generations(&first), [0, 1]);
    let asked = [
        record(1, 3, Contact),
        record(1, 3, Delivery),
        record(1, 1, Contact),
    ];
    let found = get(db, |tx| data_keys::of_records(tx, &asked));
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 2]);
    let stale = get(db, |tx| data_keys::stale(tx, None, 2, 9));
    assert_eq!(stale.len(), 3);
    assert_eq!(
        get(db, |tx| data_keys::stale(tx, Some(&stale[0]), 2, 1))[0].generation,
        1
    );
    put(db, |tx| data_keys::rewrap(tx, &key(1, 0, 2)));
    put(db, |tx| data_keys::rewrap_many(tx, &[key(1, 1, 2)]));
    assert_eq!(get(db, |tx| data_keys::count_before(tx, 2)), 1);
    put(db, |tx| data_keys::delete(tx, &record(1, 1, Contact), 0));
    put(db, |tx| {
        data_keys::delete_many(tx, &[(record(1, 2, Contact), 0)])
    });
    assert_eq!(get(db, data_keys::count), 2);
    assert_eq!(put(db, |tx| data_keys::delete_subject(tx, &subject(1))), 2);
}

fn subject_keys_are_found_rewrapped_and_destroyed(db: &mut Database) {
    let row = |whose: u8, epoch| subject_keys::SubjectKeyRow {
        subject: subject(whose),
        number: SubjectNumber(u64::from(whose) + 1000),
        store: SHOP,
        epoch,
        wrapped: vec![whose; 60],
    };
    put(db, |tx| subject_keys::insert(tx, &row(1, 1)));
    put(db, |tx| {
        subject_keys::insert_many(tx, &[row(2, 1), row(3, 2)])
    });
    let one = get(db, |tx| subject_keys::fetch(tx, &subject(2))).unwrap();
    assert_eq!((one.number.0, one.wrapped), (1002, vec![2; 60]));
    let many = [subject(3), subject(9), subject(1)];
    let found = get(db, |tx| subject_keys::fetch_many(tx, &many));
    let numbers: Vec<_> = found
        .iter()
        .map(|row| row.as_ref().map(|row| row.number.0))
        .collect();
    assert_eq!(numbers, [Some(1003), None, Some(1001)]);
    let by_number = get(db, |tx| subject_keys::by_number(tx, SubjectNumber(1003))).unwrap();
    assert_eq!(by_number.subject, subject(3));
    assert_eq!(
        get(db, |tx| subject_keys::stale(tx, &subject(0), 2, 9)).len(),
        2
    );
    put(db, |tx| subject_keys::rewrap(tx, &subject(1), 2, &[7]));
    put(db, |tx| subject_keys::rewrap_many(tx, &[row(2, 2)]));
    assert_eq!(
        get(db, |tx| subject_keys::stale(tx, &subject(0), 2, 9)).len(),
        0
    );
    put(db, |tx| subject_keys::delete(tx, &subject(1)));
    assert!(get(db, |tx| subject_keys::fetch(tx, &subject(1))).is_none());
}

fn epochs_intents_policies_and_service_keys_are_listed(db: &mut Database) {
    for epoch in [2, 1] {
        let row = epochs::EpochRow {
            epoch,
            wrapped: vec![1],
            created_at: 5,
        };
        put(db, |tx| epochs::insert(tx, &row));
    }
    put(db, |tx| epochs::delete(tx, 1));
    let left = get(db, epochs::list);
    assert_eq!((left.len(), left[0].epoch, left[0].created_at), (1, 2, 5));
    for (id, log_index) in [(1, 9), (2, 8)] {
        let row = intents::IntentRow {
            id: [id; 16],
            origin: "log".into(),
            log_index,
            payload: vec![id],
        };
        put(db, |tx| intents::insert(tx, &row, 5));
    }
    assert!(put(db, |tx| intents::renew(tx, &[1; 16], &[7, 7])));
    assert!(!put(db, |tx| intents::renew(tx, &[3; 16], &[7, 7])));
    let open = get(db, intents::list);
    assert_eq!(
        open.iter().map(|row| row.log_index).collect::<Vec<_>>(),
        [8, 9]
    );
    assert_eq!(open[1].payload, [7, 7]);
    put(db, |tx| intents::delete(tx, &[2; 16]));
    assert_eq!(get(db, intents::list).len(), 1);
    let policy = policies::PolicyRow {
        id: 1,
        text: "keep = 1".into(),
        adopted_by: "desk".into(),
        adopted_at: 2,
        effective_at: 3,
        mac: [4; 32],
    };
    put(db, |tx| policies::insert(tx, &policy));
    assert_eq!(get(db, policies::list), [policy]);
    for generation in [1, 0] {
        let row = service_keys::ServiceKeyRow {
            kind: "index".into(),
            scope: "1/email".into(),
            generation,
            wrapped: vec![3],
        };
        put(db, |tx| service_keys::insert(tx, &row, 5));
    }
    let keys = get(db, service_keys::list);
    assert_eq!(
        keys.iter().map(|key| key.generation).collect::<Vec<_>>(),
        [0, 1]
    );
}

fn an_order_is_known_archived_and_erased(db: &mut Database) {
    let insert = |db: &mut Database, hash: u8, whose: u8| {
        put(db, |tx| {
            known_orders::insert(
                tx,
                &[hash; 16],
                &subject(whose),
                &order(hash),
                &[1, 2],
                Some(5),
            )
        });
    };
    let fetch = |db: &mut Database, hash: u8| get(db, |tx| known_orders::fetch(tx, &[hash; 16]));
    (1..=5).for_each(|hash| insert(db, hash, 1));
    put(db, |tx| known_orders::renew(tx, &[1; 16], None, Some(6)));
    let stored = KnownOrder::Stored {
        subject: subject(1),
        order: order(1),
        digest: None,
        updated_at: Some(6),
    };
    assert_eq!(fetch(db, 1), Some(stored));
    let of = get(db, |tx| known_orders::of_order(tx, &subject(1), &order(2)));
    assert_eq!(of, [[2; 16]]);
    put(db, |tx| known_orders::delete(tx, &[3; 16]));
    assert_eq!(fetch(db, 3), None);
    let (from, to) = ((subject(1), order(4)), (subject(104), order(104)));
    let archived = put(db, |tx| {
        known_orders::archive_order(tx, (&from.0, &from.1), (&to.0, &to.1), 8)
    });
    assert_eq!(archived, 1);
    let expected = KnownOrder::Archived {
        subject: to.0,
        order: to.1,
    };
    assert_eq!(fetch(db, 4), Some(expected));
    let page = get(db, |tx| known_orders::page(tx, &[2; 16], 9));
    assert_eq!(
        page.iter()
            .map(|row| (row.hash[0], row.is_archived))
            .collect::<Vec<_>>(),
        [(4, true), (5, false)]
    );
    assert_eq!(
        put(db, |tx| known_orders::erase_order(
            tx,
            &subject(1),
            &order(2),
            10
        )),
        1
    );
    assert_eq!(
        put(db, |tx| known_orders::erase_subject(tx, &subject(1), 20)),
        2
    );
    put(db, |tx| known_orders::bury(tx, &[6; 16], 30));
    put(db, |tx| known_orders::bury(tx, &[4; 16], 30));
    for hash in [1, 2, 5, 6] {
        assert_eq!(fetch(db, hash), Some(KnownOrder::Erased), "{hash}");
    }
    assert!(matches!(fetch(db, 4), Some(KnownOrder::Archived { .. })));
    assert_eq!(put(db, |tx| known_orders::expire(tx, 20)), 1);
    assert_eq!(fetch(db, 2), None);
}

fn an_account_known_by_its_address_leaves_nothing(db: &mut Database) {
    let account = |db: &mut Database, hash: u8| {
        put(db, |tx| {
            known_orders::insert(tx, &[hash; 16], &subject(50), &OrderId::ACCOUNT, &[1], None)
        });
    };
    account(db, 51);
    account(db, 52);
    put(db, |tx| lookups::insert(tx, &[51; 16], &subject(50), 1));
    let others = get(db, |tx| known_orders::of_subject_but(tx, &subject(50), 1));
    assert_eq!(others, [[52; 16]]);
    put(db, |tx| {
        known_orders::forget_account_by(tx, &subject(50), 1)
    });
    assert_eq!(get(db, |tx| known_orders::fetch(tx, &[51; 16])), None);
    assert!(get(db, |tx| known_orders::fetch(tx, &[52; 16])).is_some());
    put(db, |tx| known_orders::forget_account(tx, &subject(50)));
    assert_eq!(get(db, |tx| known_orders::fetch(tx, &[52; 16])), None);
}

fn look_ups_find_whom_they_were_added_for(db: &mut Database) {
    assert!(put(db, |tx| lookups::insert(
        tx,
        &[60; 16],
        &subject(60),
        1
    )));
    let many = [
        ([60; 16], subject(60), 1),
        ([60; 16], subject(61), 1),
        ([61; 16], subject(60), 2),
    ];
    assert_eq!(
        put(db, |tx| lookups::insert_many(tx, &many)),
        [false, true, true]
    );
    let find = |db: &mut Database, limit| get(db, |tx| lookups::find(tx, &[60; 16], limit));
    assert_eq!(find(db, 9), [subject(60), subject(61)]);
    assert_eq!(find(db, 1), [subject(60)]);
    put(db, |tx| lookups::delete(tx, &[60; 16], &subject(61)));
    assert_eq!(put(db, |tx| lookups::delete_subject(tx, &subject(60))), 2);
    assert_eq!(find(db, 9), []);
}

fn a_proposal_is_used_once(db: &mut Database) {
    let mut proposal = proposals::ProposalRow {
        id: "p1".into(),
        store: SHOP,
        kind: "export".into(),
        frozen: "{}".into(),
        reason: "audit".into(),
        requested_by: "desk".into(),
        created_at: 1,
        expires_at: 2,
        used_at: None,
        secret: Some(vec![1]),
        mac: [3; 32],
    };
    put(db, |tx| proposals::insert(tx, &proposal));
    assert_eq!(
        get(db, |tx| proposals::fetch(tx, "p1")),
        Some(proposal.clone())
    );
    for (recipient, approved_at) in [("b", 5), ("a", 5), ("c", 4)] {
        let approval = proposals::ApprovalRow {
            recipient: recipient.into(),
            credential: "k".into(),
            approved_at,
            mac: [6; 32],
        };
        put(db, |tx| proposals::approve(tx, "p1", &approval));
    }
    let approvals = get(db, |tx| proposals::approvals(tx, "p1"));
    assert_eq!(
        approvals
            .iter()
            .map(|row| row.recipient.as_str())
            .collect::<String>(),
        "cab"
    );
    assert!(put(db, |tx| proposals::use_up(tx, "p1", 7)));
    assert!(!put(db, |tx| proposals::use_up(tx, "p1", 8)));
    (proposal.used_at, proposal.secret) = (Some(7), None);
    assert_eq!(get(db, |tx| proposals::list(tx, SHOP)), [proposal]);
}

fn staff_and_vendor_keys_are_kept_by_shop(db: &mut Database) {
    let mut person = staff::StaffRow {
        credential: "c1".into(),
        store: SHOP,
        name: "anna".into(),
        role: "support".into(),
        password_hash: "$argon2id$".into(),
        totp: vec![1],
        last_step: -1,
        recovery: Vec::new(),
        created_at: 2,
        changed_at: 2,
        mac: vec![3],
    };
    put(db, |tx| staff::insert(tx, &person));
    person.last_step = 9;
    assert!(put(db, |tx| staff::update(tx, &person)));
    let found = get(db, |tx| staff::by_name(tx, SHOP, "anna")).unwrap();
    assert_eq!((found.last_step, found.recovery.len()), (9, 0));
    assert!(get(db, |tx| staff::by_name(tx, OTHER_SHOP, "anna")).is_none());
    assert_eq!(get(db, staff::list).len(), 1);
    put(db, |tx| staff::delete(tx, "c1"));
    assert!(!put(db, |tx| staff::update(tx, &person)));
    let key = |label: &str| vendor_keys::VendorKeyRow {
        id: "v1".into(),
        store: SHOP,
        vendor: "shop".into(),
        kind: "app".into(),
        label: label.into(),
        owner: None,
        scopes: "[]".into(),
        categories: "[]".into(),
        created_on: 1,
        rotated_on: None,
        used_on: Some(2),
        expires_on: None,
        can_export: true,
        has_networks: false,
        recipient: None,
        people: None,
        people_on: None,
    };
    for label in ["old", "new"] {
        put(db, |tx| vendor_keys::put(tx, &key(label)));
        assert_eq!(get(db, |tx| vendor_keys::list(tx, SHOP)), [key(label)]);
    }
    assert!(!put(db, |tx| vendor_keys::delete(tx, OTHER_SHOP, "v1")));
    assert!(put(db, |tx| vendor_keys::delete(tx, SHOP, "v1")));
}
