//! `lethe key lint --tree`: folders, and pages of a real server.

use crate::shop::{Shop, assert_run};
use lethe_crypto::ApiKey;
use lethe_model::Random;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

/// No chance at all: the same keys each time.
struct Fixed(u8);

impl Random for Fixed {
    fn fill(&self, target: &mut [u8]) {
        for (at, byte) in target.iter_mut().enumerate() {
            *byte = self.0.wrapping_add((at as u8).wrapping_mul(73));
        }
    }
}

fn lethe_key(number: u8) -> String {
    ApiKey::generate(&Fixed(number)).expose().to_owned()
}

/// Put together here, so that no file of the source holds one.
fn shopify_token() -> String {
    format!("{}_{}", "shpat", "9f86d081884c7d659a2feaa0c55ad015")
}

/// A server of fixed answers, each written as it is, that remembers what was asked.
struct Site {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    fn start(answers: &[(&str, String)]) -> Self {
        let answers = answers.iter().cloned();
        let answers: BTreeMap<String, String> = answers
            .map(|(path, text)| (path.to_owned(), text))
            .collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let head: Vec<String> = lines
                    .map_while(Result::ok)
                    .take_while(|line| !line.is_empty())
                    .collect();
                let path = head
                    .first()
                    .and_then(|line| line.split(' ').nth(1))
                    .unwrap_or_default();
                let missing = || answer("404 Not Found", "text/html", "nothing here");
                let answer = answers.get(path).cloned().unwrap_or_else(missing);
                heard.lock().unwrap().push(head.join("\n"));
                // A client that has seen enough hangs up.
                drop(stream.write_all(answer.as_bytes()));
            }
        });
        Self { address, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let path = |head: &String| head.split(' ').nth(1).unwrap_or_default().to_owned();
        asked.iter().map(path).collect()
    }
}

