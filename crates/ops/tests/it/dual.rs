//! Dual control: what takes three people where there are three, and says so where there are not.

use lethe_model::{FieldSet, Quota};
use lethe_ops::{Error, HoldGround, NewHold, Password, ProposalKind, Refusal, Widening};
use lethe_testkit::{OrderSketch, TestVault};
use serde_json::json;

fn waits<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::ApprovalNeeded { proposal }) => proposal,
        other => panic!("{other:?}"),
    }
}

/// Lets two people approve a proposal, as it is shown to them.
fn approve(test: &TestVault, id: &str, who: [&std::sync::Arc<lethe_ops::Credential>; 2]) {
    for key in who {
        let all = test.vault().proposals(key).unwrap();
        let shown = all.iter().find(|one| one.id == id).unwrap();
        test.vault().approve(key, id, &shown.sha256).unwrap();
    }
}

fn more() -> Widening {
    Widening {
        fields: FieldSet::parse(["contact.email"]).unwrap(),
        quota: Quota::people_per_day(50),
        ..Widening::default()
    }
}

#[test]
fn a_grant_is_widened_by_three_people_exactly_as_two_of_them_saw_it() {
    let test = TestVault::start();
    let (operator, vault) = (test.operator(), test.vault());
    let (key, secret) = test.key("warehouse", &["delivery.city"], 10);
    let [dpo, finance] = ["dpo", "finance"].map(|who| test.approver(who));
    let widen = |what: &Widening| vault.widen_credential(&operator, &key.id, what, "case 1");
    let id = waits(widen(&more()));
    assert_eq!(waits(widen(&more())), id, "it is asked for once");
    let shown = vault.proposals(&dpo).unwrap().remove(0);
    assert_eq!(
        shown.details.as_ref().unwrap()["before"]["people_per_day"],
        10
    );
    assert_eq!(
        shown.details.as_ref().unwrap()["after"]["people_per_day"],
        50
    );
    approve(&test, &id, [&dpo, &finance]);
    let other = Widening {
        quota: Quota::people_per_day(51),
        ..more()
    };
    assert_ne!(
        waits(widen(&other)),
        id,
        "something else is another proposal"
    );
    let changed = widen(&more()).unwrap();
    assert_eq!(changed.warning, None);
    let now = vault.authenticate(&secret, None).unwrap();
    assert_eq!(now.grant.quota.people.day, Some(50));
    assert_eq!(now.grant.fields.len(), 2);
    assert!(matches!(
        widen(&more()),
        Err(Error::Invalid { field: "grant", .. })
    ));
}

#[test]
fn where_nobody_else_could_approve_one_person_is_enough_and_the_log_says_so() {
    let test = TestVault::start();
    let (operator, vault) = (test.operator(), test.vault());
    let (key, _) = test.key("warehouse", &["delivery.city"], 10);
    // One more is not enough.
    test.approver("dpo");
    let changed = vault
        .widen_credential(&operator, &key.id, &more(), "case 1")
        .unwrap();
    assert!(changed.warning.unwrap().contains("one person was enough"));
    let log = vault.log_entries(&operator, None, None, 3).unwrap();
    let single = json!({ "step": "single-control", "kind": "grant-widening" });
    assert!(
        log.iter()
            .any(|one| one.act.detail.as_ref() == Some(&single))
    );
}

#[test]
fn a_hold_is_released_once_two_others_have_approved() {
    let mut test = TestVault::start();
    test.import(&[OrderSketch::new(1_001, "ana")]);
    let (operator, vault) = (test.operator(), test.vault());
    let hold = NewHold {
        tokens: vec![test.order_token(&operator, 1_001)],
        archived: Vec::new(),
        categories: Vec::new(),
        matter: "2026/0042".to_owned(),
        ground: HoldGround::LegalClaims,
        review_on: "2026-12-01".parse().unwrap(),
    };
    let hold = vault.place_hold(&operator, &hold).unwrap();
    let [dpo, finance] = ["dpo", "finance"].map(|who| test.approver(who));
    let id = waits(vault.release_hold(&operator, &hold.id));
    assert!(
        vault.list_holds(&operator).unwrap()[0]
            .released_at
            .is_none()
    );
    approve(&test, &id, [&dpo, &finance]);
    let released = vault.release_hold(&operator, &hold.id).unwrap();
    assert!(released.released_at.is_some() && released.warning.is_none());
    assert!(matches!(
        vault.release_hold(&operator, &hold.id),
        Err(Error::NotFound)
    ));
}

