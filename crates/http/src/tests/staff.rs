//! People who log in, through the router, from the door to the log.

use crate::testing::{Answer, TestKey, TestServer};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use lethe_model::{Clock as _, Power};
use lethe_ops::{Password, StaffSecrets};
use lethe_testkit::{app_code, find_leaks_in};
use serde_json::{Value, json};

const PASSWORD: &str = "marked words for nobody else";

struct Desk {
    server: TestServer,
    secrets: StaffSecrets,
}

impl Desk {
    fn with(role: &str) -> Self {
        let server = TestServer::start();
        let expiry = server.clock.in_days(90);
        let (vault, operator) = (&server.vault, server.operator());
        let added = vault.add_staff(&operator, "ada", role, &Password::new(PASSWORD), expiry);
        let secrets = added.unwrap();
        Self { server, secrets }
    }

    fn body(&self) -> Value {
        let code = app_code(&self.secrets.totp_uri, self.server.clock.now_ms());
        json!({ "name": "ada", "password": PASSWORD, "code": code })
    }

    async fn try_login(&self, body: Value) -> Answer {
        self.server.post("/v1/login", None, body).await
    }

    async fn log_in(&self) -> (TestKey, Value) {
        let answer = self.try_login(self.body()).await.ok().json();
        (self.key(answer["session"].as_str().unwrap()), answer)
    }

    fn key(&self, secret: &str) -> TestKey {
        let staff = self.server.vault.staff(&self.server.operator()).unwrap();
        TestKey {
            id: staff[0].credential.id.clone(),
            secret: secret.to_owned(),
            credential: self.server.operator(),
        }
    }

    /// Nothing of the secrets may be in an answer.
    fn is_clean(&self, answer: &Answer) {
        let codes = self
            .secrets
            .recovery_codes
            .iter()
            .map(|one| one.to_string());
        let mut marks: Vec<String> = codes.collect();
        marks.extend([PASSWORD.to_owned(), self.secrets.totp_secret.to_string()]);
        assert_eq!(find_leaks_in(&answer.body, &marks), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_session_acts_within_role_and_quota_until_logout() {
    let desk = Desk::with("support");
    let server = &desk.server;
    let (session, answer) = desk.log_in().await;
    assert_eq!(
        (&answer["name"], &answer["role"]),
        (&json!("ada"), &json!("support"))
    );
    let found = json!({ "order": "#1001", "purpose": "support" });
    let found = server
        .post("/v1/find", Some(&session), found)
        .await
        .ok()
        .json();
    let token = found["subjects"][0]["order"].clone();
    let ask = |field: &str| json!({ "token": token, "fields": [field], "purpose": "support" });
    let revealed = server
        .post("/v1/reveal", Some(&session), ask("contact.email"))
        .await;
    revealed.ok();
    let refused = server
        .post("/v1/reveal", Some(&session), ask("invoice.street"))
        .await;
    assert_eq!(refused.problem(), "field-not-granted");
    let me = server.get("/v1/me", Some(&session)).await.ok();
    desk.is_clean(&me);
    let me = me.json();
    assert_eq!(
        (&me["name"], &me["role"]),
        (&json!("ada"), &json!("support"))
    );
    assert_eq!(me["credential"]["people_used"]["per_day"], 1);
    assert_eq!(me["credential"]["grant"]["people_per_day"], 150);
    let over = server.post("/v1/logout", Some(&session), json!({})).await;
    assert_eq!(over.status, StatusCode::NO_CONTENT);
    assert!(!over.header("access-log-index").is_empty());
    assert_eq!(
        server.get("/v1/me", Some(&session)).await.problem(),
        "session-over"
    );
    let auditor = server.key(&[Power::Audit]);
    let log = server.get("/v1/log/entries", Some(&auditor)).await.ok();
    desk.is_clean(&log);
    for event in ["\"event\":\"login\"", "\"event\":\"logout\""] {
        assert!(log.text().contains(event), "{}", log.text());
    }
}

#[tokio::test]
async fn every_failed_login_has_the_same_answer() {
    let desk = Desk::with("support");
    let mut answers = Vec::new();
    for (member, value) in [
        ("name", "eve"),
        ("name", "no name at all"),
        ("password", "marked other words"),
        ("code", "000000"),
        ("code", "marked"),
    ] {
        let mut body = desk.body();
        body[member] = value.into();
        let answer = desk.try_login(body).await;
        assert_eq!(answer.problem(), "login-failed");
        answers.push(answer.body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    for body in [
        json!({ "name": "ada" }),
        json!({ "name": "ada", "password": 1 }),
        json!(PASSWORD),
    ] {
        let refused = desk.try_login(body).await;
        desk.is_clean(&refused);
        assert_eq!(refused.problem(), "invalid-json");
    }
}

#[tokio::test]
async fn too_many_tries_are_told_when_to_come_back() {
    let desk = Desk::with("support");
    let mut body = desk.body();
    body["password"] = "guess after guess".into();
    for _ in 0..4 {
        assert_eq!(desk.try_login(body.clone()).await.problem(), "login-failed");
    }
    let answer = desk.try_login(body).await;
    assert_eq!(answer.problem(), "login-throttled");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn a_stolen_session_is_worth_nothing_elsewhere_and_ends() {
    let desk = Desk::with("support");
    let (session, _) = desk.log_in().await;
    let elsewhere = Request::builder()
        .method(Method::GET)
        .uri("/v1/me")
        .header(header::AUTHORIZATION, format!("Bearer {}", session.secret))
        .header(header::USER_AGENT, "another program");
    let answer = desk.server.send(elsewhere, Body::empty()).await;
    assert_eq!(answer.problem(), "session-over");
    let answer = desk.server.get("/v1/me", Some(&session)).await;
    assert_eq!(answer.problem(), "session-over");
}

#[tokio::test]
async fn a_password_is_changed_with_the_old_one_and_a_code() {
    let desk = Desk::with("support");
    let (session, _) = desk.log_in().await;
    let body = |password: &str, new: &str, at: usize| {
        let code = desk.secrets.recovery_codes[at].to_string();
        json!({ "password": password, "recovery_code": code, "new_password": new })
    };
    let path = "/v1/me/password";
    let new = "marked: another line of words";
    let easy = desk
        .server
        .post(path, Some(&session), body(PASSWORD, "password1234", 0))
        .await;
    assert_eq!(easy.problem(), "invalid-input");
    let wrong = desk
        .server
        .post(path, Some(&session), body("other words than hers", new, 0))
        .await;
    assert_eq!(wrong.problem(), "login-failed");
    let done = desk
        .server
        .post(path, Some(&session), body(PASSWORD, new, 0))
        .await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text());
    desk.server.get("/v1/me", Some(&session)).await.ok();
    let mut login = json!({ "name": "ada", "password": new });
    login["recovery_code"] = desk.secrets.recovery_codes[1].as_str().into();
    desk.try_login(login).await.ok();
}

#[tokio::test]
async fn an_api_key_has_no_session() {
    let desk = Desk::with("support");
    let key = desk.server.key(&[Power::List]);
    let me = desk.server.get("/v1/me", Some(&key)).await.ok().json();
    assert_eq!((&me["name"], &me["role"]), (&Value::Null, &Value::Null));
    let over = desk.server.post("/v1/logout", Some(&key), json!({})).await;
    assert_eq!(over.problem(), "session-needed");
    let mut mistyped = desk.log_in().await.0;
    mistyped.secret.replace_range(20..21, "-");
    let answer = desk.server.get("/v1/me", Some(&mistyped)).await;
    assert_eq!(answer.problem(), "key-malformed");
}
