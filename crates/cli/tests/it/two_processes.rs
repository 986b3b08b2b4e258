//! Two processes on one folder.

use crate::shop::{ORDERS, Shop, assert_run};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[test]
fn the_second_process_is_told_of_the_first_and_changes_nothing() {
    let shop = Shop::filled();
    let mut command = shop.command();
    command
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped());
    let mut server = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_run!(shop.run("status"), @r"
    [stderr]
    lethe: another Lethe process (pid N) works on this folder: wait for it, or stop it. If it is `lethe serve`, this command also goes through it: give an API key with --key-file FILE or LETHE_KEY, or `lethe login` [folder-locked]
    [exit 7]
    ");
    assert_run!(shop.run("find --order #9000001 --purpose support"), @r"
    [stderr]
    lethe: another Lethe process (pid N) works on this folder: wait for it, or stop it. If it is `lethe serve`, this command also goes through it: give an API key with --key-file FILE or LETHE_KEY, or `lethe login` [folder-locked]
    [exit 7]
    ");
    assert_run!(shop.run("import shopify-orders in/orders.csv --json"), @r#"
    [stderr]
    {"error":{"code":"folder-locked","message":"another Lethe process (pid N) works on this folder: wait for it, or stop it"}}
    [exit 7]
    "#);
    assert_eq!(shop.run("drill").code, 7);
    assert_eq!(shop.run("init").code, 2);
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(shop.counts().1, ORDERS);
}