#[test]
fn a_policy_that_destroys_earlier_waits_for_two_others_and_then_for_its_days() {
    let test = TestVault::start();
    let (operator, vault) = (test.operator(), test.vault());
    let [dpo, finance] = ["dpo", "finance"].map(|who| test.approver(who));
    let before = vault.policy();
    let shorter = before
        .text()
        .replace("period = \"P3M\"", "period = \"P1M\"");
    let id = waits(vault.adopt_policy(&operator, &shorter));
    let shown = vault.proposals(&dpo).unwrap().remove(0);
    assert!(
        !shown.details.unwrap()["changes"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(vault.list_policies().unwrap().len(), 1);
    approve(&test, &id, [&dpo, &finance]);
    let adopted = vault.adopt_policy(&operator, &shorter).unwrap();
    assert!(!adopted.policy.is_in_force, "its days are not spared");
    // What keeps longer is one person's business.
    let longer = before
        .text()
        .replace("period = \"P3M\"", "period = \"P4M\"");
    assert_eq!(
        vault.adopt_policy(&operator, &longer).unwrap().warning,
        None
    );
}

#[test]
fn anything_of_the_closed_list_is_frozen_approved_and_used_once() {
    let test = TestVault::start();
    let (operator, vault) = (test.operator(), test.vault());
    let [dpo, finance] = ["dpo", "finance"].map(|who| test.approver(who));
    let frozen = json!({ "canary": "can_1" });
    let kind = ProposalKind::CanaryRemoval;
    let asked = vault.propose(&operator, kind, &frozen, "case 7").unwrap();
    let refused = |kind| {
        let used = vault.use_approved(&operator, kind, &asked.id);
        assert!(matches!(
            used,
            Err(Error::Refused(Refusal::NotApprovable(_)))
        ));
    };
    refused(kind);
    approve(&test, &asked.id, [&dpo, &finance]);
    refused(ProposalKind::GrantWidening);
    assert_eq!(
        vault.use_approved(&operator, kind, &asked.id).unwrap(),
        frozen
    );
    refused(kind);
}

/// Lets somebody log in from now on, and returns their credential.
fn staff(test: &TestVault, name: &str, role: &str) -> std::sync::Arc<lethe_ops::Credential> {
    let (operator, expiry) = (test.operator(), test.clock.in_days(365));
    let password = Password::new("marked words for nobody else");
    let vault = test.vault();
    vault
        .add_staff(&operator, name, role, &password, expiry)
        .unwrap();
    let all = vault.staff(&operator).unwrap();
    let one = all.iter().find(|one| one.name == name).unwrap();
    vault.current(&one.credential.id).unwrap()
}

#[test]
fn two_people_of_one_role_are_two_approvers() {
    let test = TestVault::start();
    let (operator, vault) = (test.operator(), test.vault());
    let (key, _) = test.key("warehouse", &["delivery.city"], 10);
    let [ada, ben] = ["ada", "ben"].map(|name| staff(&test, name, "dpo"));
    let widen = || vault.widen_credential(&operator, &key.id, &more(), "case 1");
    let id = waits(widen());
    approve(&test, &id, [&ada, &ben]);
    assert_eq!(widen().unwrap().warning, None);
}

#[test]
fn a_person_and_the_key_they_answer_for_are_one_approver() {
    let test = TestVault::start();
    let (operator, vault) = (test.operator(), test.vault());
    let (key, _) = test.key("warehouse", &["delivery.city"], 10);
    let ada = staff(&test, "ada", "dpo");
    let her_key = test.approver_of("reports", "ada");
    // Both are one approver, so nobody waits for a second.
    let first = vault.widen_credential(&operator, &key.id, &more(), "case 1");
    assert!(first.unwrap().warning.is_some());
    let of_her_role = test.approver_of("dpo", "zoe");
    let finance = test.approver("finance");
    let other = Widening {
        quota: Quota::people_per_day(60),
        ..Widening::default()
    };
    let id = waits(vault.widen_credential(&operator, &key.id, &other, "case 2"));
    let shown = vault.proposals(&ada).unwrap().remove(0);
    vault.approve(&ada, &id, &shown.sha256).unwrap();
    for hers in [&ada, &her_key, &of_her_role] {
        let again = vault.approve(hers, &id, &shown.sha256);
        assert!(
            matches!(again, Err(Error::Refused(Refusal::NotApprovable(_)))),
            "{}",
            hers.id
        );
    }
    assert!(
        vault
            .approve(&finance, &id, &shown.sha256)
            .unwrap()
            .is_approved
    );
}
