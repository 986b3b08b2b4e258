//! People who log in: what opens the door, what does not, and what is left of it.

use crate::reveal::query;
use lethe_keeper::log::ActKind;
use lethe_model::{Clock as _, Power};
use lethe_ops::{Error, LoginAttempt, NewSession, Password, Refusal, Seat, Session, StaffSecrets};
use lethe_store::Kind;
use lethe_testkit::{OrderSketch, TestVault, app_code};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const PASSWORD: &str = "marked words for nobody else";

/// A vault in which `ada` has a role; what must lie nowhere in clear is marked.
struct Desk {
    test: TestVault,
    secrets: StaffSecrets,
}

impl Desk {
    fn with(role: &str) -> Self {
        let mut test = TestVault::start();
        test.import(&[OrderSketch::new(1001, "ana"), OrderSketch::new(1002, "bob")]);
        test.mark(PASSWORD);
        let secrets = add(&mut test, "ada", role);
        Self { test, secrets }
    }

    fn code(&self) -> Zeroizing<String> {
        let now_ms = self.test.clock.now_ms();
        Zeroizing::new(app_code(&self.secrets.totp_uri, now_ms))
    }

    fn attempt(&self) -> LoginAttempt {
        LoginAttempt {
            store: None,
            name: "ada".to_owned(),
            password: Password::new(PASSWORD),
            code: Some(self.code()),
            recovery_code: None,
            device: None,
            seat: seat(1),
        }
    }

    fn with_recovery(&self, at: usize) -> LoginAttempt {
        LoginAttempt {
            code: None,
            recovery_code: Some(self.secrets.recovery_codes[at].clone()),
            ..self.attempt()
        }
    }

    fn log_in(&self) -> NewSession {
        self.test.vault().login(self.attempt()).unwrap()
    }

    fn present(&self, session: &NewSession, seat: &Seat) -> Result<Session, Error> {
        self.test
            .vault()
            .authenticate_session(&session.session, seat)
    }

    /// Why the last entry of the log refused a login.
    fn last_denial(&self) -> String {
        let operator = self.test.operator();
        let entries = self.test.vault().log_entries(&operator, None, None, 2);
        let entries = entries.unwrap();
        let denied = |act: ActKind| act == ActKind::Login;
        let entry = entries.iter().find(|one| denied(one.act.act)).unwrap();
        let text = serde_json::to_string(entry).unwrap();
        assert!(!text.contains("marked"), "{text}");
        entry.act.denied.clone().unwrap_or_default()
    }
}

fn add(test: &mut TestVault, name: &str, role: &str) -> StaffSecrets {
    let (operator, expiry) = (test.operator(), test.clock.in_days(365));
    let added = test
        .vault()
        .add_staff(&operator, name, role, &Password::new(PASSWORD), expiry);
    let secrets = added.unwrap();
    test.mark(&secrets.totp_secret);
    for code in &secrets.recovery_codes {
        test.mark(code);
        test.mark(&code.replace('-', ""));
    }
    secrets
}

fn seat(network: u8) -> Seat {
    Seat {
        from: Some([10, 0, network, 7].into()),
        agent: Some("curl/8".to_owned()),
    }
}

fn is_failed(result: &Result<NewSession, Error>) -> bool {
    matches!(result, Err(Error::Refused(Refusal::Login)))
}

#[test]
fn somebody_logs_in_and_acts_under_their_roles_grant() {
    let desk = Desk::with("support");
    let session = desk.log_in();
    assert_eq!(
        (session.name.as_str(), session.role.as_str()),
        ("ada", "support")
    );
    let present = desk.present(&session, &seat(1)).unwrap();
    let ada = &present.credential;
    assert_eq!(ada.grant.owner.as_deref(), Some("ada"));
    let token = desk.test.order_token(ada, 1001);
    let vault = desk.test.vault();
    assert!(vault.reveal(ada, &token, query(&["contact.email"])).is_ok());
    let refused = vault.reveal(ada, &token, query(&["invoice.street"]));
    assert_eq!(refused.unwrap_err().code(), "field-not-granted");
    assert_eq!(vault.own_credential(ada).unwrap().people_used.per_day, 1);
    vault.logout(&present).unwrap();
    let over = desk.present(&session, &seat(1)).unwrap_err();
    assert_eq!(over.code(), "session-over");
}

