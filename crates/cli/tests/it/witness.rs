//! A vault and its witness, as processes.

use crate::serving::Server;
use crate::shop::{PASSPHRASE, Shop};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A witness of the shop's log.
struct Witness {
    process: Child,
    address: String,
}

impl Witness {
    fn init(shop: &Shop) -> String {
        let made = shop.run("log witness init --dir w --name witness.example/w --json");
        let made: serde_json::Value = serde_json::from_str(&made.stdout).unwrap();
        made["key"].as_str().unwrap().to_owned()
    }

    fn serve(shop: &Shop, listen: &str) -> Self {
        let log_key = fs::read_to_string(shop.data().join("log/vkey")).unwrap();
        let mut command = shop.command();
        // It needs nothing of the vault's.
        command.env_remove("LETHE_PASSPHRASE_FILE");
        command.args(["log", "witness", "serve", "--json", "--dir", "w"]);
        command.args(["--listen", listen, "--log", log_key.trim()]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        let url = told["witnessing"].as_str().unwrap();
        Self {
            process,
            address: url.strip_prefix("http://").unwrap().to_owned(),
        }
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        // Killed already in some tests.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn write_settings(data: &Path, key: &str, address: &str, more: &str) {
    let text = format!(
        "quorum = 1\n{more}\n[[witness]]\nname = \"w\"\nkey = \"{key}\"\nurl = \"http://{address}\"\n"
    );
    fs::write(data.join("witnesses.toml"), text).unwrap();
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// The size that enough witnesses have cosigned.
fn witnessed(data: &Path) -> u64 {
    let text = fs::read_to_string(data.join("log/tree/checkpoint-cosigned")).unwrap_or_default();
    text.lines()
        .nth(1)
        .and_then(|size| size.parse().ok())
        .unwrap_or(0)
}

fn published(data: &Path) -> u64 {
    let text = fs::read_to_string(data.join("log/tree/checkpoint")).unwrap();
    text.lines().nth(1).unwrap().parse().unwrap()
}

fn copy_folder(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(status.unwrap().success());
}

/// Puts an older copy in the vault's place.
fn put_back(shop: &Shop, copy: &str) {
    fs::remove_dir_all(shop.data()).unwrap();
    copy_folder(&shop.path(copy), &shop.data());
}

#[test]
fn a_serving_vault_is_witnessed_and_a_verifier_sees_the_quorum() {
    let shop = Shop::filled();
    let key = Witness::init(&shop);
    let witness = Witness::serve(&shop, "127.0.0.1:0");
    write_settings(&shop.data(), &key, &witness.address, "");
    let server = Server::start(&shop);
    until("the log is cosigned", || {
        witnessed(&shop.data()) == published(&shop.data())
    });
    let status = shop.json("log witness status");
    assert_eq!(status["witnesses"][0]["lag_entries"], 0, "{status}");
    server.stop();
    let verified = shop.ok("log verify --witnesses lethe-data/witnesses.toml");
    assert!(
        verified.contains("cosigned by witness.example/w"),
        "{verified}"
    );
    // Without the cosignature's line the same log does not satisfy the file.
    let path = shop.data().join("log/tree/checkpoint-cosigned");
    fs::copy(shop.data().join("log/tree/checkpoint"), path).unwrap();
    assert_eq!(
        shop.run("log verify --witnesses lethe-data/witnesses.toml")
            .code,
        6
    );
}

#[test]
fn an_older_copy_of_the_folder_is_found_out_at_start_and_goes_on_only_with_an_explanation() {
    let shop = Shop::filled();
    let key = Witness::init(&shop);
    let witness = Witness::serve(&shop, "127.0.0.1:0");
    copy_folder(&shop.data(), &shop.path("older"));
    write_settings(&shop.data(), &key, &witness.address, "");
    write_settings(&shop.path("older"), &key, &witness.address, "");
    shop.make_key("--recipient tool --powers list --expires P1D");
    let server = Server::start(&shop);
    until("the log is cosigned", || {
        witnessed(&shop.data()) == published(&shop.data())
    });
    server.stop();

    put_back(&shop, "older");
    let refused = shop.run("serve --listen 127.0.0.1:0");
    assert_eq!(refused.code, 6, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("log-rolled-back"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("has cosigned"),
        "{}",
        refused.stderr
    );
    // Nothing is revealed either by commands on the folder itself.
    let email = shop.people()[0].email.clone().unwrap();
    let find = format!("find --email {email} --purpose support");
    assert_eq!(shop.run(&find).code, 6);

    let explained = shop.run_args(&[
        "log",
        "witness",
        "explain",
        "--reason",
        "put back by a test",
    ]);
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    assert_ne!(shop.run(&find).code, 6);
    drop(witness);
}

#[test]
fn of_two_copies_that_both_go_on_the_second_is_refused() {
    let shop = Shop::filled();
    let key = Witness::init(&shop);
    let witness = Witness::serve(&shop, "127.0.0.1:0");
    write_settings(&shop.data(), &key, &witness.address, "");
    copy_folder(&shop.data(), &shop.path("fork"));
    let email = shop.people()[0].email.clone().unwrap();
    let find = format!("find --email {email} --purpose support");
    shop.ok(&find);
    let server = Server::start(&shop);
    until("the log is cosigned", || {
        witnessed(&shop.data()) == published(&shop.data())
    });
    server.stop();
    put_back(&shop, "fork");
    // Longer than what the witness knows, and another log.
    for _ in 0..4 {
        shop.ok(&find);
    }
    let refused = shop.run("serve --listen 127.0.0.1:0");
    assert_eq!(refused.code, 6, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("other entries"),
        "{}",
        refused.stderr
    );
    let alerts = shop.run("alerts list --json").stdout;
    assert!(alerts.contains("log-rolled-back"), "{alerts}");
    drop(witness);
}

#[test]
fn a_witness_that_is_not_there_stops_only_a_vault_that_requires_it() {
    let shop = Shop::made();
    let key = Witness::init(&shop);
    write_settings(&shop.data(), &key, "127.0.0.1:9", "");
    let (_, said) = Server::start(&shop).stop();
    assert!(said.contains("witness w: it cannot be reached"), "{said}");
    write_settings(&shop.data(), &key, "127.0.0.1:9", "required = true");
    let refused = shop.run("serve --listen 127.0.0.1:0");
    assert!(
        refused.stderr.contains("witnesses-missing"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_witness_killed_before_its_answer_is_read_has_not_forgotten_what_it_signed() {
    let shop = Shop::made();
    Witness::init(&shop);
    let mut witness = Witness::serve(&shop, "127.0.0.1:0");
    let checkpoint = fs::read_to_string(shop.data().join("log/tree/checkpoint")).unwrap();
    let size = published(&shop.data());
    let mut stream = TcpStream::connect(&witness.address).unwrap();
    post(&mut stream, &format!("old 0\n\n{checkpoint}"));
    let state = shop.path("w/state");
    until("the state is written", || {
        let files = fs::read_dir(&state).unwrap().flatten();
        files
            .into_iter()
            .any(|file| file.path().extension().is_none())
    });
    // Whether the answer was on its way or not: nobody has read it.
    witness.kill();
    drop(stream);

    let witness = Witness::serve(&shop, "127.0.0.1:0");
    let ask = |old: u64| {
        let mut stream = TcpStream::connect(&witness.address).unwrap();
        post(&mut stream, &format!("old {old}\n\n{checkpoint}"));
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let conflict = ask(0);
    assert!(conflict.starts_with("HTTP/1.1 409"), "{conflict}");
    assert!(
        conflict.contains("content-type: text/x.tlog.size"),
        "{conflict}"
    );
    assert!(
        conflict.ends_with(&format!("\r\n\r\n{size}\n")),
        "{conflict}"
    );
    let again = ask(size);
    assert!(again.starts_with("HTTP/1.1 200"), "{again}");
    assert!(
        !fs::read_to_string(shop.path("w/key"))
            .unwrap()
            .contains(PASSPHRASE)
    );
}

fn post(stream: &mut TcpStream, body: &str) {
    let head = format!(
        "POST /add-checkpoint HTTP/1.1\r\nhost: w\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).unwrap();
}