fn answer(status: &str, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn moved(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
}

#[test]
fn keys_in_a_folder_are_told_but_not_shown() {
    let shop = Shop::empty();
    let (key, token) = (lethe_key(1), shopify_token());
    fs::create_dir_all(shop.path("theme/dist")).unwrap();
    fs::write(
        shop.path("theme/dist/app.min.js"),
        format!("!function(){{var k=\"{key}\"}}()"),
    )
    .unwrap();
    fs::write(
        shop.path("theme/.env"),
        format!("A=1\nTOKEN={token}\nOLD={key}\n"),
    )
    .unwrap();
    let run = shop.run("key lint --tree theme");
    for secret in [&key[9..], &token[6..]] {
        assert!(!run.stdout.contains(&secret[..8]) && !run.stderr.contains(&secret[..8]));
    }
    assert_run!(run, @r"
    PLACE                  LINE  VENDOR   KIND                            EVIDENCE  FINGERPRINT
    theme/.env             2:7   Shopify  Shopify admin API access token  format    shpat_… b6cf6e13
    theme/.env             3:5   Lethe    Lethe API key                   checksum  lethe_sk_… 81aad8fe
    theme/dist/app.min.js  1:20  Lethe    Lethe API key                   checksum  lethe_sk_… 81aad8fe

    3 keys found (2 different) in 2 files, 193 B.
    [stderr]
    Revoke each key where it was issued, then take it out: whoever read it keeps it.
    [exit 1]
    ");
}

#[test]
fn a_folder_without_keys_passes_and_a_missing_one_fails() {
    let shop = Shop::empty();
    fs::create_dir(shop.path("theme")).unwrap();
    fs::write(shop.path("theme/app.js"), "let x = 'pk_live_abc';").unwrap();
    assert_run!(shop.run("key lint --tree theme"), @r"
    No key found in 1 file, 22 B.
    [exit 0]
    ");
    assert_run!(shop.run("key lint --tree theme elsewhere"), @r"
    [stderr]
    lethe: --tree: cannot read elsewhere: No such file or directory (os error 2) [file-system]
    [exit 1]
    ");
    assert_run!(shop.run("key lint --tree ftp://shop.example/"), @r"
    [stderr]
    lethe: --tree: an address must be http:// or https://, without a user and a password [usage]
    [exit 2]
    ");
}

#[test]
fn a_page_and_the_scripts_of_its_own_site_are_read() {
    let shop = Shop::empty();
    let key = lethe_key(2);
    let elsewhere = Site::start(&[("/cdn.js", answer("200 OK", "text/javascript", &key))]);
    let page = format!(
        "<html>\n<script src=\"/app.js?v=1\"></script><script src=\"{}\"></script>\
         <script src=gone.js></script>\n<script>k='{}'</script>",
        elsewhere.url("/cdn.js"),
        shopify_token()
    );
    let script = format!("import './deep.js';\nlet k='{key}'");
    let site = Site::start(&[
        ("/", moved("/de/")),
        ("/de/", answer("200 OK", "text/html; charset=utf-8", &page)),
        ("/app.js?v=1", answer("200 OK", "text/javascript", &script)),
        ("/de/deep.js", answer("200 OK", "text/javascript", &key)),
    ]);
    let run = shop.run(&format!("key lint --json --tree {}", site.url("/")));
    assert_eq!(run.code, 1);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let found = told["found"].as_array().unwrap();
    let brief = |key: &serde_json::Value| {
        format!(
            "{} {} {}",
            key["place"].as_str().unwrap(),
            key["line"],
            key["rule"].as_str().unwrap()
        )
    };
    let expected = [
        format!("{} 3 shopify-admin-token", site.url("/de/")),
        format!("{} 2 lethe-key", site.url("/app.js?v=1")),
    ];
    assert_eq!(found.iter().map(brief).collect::<Vec<_>>(), expected);
    assert_eq!(found[1]["evidence"], "checksum");
    assert_eq!(
        (&told["files"], &told["foreign_scripts"]),
        (&2.into(), &1.into())
    );
    assert_eq!(told["not_read"][0]["place"], site.url("/de/gone.js"));
    assert_eq!(told["not_read"][0]["why"], "the server answers 404");
    assert_eq!(site.asked(), ["/", "/de/", "/app.js?v=1", "/de/gone.js"]);
    assert!(elsewhere.asked().is_empty());
    let heads = site.asked.lock().unwrap().join("\n").to_lowercase();
    assert!(!heads.contains("cookie") && !heads.contains("authorization"));
    assert!(!run.stdout.contains(&key[9..17]));
}

#[test]
fn redirects_stay_on_the_host_and_come_to_an_end() {
    let shop = Shop::empty();
    let other = Site::start(&[("/", answer("200 OK", "text/html", "<p>"))]);
    let site = Site::start(&[
        ("/away", moved(&other.url("/"))),
        ("/round", moved("/round")),
        (
            "/packed",
            answer("200 OK\r\ncontent-encoding: gzip", "text/html", "??"),
        ),
        (
            "/short",
            "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n<p>".to_owned(),
        ),
    ]);
    let why = |path: &str| {
        let run = shop.run(&format!("key lint --json --tree {}", site.url(path)));
        assert_eq!(run.code, 1, "{path}");
        let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        told["not_read"][0]["why"].as_str().unwrap().to_owned()
    };
    let away = format!(
        "it redirects to {}: name that address to read it",
        other.url("/")
    );
    assert_eq!(why("/away"), away);
    assert_eq!(why("/round"), "it redirects more than 5 times");
    assert_eq!(
        why("/packed"),
        "the server sends it compressed although it was not asked to"
    );
    assert!(!why("/short").is_empty());
    assert!(other.asked().is_empty());
}

#[test]
fn a_page_beyond_the_limit_is_read_up_to_it_and_told() {
    let shop = Shop::empty();
    let body = format!("<p>{}{}", " ".repeat(16 * 1024 * 1024), lethe_key(3));
    let site = Site::start(&[("/", answer("200 OK", "text/html", &body))]);
    let run = shop.run(&format!("key lint --json --tree {}", site.url("/")));
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["found"].as_array().unwrap().len(), 0);
    assert_eq!(
        told["not_read"][0]["why"],
        "only its first 16.00 MiB were read"
    );
    assert_eq!(run.code, 1);
}