#[test]
fn a_code_opens_once_and_so_does_a_recovery_code() {
    let mut desk = Desk::with("support");
    desk.log_in();
    assert!(is_failed(&desk.test.vault().login(desk.attempt())));
    assert_eq!(desk.last_denial(), "wrong-code");
    let recovered = desk.test.vault().login(desk.with_recovery(3)).unwrap();
    assert_eq!(recovered.recovery_codes_left, 9);
    desk.test.restart();
    assert!(is_failed(&desk.test.vault().login(desk.with_recovery(3))));
    assert!(
        is_failed(&desk.test.vault().login(desk.attempt())),
        "after a restart too"
    );
    assert!(desk.test.vault().login(desk.with_recovery(4)).is_ok());
    desk.test.clock.advance_hours(1);
    desk.log_in();
}

#[test]
fn whatever_is_wrong_the_answer_is_the_same_and_the_log_says_what_it_was() {
    let desk = Desk::with("support");
    let vault = desk.test.vault();
    let other_name = |name: &str| LoginAttempt {
        name: name.to_owned(),
        ..desk.attempt()
    };
    let other_password = LoginAttempt {
        password: Password::new("marked other words"),
        ..desk.attempt()
    };
    let other_code = LoginAttempt {
        code: Some(Zeroizing::new("no code".to_owned())),
        ..desk.attempt()
    };
    for (attempt, reason) in [
        (other_name("eve"), "unknown-name"),
        (other_password, "wrong-password"),
        (other_code, "wrong-code"),
    ] {
        assert!(is_failed(&vault.login(attempt)), "{reason}");
        assert_eq!(desk.last_denial(), reason);
    }
    assert!(is_failed(&vault.login(other_name("marked@example.com"))));
    assert!(desk.test.vault().login(desk.attempt()).is_ok());
}

#[test]
fn a_name_that_nobody_has_costs_as_much_work_as_a_wrong_password() {
    let desk = Desk::with("support");
    let least = |name: &str| {
        let times = (0..4).map(|n| {
            let attempt = LoginAttempt {
                name: name.to_owned(),
                password: Password::new("other words than those"),
                seat: seat(n),
                ..desk.attempt()
            };
            let began = Instant::now();
            assert!(is_failed(&desk.test.vault().login(attempt)));
            began.elapsed()
        });
        times.min().unwrap_or(Duration::ZERO)
    };
    let (known, unknown) = (least("ada"), least("eve"));
    // Without the hash it would be a hundredth.
    assert!(unknown * 4 > known, "{unknown:?} against {known:?}");
}

#[test]
fn guessing_from_elsewhere_locks_nobody_out_and_is_slowed_down() {
    let desk = Desk::with("support");
    let vault = desk.test.vault();
    let device = desk.log_in().device;
    let guess = |network: u8, device: Option<&str>| {
        vault.login(LoginAttempt {
            password: Password::new("guess after guess"),
            device: device.map(str::to_owned),
            seat: seat(network),
            ..desk.attempt()
        })
    };
    let throttled = (0..6).filter(|_| {
        matches!(
            guess(9, None),
            Err(Error::Refused(Refusal::LoginThrottled { .. }))
        )
    });
    assert_eq!(throttled.count(), 2);
    assert!(
        desk.test.vault().login(desk.with_recovery(0)).is_ok(),
        "from elsewhere"
    );
    // In the attacker's own network a known device still gets in, and a forged one does not help.
    let known = LoginAttempt {
        device: Some(device.clone()),
        seat: seat(9),
        ..desk.with_recovery(1)
    };
    assert!(vault.login(known).is_ok());
    let forged = device.replace('a', "b");
    let throttled = guess(9, Some(&forged)).unwrap_err();
    assert_eq!(throttled.code(), "login-throttled");
}

