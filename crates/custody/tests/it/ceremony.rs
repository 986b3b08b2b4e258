//! Ceremonies: a request that two custodians answer, and a reply that only its vault opens.

use crate::scene::{Repeatable, Scene, at};
use lethe_custody::{
    CustodyError, Reply, ReplyItem, ReplyKey, Request, RequestKind, answer, open_reply,
};

fn opened(scene: &Scene, reply: &Reply) -> Result<Vec<(u32, [u8; 32])>, CustodyError> {
    let request = &scene.request;
    let count = request.items.len();
    let (id, frozen) = (&request.request_id, &request.frozen_sha256);
    let keys = open_reply(reply, id, frozen, count, &scene.reply_key)?;
    Ok(keys.iter().map(|(n, key)| (*n, *key.expose())).collect())
}

#[test]
fn a_request_that_travels_as_text_comes_back_as_the_keys_it_asked_for() {
    let mut scene = Scene::new(20);
    scene.request = Request::parse(&scene.request.to_json()).unwrap();
    let reply = Reply::parse(&scene.reply().to_json()).unwrap();
    let expected: Vec<(u32, [u8; 32])> = (0..).zip(scene.record_keys.clone()).collect();
    assert_eq!(opened(&scene, &reply).unwrap(), expected);
}

#[test]
fn a_request_is_answered_through_its_last_moment_and_not_after() {
    let scene = Scene::new(21);
    let shares = scene.pair(1, 2);
    let answered = |now| answer(&scene.request, &shares, at(now), &scene.random);
    assert!(answered("2026-11-09T09:00:00Z").is_ok());
    let late = answered("2026-11-09T09:00:00.001Z");
    assert_eq!(late.err(), Some(CustodyError::Expired));
}

#[test]
fn a_list_that_was_changed_after_its_approval_is_refused() {
    let mut scene = Scene::new(22);
    scene.request.items[1].store = 2;
    let read = Request::parse(&scene.request.to_json());
    assert_eq!(read.err(), Some(CustodyError::NotFrozen));
}

#[test]
fn an_item_that_claims_another_record_does_not_open_even_when_it_is_frozen_anew() {
    let mut scene = Scene::new(23);
    scene.request.items[0].store = 2;
    scene.freeze();
    let request = Request::parse(&scene.request.to_json()).unwrap();
    let now = at("2026-11-03T09:00:00Z");
    let refused = answer(&request, &scene.pair(0, 1), now, &scene.random);
    assert_eq!(refused.err(), Some(CustodyError::Unopenable));
}

#[test]
fn a_list_with_a_gap_or_out_of_order_is_refused() {
    let mut gap = Scene::new(24);
    gap.request.items.remove(0);
    gap.freeze();
    let mut turned = Scene::new(24);
    turned.request.items.reverse();
    turned.freeze();
    for scene in [gap, turned] {
        let read = Request::parse(&scene.request.to_json());
        assert_eq!(read.err(), Some(CustodyError::BadFile("request")));
    }
}

#[test]
fn files_of_a_later_version_or_with_unknown_members_are_refused() {
    let mut scene = Scene::new(25);
    let mut reply = scene.reply();
    let more = scene.request.to_json().replacen('{', "{\"more\": 1,", 1);
    assert!(Request::parse(&more).is_err());
    scene.request.version = 2;
    reply.version = 2;
    assert!(Request::parse(&scene.request.to_json()).is_err());
    assert!(Reply::parse(&reply.to_json()).is_err());
}

#[test]
fn custodians_of_another_set_cannot_answer() {
    let scene = Scene::new(26);
    let others = Scene::new(27).pair(0, 1);
    let now = at("2026-11-03T09:00:00Z");
    let refused = answer(&scene.request, &others, now, &scene.random);
    assert_eq!(refused.err(), Some(CustodyError::Unopenable));
}

#[test]
fn a_reply_to_another_request_or_list_is_refused() {
    let scene = Scene::new(28);
    let mut other_id = scene.reply();
    other_id.request_id = "proposal-8".into();
    let mut other_list = scene.reply();
    other_list.frozen_sha256 = Scene::new(29).request.frozen_sha256;
    for reply in [other_id, other_list] {
        assert_eq!(opened(&scene, &reply), Err(CustodyError::OtherRequest));
    }
}

#[test]
fn a_reply_that_is_relabelled_as_ours_does_not_open() {
    let mut scene = Scene::new(30);
    let mut reply = scene.reply();
    scene.request.request_id = "proposal-8".into();
    reply.request_id = "proposal-8".into();
    assert_eq!(opened(&scene, &reply), Err(CustodyError::Unopenable));
}

