//! People who log in: added, served, stopped by their quota, logged out.

use crate::serving::Server;
use crate::shop::{Run, Shop};
use lethe_testkit::{app_code, find_leaks, find_leaks_in};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

const PASSWORD: &str = "marked words for nobody else";

struct Desk {
    shop: Shop,
    added: Value,
}

impl Desk {
    fn with(role: &str) -> Self {
        let shop = Shop::filled();
        let line = format!("staff add ada --role {role} --password-stdin --json");
        let run = typed(&shop, &line, &format!("{PASSWORD}\n"));
        assert_eq!(run.code, 0, "{}", run.stderr);
        let added = serde_json::from_str(&run.stdout).unwrap();
        Self { shop, added }
    }

    fn code(&self) -> String {
        app_code(self.added["totp_uri"].as_str().unwrap(), now_ms())
    }

    fn recovery_code(&self, at: usize) -> &str {
        self.added["recovery_codes"][at].as_str().unwrap()
    }

    fn log_in(&self, password: &str, code: &str) -> Run {
        let line = "login ada --password-stdin";
        typed(&self.shop, line, &format!("{password}\n{code}\n"))
    }

    fn run(&self, line: &str) -> Run {
        typed(&self.shop, line, "")
    }

    /// What must lie nowhere in clear.
    fn marks(&self) -> Vec<String> {
        let uri = self.added["totp_uri"].as_str().unwrap();
        let secret = uri
            .split_once("secret=")
            .unwrap()
            .1
            .split('&')
            .next()
            .unwrap();
        let mut marks = vec![PASSWORD.to_owned(), secret.to_owned()];
        for at in 0..10 {
            let code = self.recovery_code(at);
            marks.extend([code.to_owned(), code.replace('-', "")]);
        }
        marks
    }
}