#[test]
fn a_session_is_good_for_the_client_that_logged_in_and_not_for_long() {
    let desk = Desk::with("support");
    let session = desk.log_in();
    let mut neighbour = seat(1);
    neighbour.from = Some([10, 0, 1, 99].into());
    assert!(desk.present(&session, &neighbour).is_ok());
    assert_eq!(
        desk.present(&session, &seat(2)).unwrap_err().code(),
        "session-over"
    );
    assert_eq!(
        desk.present(&session, &seat(1)).unwrap_err().code(),
        "session-over"
    );
    let session = desk.test.vault().login(desk.with_recovery(0)).unwrap();
    assert!(desk.present(&session, &seat(1)).is_ok());
    desk.test.clock.advance_hours(1);
    assert_eq!(
        desk.present(&session, &seat(1)).unwrap_err().code(),
        "session-over"
    );
}

#[test]
fn whoever_is_disabled_revoked_or_reset_is_out_at_once() {
    let desk = Desk::with("support");
    let (vault, operator) = (desk.test.vault(), desk.test.operator());
    let session = desk.log_in();
    let made_anew = vault.reset_staff(&operator, "ada", &Password::new("some other good words"));
    let made_anew = made_anew.unwrap();
    assert!(desk.present(&session, &seat(1)).is_err());
    assert!(
        is_failed(&vault.login(desk.with_recovery(0))),
        "old codes are gone"
    );
    desk.test.clock.advance_hours(1);
    let new_login = || LoginAttempt {
        password: Password::new("some other good words"),
        code: Some(Zeroizing::new(app_code(
            &made_anew.totp_uri,
            desk.test.clock.now_ms(),
        ))),
        ..desk.attempt()
    };
    let session = vault.login(new_login()).unwrap();
    // Like a key, by whoever may revoke keys.
    vault
        .revoke_credential(&operator, &made_anew.view.credential.id)
        .unwrap();
    assert!(desk.present(&session, &seat(1)).is_err());
    desk.test.clock.advance_hours(1);
    assert!(is_failed(&vault.login(new_login())));
    vault.disable_staff(&operator, "ada").unwrap();
    assert!(vault.staff(&operator).unwrap().is_empty());
    assert_eq!(
        vault.disable_staff(&operator, "ada").unwrap_err().code(),
        "invalid-input"
    );
    // The name is free again, for another credential.
    let again = vault.add_staff(
        &operator,
        "ada",
        "finance",
        &Password::new(PASSWORD),
        desk.test.clock.in_days(1),
    );
    assert_ne!(
        again.unwrap().view.credential.id,
        made_anew.view.credential.id
    );
}

#[test]
fn a_new_password_takes_the_old_one_and_a_code_and_ends_other_sessions() {
    let desk = Desk::with("support");
    let vault = desk.test.vault();
    let (here, other) = (desk.log_in(), vault.login(desk.with_recovery(0)).unwrap());
    let here_now = desk.present(&here, &seat(1)).unwrap();
    let new = Password::new("another line of words");
    let short = vault.change_password(&here_now, desk.with_recovery(1), &Password::new("short"));
    assert_eq!(short.unwrap_err().code(), "invalid-input");
    let used = vault.change_password(&here_now, desk.with_recovery(0), &new);
    assert_eq!(used.unwrap_err().code(), "login-failed");
    vault
        .change_password(&here_now, desk.with_recovery(2), &new)
        .unwrap();
    assert!(desk.present(&here, &seat(1)).is_ok());
    assert!(desk.present(&other, &seat(1)).is_err());
    assert!(is_failed(&vault.login(desk.with_recovery(3))));
}

#[test]
fn roles_are_adopted_for_the_people_who_have_them() {
    let desk = Desk::with("support");
    let (vault, operator) = (desk.test.vault(), desk.test.operator());
    let text = vault.roles_text().unwrap();
    let narrower = text.replace("people_per_day = 150", "people_per_day = 15");
    assert_eq!(vault.adopt_roles(&operator, &narrower).unwrap(), 1);
    let session = desk.log_in();
    let present = desk.present(&session, &seat(1)).unwrap();
    assert_eq!(present.credential.grant.quota.people.day, Some(15));
    assert_eq!(present.credential.grant.owner.as_deref(), Some("ada"));
    assert_eq!(vault.adopt_roles(&operator, &narrower).unwrap(), 0);
    let without = narrower.replace("[roles.support]", "[roles.help]");
    let refused = vault.adopt_roles(&operator, &without).unwrap_err();
    assert!(
        refused.to_string().contains("`support`, which ada has"),
        "{refused}"
    );
    let moved = vault.change_staff(
        &operator,
        "ada",
        Some("finance"),
        desk.test.clock.in_days(9),
    );
    assert_eq!(moved.unwrap().credential.recipient, "finance");
    let present = desk.present(&session, &seat(1)).unwrap();
    assert!(!present.credential.may(Power::Audit));
    assert_eq!(present.credential.recipient, "finance");
    assert_eq!(vault.adopt_roles(&operator, &without).unwrap(), 0);
    let nowhere = vault.change_staff(&operator, "ada", Some("boss"), desk.test.clock.in_days(9));
    assert!(nowhere.unwrap_err().to_string().contains("use one of"));
}

