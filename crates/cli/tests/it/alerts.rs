//! Alerts reach somebody, whatever dies in between.

use crate::serving::Server;
use crate::shop::Shop;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

/// Takes one POST and answers it with a status; returns head and body.
fn take_post(listener: &TcpListener, status: &str) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        reader.read_line(&mut text).unwrap();
    }
    let length = text.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    text + &String::from_utf8(body).unwrap()
}

/// Takes one mail; returns everything that was said.
fn take_mail(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let reader = BufReader::new(stream.try_clone().unwrap());
    let mut said = String::new();
    let mut in_data = false;
    stream.write_all(b"220 mail.example\r\n").unwrap();
    for line in reader.lines().map_while(Result::ok) {
        said += &format!("{line}\n");
        let answer = match line.as_str() {
            "." => "250 queued",
            _ if in_data => continue,
            "DATA" => "354 go on",
            _ => "250 ok",
        };
        in_data = answer.starts_with("354");
        if write!(stream, "{answer}\r\n").is_err() || line == "QUIT" {
            break;
        }
    }
    said
}

fn private(shop: &Shop, name: &str, text: &str) {
    let path = shop.data().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Sends a key as a page's script would.
fn from_a_page(shop: &Shop) {
    let socket = shop.data().join("lethe.sock");
    let key = fs::read_to_string(shop.path("key")).unwrap();
    let mut stream = std::os::unix::net::UnixStream::connect(socket).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let request = format!(
        "GET /v1/orders HTTP/1.1\r\nhost: lethe\r\nconnection: close\r\norigin: https://shop.example\r\n\
         authorization: Bearer {}\r\n\r\n",
        key.trim()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[test]
fn an_alert_outlives_a_kill_and_a_webhook_that_is_down_keeps_no_mail_waiting() {
    let shop = Shop::made();
    shop.make_key("--recipient office --owner ada --powers list --expires P9D");
    let secret = ["whsec", "_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"].concat();
    private(&shop, "hook.secret", &secret);
    // Nobody listens there yet.
    let hook = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook_at = hook.local_addr().unwrap();
    drop(hook);
    let mail = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = format!(
        "stderr = false\n[webhook]\nurl = \"http://{hook_at}/\"\nsecret_file = \"hook.secret\"\n\
         [email]\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"lethe@shop.example\"\n\
         to = [\"ops@shop.example\"]\n",
        mail.local_addr().unwrap().port()
    );
    private(&shop, "alerts.toml", &settings);
    let server = Server::start(&shop);
    from_a_page(&shop);
    // The mail goes out although the webhook is dead.
    let said = take_mail(&mail);
    assert!(
        said.contains("Subject: Lethe alarm: key-in-browser"),
        "{said}"
    );
    server.kill();
    let hook = TcpListener::bind(hook_at).unwrap();
    let server = Server::start(&shop);
    let post = take_post(&hook, "204 No Content");
    assert!(post.contains("webhook-signature: v1,"), "{post}");
    assert!(post.contains("alert.key_in_browser"), "{post}");
    server.stop();
    let listed = shop.json("alerts list");
    let alert = &listed["alerts"][0];
    assert_eq!(alert["kind"], "key-in-browser");
    assert!(post.contains(alert["id"].as_str().unwrap()));
    assert_eq!(listed["alerts"].as_array().unwrap().len(), 1);
    shop.ok("log verify");
}

#[test]
fn a_test_says_which_channels_work() {
    let shop = Shop::made();
    let run = shop.run("alerts test");
    assert_eq!((run.code, run.stdout.as_str()), (0, "stderr: delivered\n"));
    assert!(
        run.stderr.contains("a test of Lethe's alerts"),
        "{}",
        run.stderr
    );
    let hook = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = hook.local_addr().unwrap();
    private(
        &shop,
        "hook.secret",
        &["whsec", "_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"].concat(),
    );
    let settings = format!(
        "stderr = false\n[webhook]\nurl = \"http://{url}/\"\nsecret_file = \"hook.secret\"\n"
    );
    private(&shop, "alerts.toml", &settings);
    let thread = std::thread::spawn(move || take_post(&hook, "500 Oops"));
    let run = shop.run("alerts test");
    assert_eq!(run.code, 1);
    assert_eq!(
        run.stdout,
        "webhook: not delivered: the webhook did not take it: it answers 500\n"
    );
    assert!(thread.join().unwrap().contains("alert.test"));
    private(&shop, "alerts.toml", "webhook = 7\n");
    assert_eq!(shop.run("alerts test").code, 2);
    // A vault that cannot tell anybody does not start as if it could.
    let mut serve = shop.command();
    serve.args(["serve", "--listen", "127.0.0.1:0"]);
    let run = shop.finish(serve.output().unwrap());
    assert!(run.stderr.contains("alerts.toml"), "{}", run.stderr);
}

#[test]
fn a_leaked_key_is_revoked_with_and_without_a_server() {
    let shop = Shop::made();
    let leak = |shop: &Shop| {
        let mut command = shop.command();
        command
            .args(["key", "leaked"])
            .stdin(fs::File::open(shop.path("key")).unwrap());
        shop.finish(command.output().unwrap())
    };
    shop.make_key("--recipient office --owner ada --powers list --expires P9D");
    assert_eq!(leak(&shop).code, 0);
    assert_eq!(leak(&shop).code, 0, "the same for a revoked one");
    assert_eq!(shop.run("--key-file key orders").code, 3);
    shop.make_key("--recipient office --owner ada --powers list --expires P9D");
    let server = Server::start(&shop);
    assert_eq!(leak(&shop).code, 0);
    assert_eq!(shop.run("--key-file key orders").code, 3);
    let (_, said) = server.stop();
    assert!(said.contains("key-leaked"), "{said}");
}

#[test]
fn credentials_at_vendors_are_kept_without_their_secrets() {
    let shop = Shop::made();
    let added = shop.json(
        "vendor-key add --vendor Klaviyo --label mails --owner ada --categories contact --people 7",
    );
    let id = added["id"].as_str().unwrap().to_owned();
    shop.ok(&format!(
        "vendor-key update {id} --rotated 2026-01-02 --created 2026-01-01 --can-export true"
    ));
    let shown = shop.json(&format!("vendor-key show {id}"));
    assert_eq!(shown["rotated_on"], "2026-01-02");
    assert_eq!(shown["can_export"], true);
    assert_eq!(shown["owner"], "ada");
    assert_eq!(shown["reach"]["people"], 7);
    let secret = ["pk", "_", "0f1e2d3c4b5a69788796a5b4c3d2e1f0ab"].concat();
    let refused = shop.run(&format!("vendor-key update {id} --label {secret}"));
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("looks like the secret"),
        "{}",
        refused.stderr
    );
    assert!(shop.run("vendor-key list").stdout.contains("mails"));
    shop.ok(&format!("vendor-key remove {id}"));
    assert_eq!(shop.run(&format!("vendor-key show {id}")).code, 4);
}
