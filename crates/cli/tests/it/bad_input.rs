//! Input that cannot be taken: what is said, with which code and status, and that nothing changed.

use crate::shop::{ORDERS, Run, Shop, assert_run};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

#[test]
fn a_folder_is_made_once() {
    let shop = Shop::filled();
    let root_key = fs::read(shop.data().join("root.key")).unwrap();
    assert_run!(shop.run("init"), @r"
    [stderr]
    lethe: lethe-data already holds a Lethe installation: nothing was changed [already-initialised]
    [exit 2]
    ");
    assert_eq!(fs::read(shop.data().join("root.key")).unwrap(), root_key);
    assert_eq!(shop.counts().1, ORDERS);
}

#[test]
fn a_folder_with_other_things_is_left_alone() {
    let shop = Shop::empty();
    fs::create_dir(shop.data()).unwrap();
    fs::write(shop.data().join("thesis.txt"), "years of work").unwrap();
    assert_run!(shop.run("init"), @r"
    [stderr]
    lethe: lethe-data is not empty and holds no Lethe installation: choose an empty or new folder [invalid-input]
    [exit 2]
    ");
    assert_eq!(fs::read_dir(shop.data()).unwrap().count(), 1);
}

#[test]
fn a_short_passphrase_is_refused() {
    let shop = Shop::empty();
    fs::write(shop.path("passphrase"), "too short\n").unwrap();
    assert_run!(shop.run("init"), @r"
    [stderr]
    lethe: passphrase: must have at least 12 characters [invalid-input]
    [exit 2]
    ");
    assert!(!shop.data().exists());
}

#[test]
fn without_a_passphrase_the_ways_to_give_one_are_told() {
    let shop = Shop::made();
    let mut command = shop.command();
    command.env_remove("LETHE_PASSPHRASE_FILE").arg("status");
    assert_run!(shop.finish(command.output().unwrap()), @r"
    [stderr]
    lethe: there is no terminal to ask for the passphrase: give it with --passphrase-file FILE, LETHE_PASSPHRASE_FILE, or the systemd credential `lethe-passphrase` [passphrase-missing]
    [exit 2]
    ");
    assert_run!(shop.run("--passphrase-file nowhere status"), @r"
    [stderr]
    lethe: cannot read the passphrase file nowhere: No such file or directory (os error 2) [file-system]
    [exit 1]
    ");
    fs::write(shop.path("empty"), "\n").unwrap();
    assert_run!(shop.run("--passphrase-file empty status"), @r"
    [stderr]
    warning: everybody on this machine can read empty: chmod 600 it
    lethe: the passphrase file empty is empty [usage]
    [exit 2]
    ");
}

#[test]
fn the_service_managers_credential_is_the_passphrase() {
    let shop = Shop::made();
    fs::create_dir(shop.path("credentials")).unwrap();
    fs::copy(
        shop.path("passphrase"),
        shop.path("credentials/lethe-passphrase"),
    )
    .unwrap();
    let mut command = shop.command();
    command.env_remove("LETHE_PASSPHRASE_FILE").arg("status");
    command.env("CREDENTIALS_DIRECTORY", shop.path("credentials"));
    assert_eq!(shop.finish(command.output().unwrap()).code, 0);
}

#[test]
fn a_wrong_passphrase_opens_nothing() {
    let shop = Shop::filled();
    fs::write(shop.path("other"), "wrong horse battery staple").unwrap();
    assert_run!(shop.run("--passphrase-file other status"), @r"
    [stderr]
    warning: everybody on this machine can read other: chmod 600 it
    lethe: wrong passphrase for this root key file [wrong-passphrase]
    [exit 3]
    ");
    assert_run!(shop.run("--passphrase-file other status --json"), @r#"
    [stderr]
    {"error":{"code":"wrong-passphrase","message":"wrong passphrase for this root key file"}}
    [exit 3]
    "#);
    assert_eq!(shop.counts().1, ORDERS);
}

#[test]
fn a_folder_without_an_installation_says_how_to_make_one() {
    assert_run!(Shop::empty().run("status"), @r"
    [stderr]
    lethe: lethe-data holds no Lethe installation: run `lethe init` first, or name another folder with --data [not-initialised]
    [exit 4]
    ");
}

#[test]
fn what_does_not_exist_cannot_be_granted_or_asked_for() {
    let shop = Shop::made();
    assert_run!(shop.run("reveal ord_x --fields delivery.* --purpose support"), @r"
    [stderr]
    error: invalid value 'delivery.*' for '--fields <FIELD,…>': no such field; `lethe fields` and GET /v1/fields list them, for example `delivery.street`

    For more information, try '--help'.
    [exit 2]
    ");
    assert_run!(shop.run("reveal ord_x --fields delivery.name --purpose curiosity"), @r"
    [stderr]
    error: invalid value 'curiosity' for '--purpose <PURPOSE>': no such purpose; use one of fulfilment, support, invoicing, marketing, fraud-check, subject-request, legal, breach-response

    For more information, try '--help'.
    [exit 2]
    ");
    assert_run!(shop.run("reveal ord_x --fields delivery.name --purpose support"), @r"
    [stderr]
    lethe: nothing is stored under this token or number, or it was erased [not-found]
    [exit 4]
    ");
    assert_run!(shop.run("find --email not-an-address --purpose support"), @r"
    [stderr]
    lethe: email: is not an e-mail address [invalid-input]
    [exit 2]
    ");
    assert_run!(shop.run("find --phone 0612345678 --purpose support"), @r"
    [stderr]
    lethe: phone: is not a phone number; write +33… or give a country [invalid-input]
    [exit 2]
    ");
    assert_run!(shop.run("--store other orders"), @r"
    [stderr]
    lethe: there is no such shop: this installation has acme [store-unknown]
    [exit 4]
    ");
}

#[test]
fn a_value_in_a_wrong_place_is_not_repeated() {
    let shop = Shop::made();
    let email = shop.people()[0].email.clone().unwrap();
    assert_run!(shop.run(&format!("find {email} --purpose support")), @r"
    [stderr]
    error: unexpected argument '(value)' found

    Usage: lethe find [OPTIONS] --purpose <PURPOSE> <--email <ADDRESS>|--phone <NUMBER>|--order <NUMBER>>

    For more information, try '--help'.
    [exit 2]
    ");
    assert_run!(shop.run(&format!("find {email} --purpose support --json")), @r#"
    [stderr]
    {"error":{"code":"usage","message":"unexpected argument '(value)' found"}}
    [exit 2]
    "#);
}

#[test]
fn a_key_that_contradicts_itself_is_not_made() {
    let shop = Shop::made();
    let with = |rest: &str| shop.run(&format!("key create --recipient tool --owner ada {rest}"));
    assert_run!(with("--expires P90D"), @r"
    [stderr]
    lethe: fields: a key that may reveal needs at least one [invalid-input]
    [exit 2]
    ");
    assert_run!(with("--fields contact.email --purposes marketing --expires P90D"), @r"
    [stderr]
    lethe: people_per_day: must be there and at least 1; so must every other bound of people that is given [invalid-input]
    [exit 2]
    ");
    assert_run!(
        with("--fields contact.email --purposes marketing --people-per-day 9 --expires P2Y"),
        @r"
    [stderr]
    lethe: expires: is more than a year away: at most P1Y is allowed [invalid-input]
    [exit 2]
    "
    );
    assert_run!(
        with("--fields contact.email --purposes marketing --people-per-day 9 --expires 2020-01-01"),
        @r"
    [stderr]
    lethe: expires: lies in the past: give a later date [invalid-input]
    [exit 2]
    "
    );
    assert_run!(with("--fields contact.email --powers list --expires P90D"), @r"
    [stderr]
    lethe: fields: a key without the power `reveal` has none [invalid-input]
    [exit 2]
    ");
    assert_run!(with("--powers list --expires soon"), @r"
    [stderr]
    lethe: --expires takes a period such as P90D or P6M, a day such as 2027-01-31, or an instant such as 2027-01-31T18:00:00Z [usage]
    [exit 2]
    ");
    assert_run!(shop.run("key create --recipient operator --owner ada --powers list --expires P1D"), @r"
    [stderr]
    lethe: recipient: is 1 to 40 lower-case letters, digits and dashes, and not `operator` [invalid-input]
    [exit 2]
    ");
    assert_eq!(shop.json("key list")["keys"].as_array().unwrap().len(), 1);
    assert_run!(shop.run("key revoke key_000000000000"), @r"
    [stderr]
    lethe: id: names no living key: `lethe key list` shows them [invalid-input]
    [exit 2]
    ");
}

#[test]
fn an_expired_key_is_refused() {
    let shop = Shop::filled();
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let end = jiff::Timestamp::from_second(now.as_secs() as i64 + 3).unwrap();
    shop.make_key(&format!(
        "--recipient tool --fields invoice.reference --purposes support --people-per-day 9 --expires {end}"
    ));
    std::thread::sleep(Duration::from_secs(4));
    assert_run!(shop.run("--key-file key find --order #9000001 --purpose support"), @r"
    [stderr]
    lethe: this key is not valid: it is unknown, revoked or expired; ask its owner for a new one [key-invalid]
    [exit 3]
    ");
    let keys = shop.json("key list --all");
    assert_eq!(keys["keys"][1]["state"], "expired");
}

#[test]
fn a_malformed_key_is_told_apart_from_a_wrong_one() {
    let shop = Shop::filled();
    fs::write(shop.path("key"), "lethe_sk_short").unwrap();
    assert_run!(shop.run("--key-file key orders"), @r"
    [stderr]
    lethe: not an API key: one begins with `lethe_sk_` and has 58 characters [key-malformed]
    [exit 2]
    ");
    assert_run!(shop.run("--key-file nowhere orders"), @r"
    [stderr]
    lethe: cannot read the key file nowhere: No such file or directory (os error 2) [file-system]
    [exit 1]
    ");
}

#[test]
fn a_public_address_is_refused() {
    assert_run!(Shop::made().run("serve --listen 0.0.0.0:7311"), @r"
    [stderr]
    lethe: 0.0.0.0:7311 stands for every address of this machine, public ones included: the vault must not be reachable from the Internet; bind 127.0.0.1, [::1], an address of your private network, or a Unix socket [address-public]
    [exit 2]
    ");
}

#[test]
fn a_read_only_folder_is_named_and_left_as_it_is() {
    let shop = Shop::filled();
    let Some(as_stranger) = stranger(&shop) else {
        return;
    };
    let lock = shop.data().join("lock");
    set_mode(&lock, 0o400);
    set_mode(&shop.data(), 0o500);
    assert_run!(as_stranger("status"), @r"
    [stderr]
    lethe: cannot write lethe-data/lock: Permission denied (os error 13) [file-system]
    [exit 1]
    ");
    set_mode(&lock, 0o600);
    let active = shop.data().join("active");
    set_mode(&active.join("active.db"), 0o400);
    set_mode(&active, 0o500);
    assert_run!(as_stranger("status"), @r"
    [stderr]
    lethe: the database cannot be written: check that its folder belongs to this user and is not read-only [read-only]
    [exit 1]
    ");
    assert_run!(as_stranger("import shopify-orders in/orders.csv"), @r"
    [stderr]
    lethe: the database cannot be written: check that its folder belongs to this user and is not read-only [read-only]
    [exit 1]
    ");
    set_mode(&active, 0o700);
    set_mode(&active.join("active.db"), 0o600);
    set_mode(&shop.data(), 0o700);
    assert_eq!(as_stranger("status --json").code, 0);
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Returns a way to run commands as somebody whom permissions bind. Root's own commands may write
/// anywhere; where root cannot become somebody else, there is nothing to test.
fn stranger(shop: &Shop) -> Option<impl Fn(&str) -> Run> {
    const NOBODY: u32 = 65_534;
    let is_root = rustix::process::geteuid().is_root();
    let command = move |line: &str| {
        let own = shop.command();
        let mut command = std::process::Command::new("setpriv");
        if is_root {
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]);
        }
        command.arg(own.get_program()).args(line.split_whitespace());
        command.current_dir(own.get_current_dir().unwrap());
        for (name, value) in own.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command.output()
    };
    if is_root {
        give(&shop.path(""), NOBODY);
    }
    match command("status") {
        Ok(output) if output.status.success() => {}
        _ => return None,
    }
    Some(move |line: &str| shop.finish(command(line).unwrap()))
}

fn give(path: &Path, user: u32) {
    std::os::unix::fs::chown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), user);
        }
    }
}