#[test]
fn only_the_operator_makes_people_and_nobody_makes_a_key_of_one() {
    let mut desk = Desk::with("admin");
    let session = desk.log_in();
    let ada = desk.present(&session, &seat(1)).unwrap().credential;
    let expiry = desk.test.clock.in_days(9);
    let vault = desk.test.vault();
    let made = vault.add_staff(&ada, "eve", "dpo", &Password::new(PASSWORD), expiry);
    assert_eq!(made.unwrap_err().code(), "power-not-granted");
    let roles = vault.roles_text().unwrap();
    assert_eq!(
        vault.adopt_roles(&ada, &roles).unwrap_err().code(),
        "power-not-granted"
    );
    let rotated = vault.rotate_credential(&desk.test.operator(), &ada.id, expiry);
    assert_eq!(rotated.unwrap_err().code(), "invalid-input");
    let taken = vault.add_staff(
        &desk.test.operator(),
        "ada",
        "dpo",
        &Password::new(PASSWORD),
        expiry,
    );
    assert!(
        taken
            .unwrap_err()
            .to_string()
            .contains("login of their own")
    );
    // Two people of a role share its tokens, and neither the login nor the quota.
    let (bob, cleo) = (
        add(&mut desk.test, "bob", "support"),
        add(&mut desk.test, "cleo", "support"),
    );
    assert_ne!(bob.view.credential.id, cleo.view.credential.id);
    assert_eq!(
        bob.view.credential.recipient,
        cleo.view.credential.recipient
    );
}

#[test]
fn nobody_approves_what_they_asked_for_with_a_key_of_their_own() {
    let mut desk = Desk::with("dpo");
    let own_key = desk.test.key("office", &["delivery.city"], 1).0;
    assert_eq!(own_key.grant.owner.as_deref(), Some("ada"));
    let office = desk.test.approver_of("board", "ada");
    let session = desk.log_in();
    let ada = desk.present(&session, &seat(1)).unwrap().credential;
    add(&mut desk.test, "cleo", "security");
    let vault = desk.test.vault();
    let made = vault.request_above_cap(&ada, "case 2026/0042").unwrap();
    for own in [&ada, &office] {
        let refused = vault.approve(own, &made.id, &made.sha256).unwrap_err();
        assert_eq!(refused.code(), "not-approvable", "{refused}");
    }
    // Another role of hers is no other person.
    let expiry = desk.test.clock.in_days(9);
    let (operator, role) = (desk.test.operator(), Some("security"));
    vault.change_staff(&operator, "ada", role, expiry).unwrap();
    let ada = desk.present(&session, &seat(1)).unwrap().credential;
    let refused = vault.approve(&ada, &made.id, &made.sha256).unwrap_err();
    assert_eq!(refused.code(), "not-approvable", "{refused}");
}

#[test]
fn a_row_that_was_changed_in_the_database_opens_nothing() {
    let desk = Desk::with("support");
    for (change, back) in [
        ("role = 'dpo'", "role = 'support'"),
        ("last_step = -2", "last_step = -1"),
        ("recovery = substr(recovery, 33)", ""),
    ] {
        let set = |to: &str| {
            let update = format!("UPDATE staff SET {to}");
            desk.test.alter(Kind::Keyring, &update);
        };
        set(change);
        let refused = desk.test.vault().login(desk.attempt()).unwrap_err();
        assert_eq!(refused.code(), "keyring-unavailable");
        assert!(refused.to_string().contains("treat it as an incident"));
        if !back.is_empty() {
            set(back);
        }
    }
}
