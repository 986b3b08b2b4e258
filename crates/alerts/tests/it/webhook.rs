//! The webhook.

use crate::server::{notice, private, web};
use lethe_alerts::{Channel, Settings, SigningKey};
use tempfile::TempDir;

const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn channel(folder: &TempDir, port: u16) -> Channel {
    private(
        &folder.path().join("hook.secret"),
        &format!("whsec_{SECRET}\n"),
    );
    let text = format!(
        "stderr = false\n[webhook]\nurl = \"http://127.0.0.1:{port}/alerts\"\nsecret_file = \"hook.secret\"\n"
    );
    let mut channels = Settings::parse(&text)
        .unwrap()
        .channels(folder.path())
        .unwrap();
    assert_eq!(channels.len(), 1);
    channels.remove(0)
}

#[test]
fn a_delivery_is_signed_so_that_any_library_of_standard_webhooks_verifies_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = web("204 No Content");
    channel(&folder, server.port)
        .deliver(&notice(), 1_772_446_530)
        .unwrap();
    let request = server.told();
    assert!(
        request.head.starts_with("POST /alerts HTTP/1.1\n"),
        "{}",
        request.head
    );
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("webhook-id"), "alert_0123456789ab");
    assert_eq!(request.header("webhook-timestamp"), "1772446530");
    let key = SigningKey::parse(SECRET).unwrap();
    let signature = key.sign("alert_0123456789ab", 1_772_446_530, request.body.as_bytes());
    assert_eq!(request.header("webhook-signature"), signature);
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["type"], "alert.key_in_browser");
    assert_eq!(body["timestamp"], "2026-03-02T10:15:30Z");
    assert_eq!(body["data"]["credential"], "key_5f0c2a9b31de");
    assert_eq!(body["data"]["times"], 2);
}

#[test]
fn an_answer_other_than_success_is_a_failure_and_a_redirect_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    for (answer, status) in [
        ("500 Oops", "500"),
        ("410 Gone", "410"),
        ("302 Found\r\nlocation: http://127.0.0.1:1/", "302"),
    ] {
        let server = web(answer);
        let failed = channel(&folder, server.port)
            .deliver(&notice(), 0)
            .unwrap_err();
        assert!(failed.to_string().contains(status), "{failed}");
        drop(server.told());
    }
}

#[test]
fn a_server_that_is_not_there_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    assert!(channel(&folder, port).deliver(&notice(), 0).is_err());
}