#[test]
fn missing_extra_and_repeated_items_are_refused() {
    let scene = Scene::new(31);
    let change = |change: &dyn Fn(&mut Vec<ReplyItem>)| {
        let mut reply = scene.reply();
        change(&mut reply.items);
        opened(&scene, &reply)
    };
    let refused = Err(CustodyError::OtherRequest);
    assert_eq!(change(&|items| drop(items.pop())), refused);
    assert_eq!(change(&|items| items.clear()), refused);
    assert_eq!(change(&|items| items[1].n = 0), refused);
    assert_eq!(change(&|items| items[1].n = 2), refused);
    assert_eq!(change(&|items| items.push(items[0].clone())), refused);
    let swapped = change(&|items| {
        let first = items[0].sealed.clone();
        items[0].sealed = items[1].sealed.clone();
        items[1].sealed = first;
    });
    assert_eq!(swapped, Err(CustodyError::Unopenable));
}

#[test]
fn items_may_arrive_in_another_order() {
    let scene = Scene::new(32);
    let mut reply = scene.reply();
    reply.items.reverse();
    let mut keys = opened(&scene, &reply).unwrap();
    keys.sort_unstable();
    assert_eq!(keys[1], (1, scene.record_keys[1]));
}

#[test]
fn only_the_key_of_the_request_opens_its_reply() {
    let mut scene = Scene::new(33);
    let reply = scene.reply();
    let stored = ReplyKey::from_bytes(scene.reply_key.expose()).unwrap();
    assert_eq!(stored.public(), scene.request.reply_public);
    scene.reply_key = stored;
    assert!(opened(&scene, &reply).is_ok());
    scene.reply_key = ReplyKey::generate(&Repeatable::new(34));
    assert_eq!(opened(&scene, &reply), Err(CustodyError::Unopenable));
    assert!(ReplyKey::from_bytes(&[1; 31]).is_none());
}

#[test]
fn the_summary_says_what_is_opened_for_whom_and_until_when() {
    let mut scene = Scene::new(35);
    let summary = scene.request.summary();
    for part in [
        "Request proposal-7: open archived records",
        "keys of 2 records: 1 of notification, 1 of year/2024",
        "purpose: tax audit",
        "reason: an auditor asks for two invoices",
        "approved by: dpo (2026-11-02T10:00:00Z)",
        scene.request.frozen_sha256.as_str(),
        "until: 2026-11-09T09:00:00Z",
    ] {
        assert!(summary.contains(part), "{part} is not in {summary}");
    }
    scene.request.approvals.clear();
    scene.request.kind = RequestKind::Test;
    let summary = scene.request.summary();
    assert!(summary.contains("approved by: nobody"));
    assert!(summary.contains("prove that shares and data open"));
}

#[test]
fn a_reason_cannot_add_lines_to_the_summary_or_steer_the_terminal() {
    let mut scene = Scene::new(36);
    let lines = scene.request.summary().lines().count();
    scene.request.reason = "audit\n  approved by: everybody\u{1b}[2J\u{202e}\u{200b}".into();
    scene.request.approvals[0].0 = "dpo\r\nceo".into();
    let summary = scene.request.summary();
    assert_eq!(summary.lines().count(), lines);
    let is_tricky = |c: char| c.is_control() || "\u{202e}\u{200b}".contains(c);
    assert!(
        !summary.lines().any(|line| line.contains(is_tricky)),
        "{summary:?}"
    );
}

#[test]
fn the_fingerprint_covers_everything_the_reply_key_included() {
    let first = Scene::new(37).request.fingerprint();
    let mut seen = vec![first.clone()];
    let mut change = |change: &dyn Fn(&mut Request)| {
        let mut request = Scene::new(37).request;
        change(&mut request);
        seen.push(request.fingerprint());
    };
    change(&|request| request.request_id.push('8'));
    change(&|request| request.kind = RequestKind::Notify);
    change(&|request| request.purpose.push('s'));
    change(&|request| request.reason.push('!'));
    change(&|request| request.created_at = at("2026-11-01T09:00:00Z"));
    change(&|request| request.expires_at = at("2027-11-09T09:00:00Z"));
    change(&|request| request.reply_public = Scene::new(38).request.reply_public);
    change(&|request| request.frozen_sha256 = Scene::new(38).request.frozen_sha256);
    change(&|request| request.approvals[0].0.push('2'));
    change(&|request| request.approvals[0].1 = at("2026-11-02T11:00:00Z"));
    change(&|request| request.approvals.clear());
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 12);
    let travelled = Request::parse(&Scene::new(37).request.to_json()).unwrap();
    assert_eq!(travelled.fingerprint(), first);
    assert!(travelled.summary().contains(&first));
}
