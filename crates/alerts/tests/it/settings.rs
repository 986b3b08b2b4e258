//! The settings file.

use crate::server::private;
use lethe_alerts::Settings;
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn without_a_file_alerts_go_to_standard_error() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::read(folder.path()).unwrap();
    let channels = settings.channels(folder.path()).unwrap();
    let names: Vec<_> = channels.iter().map(lethe_alerts::Channel::name).collect();
    assert_eq!(names, ["stderr"]);
}

#[test]
fn what_cannot_be_used_is_told_without_what_stands_there() {
    let secret = ["whsec", "_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"].concat();
    let folder = tempfile::tempdir().unwrap();
    private(&folder.path().join("good"), &secret);
    private(&folder.path().join("bad"), "hunter2hunter2");
    private(&folder.path().join("empty"), "\n");
    private(&folder.path().join("open"), &secret);
    fs::set_permissions(
        folder.path().join("open"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    for (text, why) in [
        (format!("[webhook]\nsecret = \"{secret}\""), "unknown field"),
        ("[webhook]\nurl = \"ftp://x\"\nsecret_file = \"good\"".to_owned(), "webhook.url"),
        ("[webhook]\nurl = \"https://a@x\"\nsecret_file = \"good\"".to_owned(), "webhook.url"),
        ("[webhook]\nurl = \"https://x\"\nsecret_file = \"bad\"".to_owned(), "whsec_"),
        ("[webhook]\nurl = \"https://x\"\nsecret_file = \"empty\"".to_owned(), "empty"),
        ("[webhook]\nurl = \"https://x\"\nsecret_file = \"open\"".to_owned(), "chmod 600"),
        ("[webhook]\nurl = \"https://x\"\nsecret_file = \"none\"".to_owned(), "cannot read"),
        ("[email]\nserver = \"mail.example\"\nfrom = \"a@b.example\"\nto = []".to_owned(), "names nobody"),
        ("[email]\nserver = \"mail.example\"\nfrom = \"nobody\"\nto = [\"a@b.example\"]".to_owned(), "email.from"),
        (
            "[email]\nserver = \"mail.example\"\nsecurity = \"none\"\nfrom = \"a@b.example\"\nto = [\"a@b.example\"]"
                .to_owned(),
            "on this machine",
        ),
        (
            "[email]\nserver = \"mail.example\"\nusername = \"u\"\nfrom = \"a@b.example\"\nto = [\"a@b.example\"]"
                .to_owned(),
            "come together",
        ),
    ] {
        let settings = Settings::parse(&text);
        let refused = settings.and_then(|settings| settings.channels(folder.path()));
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains(why), "{why}: {refused}");
        assert!(!refused.contains("MfKQ9") && !refused.contains("hunter2"), "{refused}");
    }
}