/// Runs a command as a person does: with a runtime directory, and no passphrase at hand once logged in.
fn typed(shop: &Shop, line: &str, input: &str) -> Run {
    let mut command = shop.command();
    command.env("XDG_RUNTIME_DIR", shop.path("run"));
    command.env("XDG_STATE_HOME", shop.path("state"));
    command.args(line.split_whitespace()).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Whoever does not read it has closed it.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    shop.finish(child.wait_with_output().unwrap())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the binary goes by the machine's clock, and so does an app"
)]
fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[test]
fn somebody_is_added_logs_in_reads_until_the_quota_and_logs_out() {
    let desk = Desk::with("support");
    let shop = &desk.shop;
    let roles = shop.ok("staff roles show");
    let narrower = roles.replace("people_per_day = 150", "people_per_day = 2");
    fs::write(shop.path("roles.toml"), narrower).unwrap();
    assert!(
        shop.ok("staff roles check roles.toml")
            .contains("support, warehouse")
    );
    assert!(shop.ok("staff roles adopt roles.toml").contains("1 person"));
    assert_eq!(desk.log_in(PASSWORD, "000000").code, 4, "nobody serves");

    let server = Server::start(shop);
    let wrong = desk.log_in("marked other words", &desk.code());
    assert_eq!(wrong.code, 3);
    assert!(wrong.stderr.contains("[login-failed]"), "{}", wrong.stderr);
    let logged_in = desk.log_in(PASSWORD, &desk.code());
    assert_eq!(logged_in.code, 0, "{}", logged_in.stderr);
    assert!(
        logged_in
            .stdout
            .starts_with("ada is logged in as support until ")
    );
    let session = fs::read_dir(shop.path("run/lethe"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let mode = session.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let find = |number: u64| desk.run(&format!("find --order #{number} --purpose support"));
    let found = find(9_000_001);
    assert_eq!(found.code, 0, "{}", found.stderr);
    let order = found.stdout.split_whitespace().nth(1).unwrap().to_owned();
    let reveal = |field: &str| {
        desk.run(&format!(
            "reveal {order} --fields {field} --purpose support"
        ))
    };
    assert_eq!(reveal("contact.email").code, 0);
    let refused = reveal("invoice.street");
    assert!(
        refused.stderr.contains("[field-not-granted]"),
        "{}",
        refused.stderr
    );
    let runs: Vec<Run> = (9_000_002..9_000_020).map(find).collect();
    let stopped = runs.iter().find(|run| run.code == 3).unwrap();
    assert!(
        stopped.stderr.contains("[quota-exhausted]"),
        "{}",
        stopped.stderr
    );
    // The same code again opens nothing, and a recovery code does.
    assert_eq!(desk.log_in(PASSWORD, desk.recovery_code(0)).code, 0);
    assert_eq!(desk.log_in(PASSWORD, desk.recovery_code(0)).code, 3);
    assert_eq!(desk.run("logout").code, 0);
    assert_eq!(desk.run("logout").code, 4);
    assert_eq!(
        desk.run("orders --limit 1").code,
        7,
        "nobody is logged in, and the folder is taken"
    );
    let (code, said) = server.stop();
    assert_eq!((code, said.as_str()), (Some(0), ""));

    let list = shop.json("staff list");
    assert_eq!(list["staff"][0]["recovery_codes_left"], 9);
    let log = shop.ok("log show --limit 60 --json");
    for event in [
        "\"event\": \"login\"",
        "\"event\": \"logout\"",
        "wrong-password",
    ] {
        assert!(log.contains(event), "{event}\n{log}");
    }
    assert!(
        shop.ok("staff disable ada")
            .contains("cannot log in any more")
    );
    assert!(
        shop.json("staff list")["staff"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    shop.ok("log verify");
    assert_eq!(
        find_leaks_in(log.as_bytes(), &desk.marks()),
        Vec::<String>::new()
    );
    for folder in ["lethe-data", "run", "state"] {
        let leaks = find_leaks(&shop.path(folder), &desk.marks());
        assert_eq!(leaks, Vec::<String>::new());
    }
}

#[test]
fn nothing_of_a_login_is_in_what_commands_tell() {
    let desk = Desk::with("finance");
    let server = Server::start(&desk.shop);
    let marks = desk.marks();
    for run in [
        desk.log_in(PASSWORD, "marked"),
        desk.log_in(PASSWORD, desk.recovery_code(1)),
        desk.run("login ada --password-stdin"),
        desk.run(&format!("login ada {}", PASSWORD.replace(' ', "-"))),
        desk.run("status"),
    ] {
        let told = run.stdout + &run.stderr;
        assert_eq!(find_leaks_in(told.as_bytes(), &marks), Vec::<String>::new());
        assert!(!told.contains("lethe_ss_") && !told.contains("lethe_sd_"));
    }
    let (_, said) = server.stop();
    assert_eq!(said, "");
}

#[test]
fn what_is_not_allowed_is_said_before_anything_is_made() {
    let shop = Shop::made();
    let add = |line: &str, password: &str| {
        let line = format!("staff add {line} --password-stdin");
        typed(&shop, &line, &format!("{password}\n"))
    };
    for (line, password, part) in [
        ("ada --role boss", PASSWORD, "use one of admin, dpo"),
        ("Ada@example.com --role dpo", PASSWORD, "not an address"),
        ("ada --role dpo", "short", "at least 12 characters"),
        ("ada --role dpo", "password1234", "among the first"),
        ("ada --role dpo", "my name is ada", "the name of its owner"),
        ("ada --role dpo --expires P2Y", PASSWORD, "more than a year"),
        ("ada --role dpo", "", "standard input ended too early"),
    ] {
        let run = add(line, password);
        assert_eq!(run.code, 2, "{line}: {}", run.stderr);
        assert!(run.stderr.contains(part), "{line}: {}", run.stderr);
    }
    assert_eq!(add("ada --role dpo", PASSWORD).code, 0);
    assert!(
        add("ada --role dpo", PASSWORD)
            .stderr
            .contains("login of their own")
    );
    assert!(
        shop.ok("staff role ada security")
            .contains("has the role security")
    );
    assert!(
        shop.ok("staff renew ada --expires P30D")
            .contains("security until")
    );
    let reset = typed(
        &shop,
        "staff reset ada --password-stdin",
        "another line of words\n",
    );
    assert!(
        reset.stdout.starts_with("otpauth://totp/Lethe%20acme:ada?"),
        "{}",
        reset.stdout
    );
    fs::write(
        shop.path("roles.toml"),
        "format = 1\n[roles.a]\nabout = ''\npowers = ['fly']\n",
    )
    .unwrap();
    let bad = shop.run("staff roles check roles.toml");
    assert!(bad.stderr.contains("roles.a: powers"), "{}", bad.stderr);
    assert_eq!(bad.code, 2);
}
