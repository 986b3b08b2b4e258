//! Commands through a running server.

use crate::shop::{Run, Shop, assert_run};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

/// A server of the shop's folder, stopped as a service manager stops it.
pub(crate) struct Server(Child);

impl Server {
    pub(crate) fn start(shop: &Shop) -> Self {
        let mut command = shop.command();
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.starts_with("Serving http://127.0.0.1:"), "{line}");
        Self(child)
    }

    /// Kills it.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Stops it with SIGTERM; returns its exit status and what it said to standard error.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = self.0.wait().unwrap();
        let mut said = String::new();
        self.0
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        (status.code(), said)
    }
}

#[test]
fn commands_go_through_the_server_with_a_key() {
    let shop = Shop::filled();
    shop.make_key(
        "--recipient office --fields delivery.name,invoice.reference,contact.email \
         --purposes support --powers reveal,list,keys,audit,erase --people-per-day 9 --expires P9D",
    );
    let people = shop.people();
    let server = Server::start(&shop);
    let run = |line: &str| -> Run {
        let mut command = shop.command();
        // Neither the passphrase nor the lock is needed.
        command.env_remove("LETHE_PASSPHRASE_FILE");
        command
            .args(["--key-file", "key"])
            .args(line.split_whitespace());
        shop.finish(command.output().unwrap())
    };
    assert!(run("status").stdout.contains("12 people, 24 orders"));
    assert_eq!(run("log checkpoint").code, 0);
    assert_eq!(run("log verify").code, 7);
    let email = people[0].email.as_deref().unwrap();
    assert_run!(run(&format!("find --email {email} --purpose support")), @r"
    sub_…
    [stderr]
    1 person; logged as entry 5
    [exit 0]
    ");
    let found = run(&format!("find --email {email} --purpose support")).stdout;
    let subject = found.trim();
    let orders = run(&format!("subject {subject} --json")).stdout;
    let orders: serde_json::Value = serde_json::from_str(&orders).unwrap();
    let order = orders["orders"][0]["token"].as_str().unwrap();
    let revealed = run(&format!(
        "reveal {order} --fields delivery.name --purpose support"
    ));
    assert_eq!(
        revealed.stdout,
        format!("delivery.name  {}\n", people[0].name)
    );
    assert_run!(run(&format!("reveal {order} --fields delivery.city --purpose support")), @r"
    [stderr]
    lethe: this key may not read `delivery.city` [field-not-granted]
    [exit 3]
    ");
    assert_eq!(run("orders --limit 3").code, 0);
    assert_eq!(run(&format!("order {order}")).code, 0);
    assert_eq!(run("order ord_nonsense").code, 4);
    assert_eq!(run("order ../keys").code, 4);
    assert_run!(run("log show --limit 2"), @r"
    ENTRY  WHEN (UTC)           ACT     BY                PURPOSE  PEOPLE  FIELDS         OUTCOME
        8  (when)  reveal  key_…  support       0  delivery.city  refused: field-not-granted
        7  (when)  reveal  key_…  support       1  delivery.name  done
    [exit 0]
    ");
    let new = "key create --recipient lesser --owner ada --fields delivery.name --purposes support \
               --people-per-day 1 --expires P1D --json";
    let new: serde_json::Value = serde_json::from_str(&run(new).stdout).unwrap();
    let id = new["key"]["id"].as_str().unwrap();
    assert_eq!(run(&format!("key rotate {id} --expires P1D")).code, 0);
    assert_eq!(run("key list").stdout.lines().count(), 4);
    assert_run!(run(&format!("erase {subject} --yes")), @r"
    era_… waits: it is carried out from (when) on, or with `lethe erasures confirm era_…`.
    [exit 0]
    ");
    let (code, said) = server.stop();
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert!(!shop.data().join("lethe.sock").exists());
    let waiting = shop.json("erasures")["erasures"][0].clone();
    assert_eq!(waiting["state"], "waiting", "{waiting}");
    shop.ok("log verify");
}

#[test]
fn a_killed_server_loses_nothing() {
    let shop = Shop::filled();
    let mut server = Server::start(&shop);
    server.0.kill().unwrap();
    server.0.wait().unwrap();
    // The dead server's socket is still there, and in nobody's way.
    shop.make_key("--recipient tool --powers list --expires P1D");
    shop.ok("--key-file key orders --limit 1");
    let (code, _) = Server::start(&shop).stop();
    assert_eq!(code, Some(0));
    shop.ok("log verify");
}
