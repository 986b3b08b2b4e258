//! Mail.

use crate::server::{notice, private, smtp};
use lethe_alerts::{Channel, Settings};
use std::path::Path;

fn channel(folder: &Path, port: u16, more: &str) -> Channel {
    let text = format!(
        "stderr = false\n[email]\nserver = \"127.0.0.1\"\nport = {port}\nfrom = \"lethe@shop.example\"\n\
         to = [\"ops@shop.example\", \"security@shop.example\"]\n{more}\n"
    );
    let mut channels = Settings::parse(&text).unwrap().channels(folder).unwrap();
    channels.remove(0)
}

#[test]
fn a_mail_reaches_everybody_who_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let server = smtp(&[], None);
    let channel = channel(folder.path(), server.port, "security = \"none\"");
    channel.deliver(&notice(), 0).unwrap();
    let told = server.told().join("\n");
    for part in [
        "MAIL FROM:<lethe@shop.example>",
        "RCPT TO:<ops@shop.example>",
        "RCPT TO:<security@shop.example>",
        "Subject: Lethe alarm: key-in-browser",
        "Message-ID: <alert_0123456789ab@lethe.invalid>",
        "The key key_5f0c2a9b31de was sent by a web page.",
        "owner: ada",
        "times: 2",
    ] {
        assert!(told.contains(part), "{part} in: {told}");
    }
}

#[test]
fn the_password_comes_from_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    private(&folder.path().join("mail.password"), "open sesame\n");
    let server = smtp(&["AUTH PLAIN"], None);
    let more = "security = \"none\"\nusername = \"lethe\"\npassword_file = \"mail.password\"";
    channel(folder.path(), server.port, more)
        .deliver(&notice(), 0)
        .unwrap();
    // base64 of NUL lethe NUL open sesame (RFC 4616)
    let told = server.told().join("\n");
    assert!(
        told.contains("AUTH PLAIN AGxldGhlAG9wZW4gc2VzYW1l"),
        "{told}"
    );
}

#[test]
fn without_tls_nothing_is_told_to_a_server_that_does_not_offer_it() {
    let folder = tempfile::tempdir().unwrap();
    private(&folder.path().join("mail.password"), "open sesame\n");
    let server = smtp(&["AUTH PLAIN"], None);
    let more = "username = \"lethe\"\npassword_file = \"mail.password\"";
    let channel = channel(folder.path(), server.port, more);
    channel.deliver(&notice(), 0).unwrap_err();
    let told = server.told().join("\n");
    assert!(!told.contains("MAIL") && !told.contains("AUTH"), "{told}");
}

#[test]
fn a_server_that_refuses_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let server = smtp(&[], Some("MAIL"));
    let channel = channel(folder.path(), server.port, "security = \"none\"");
    let failed = channel.deliver(&notice(), 0).unwrap_err().to_string();
    assert!(failed.contains("try again later"), "{failed}");
    drop(server.told());
}
