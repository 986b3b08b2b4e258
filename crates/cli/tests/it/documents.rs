//! An invoice goes in as a file, and comes back as the same file: from the order, and from the archive.

use crate::serving::Server;
use crate::shop::{Run, Shop, assert_run};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Writes an invoice of somebody, named after them; returns its path and bytes.
fn invoice(shop: &Shop, person: &str, len: usize) -> (String, Vec<u8>) {
    let mut bytes = format!("%PDF-1.7\n{person}\n").into_bytes();
    bytes.resize(len, 0xe2);
    let path = format!("in/{}.pdf", person.replace(' ', "-"));
    fs::write(shop.path(&path), &bytes).unwrap();
    (path, bytes)
}

#[test]
fn a_document_is_kept_listed_and_given_back_byte_for_byte() {
    let shop = Shop::filled();
    let ana = &shop.people()[0];
    let (_, order) = shop.tokens(ana);
    let (file, bytes) = invoice(&shop, &ana.name, 70_000);
    assert_run!(shop.run(&format!("document add {order} {file}")), @r"
    doc_…  application/pdf, 70,000 bytes
    [exit 0]
    ");
    assert_run!(shop.run(&format!("document add {order} {file}")), @r"
    doc_…  application/pdf, 70,000 bytes: the order has it already
    [exit 0]
    ");
    let listed = shop.json(&format!("document list {order} --purpose invoicing"));
    let document = &listed["documents"][0];
    assert_eq!(document["name"], file.trim_start_matches("in/"));
    let id = document["id"].as_str().unwrap();
    let get = format!("document get {order} --document {id} --purpose invoicing --out in/back.pdf");
    assert_run!(shop.run(&get), @r"
    written: 70,000 bytes
    [stderr]
    logged as entry 10
    [exit 0]
    ");
    assert_eq!(fs::read(shop.path("in/back.pdf")).unwrap(), bytes);
    let mode = fs::metadata(shop.path("in/back.pdf"))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    assert_eq!(shop.run(&get).code, 2, "nothing is written over");
    let log = shop.ok("log show --limit 6");
    assert!(log.contains("document.files"), "{log}");
    shop.ok("log verify");
}

#[test]
fn what_is_no_document_or_not_there_is_refused_without_its_name() {
    let shop = Shop::filled();
    let ana = &shop.people()[0];
    let (_, order) = shop.tokens(ana);
    let picture = format!("in/{}.gif", ana.last_name);
    fs::write(shop.path(&picture), b"GIF89a").unwrap();
    assert_run!(shop.run(&format!("document add {order} {picture}")), @r"
    [stderr]
    lethe: document: is neither PDF (`%PDF-`) nor XML in UTF-8 (`<?xml`): hand in the document as it was issued [invalid-input]
    [exit 2]
    ");
    assert_run!(shop.run(&format!("document add {order} in/{}", ana.last_name)), @r"
    [stderr]
    lethe: cannot read file 1: No such file or directory (os error 2) [file-system]
    [exit 1]
    ");
    let (file, _) = invoice(&shop, &ana.name, 100);
    assert_run!(shop.run(&format!("document add --order #1 {file}")), @r"
    [stderr]
    lethe: nothing is stored under this token or number, or it was erased [not-found]
    [exit 4]
    ");
    assert_run!(shop.run(&format!("document list {order} --purpose invoicing")), @r"
    [stderr]
    lethe: nothing is stored under this token or number, or it was erased [not-found]
    [exit 4]
    ");
}

#[test]
fn documents_go_through_the_server_with_a_key() {
    let shop = Shop::filled();
    shop.make_key(
        "--recipient billing --fields document.files,invoice.reference --purposes invoicing \
         --powers reveal,list,intake --people-per-day 9 --expires P9D",
    );
    let ana = shop.people()[0].name.clone();
    let (file, bytes) = invoice(&shop, &ana, 3_000_000);
    let server = Server::start(&shop);
    let run = |line: &str| -> Run {
        let mut command = shop.command();
        command.env_remove("LETHE_PASSPHRASE_FILE");
        command
            .args(["--key-file", "key"])
            .args(line.split_whitespace());
        shop.finish(command.output().unwrap())
    };
    let added = run(&format!("document add --order #9000001 {file} --json"));
    assert_eq!(added.code, 0, "{}", added.stderr);
    let added: serde_json::Value = serde_json::from_str(&added.stdout).unwrap();
    let id = added["documents"][0]["id"].as_str().unwrap();
    let listed = run("document list --order #9000001 --purpose invoicing");
    assert!(listed.stdout.contains(file.trim_start_matches("in/")));
    let get = "document get --order #9000001 --purpose invoicing --out in/back.pdf";
    let fetched = run(&format!("{get} --document {id}"));
    assert!(
        fetched.stderr.contains("logged as entry"),
        "{}",
        fetched.stderr
    );
    assert!(fs::read(shop.path("in/back.pdf")).unwrap() == bytes);
    assert_eq!(run(&format!("{get} --document doc_none")).code, 4);
    let (status, said) = server.stop();
    assert_eq!((status, said.as_str()), (Some(0), ""));
}

#[test]
fn a_document_comes_out_of_the_archive_as_a_file() {
    let shop = Shop::filled();
    shop.archive();
    let ana = &shop.people()[2];
    let (subject, order) = shop.tokens(ana);
    let (file, bytes) = invoice(&shop, &ana.name, 70_000);
    shop.ok(&format!("document add {order} {file}"));
    let fields = "--fields invoice.reference --purpose legal";
    let number = shop.json(&format!("reveal {order} {fields}"))["fields"]["invoice.reference"]
        .as_str()
        .unwrap()
        .to_owned();
    shop.ok(&format!("erase {subject} --yes --receipt erased.receipt"));
    assert_run!(shop.run(&format!("document add --order {number} {file}")), @r"
    [stderr]
    lethe: the order is in the archive, whose keys are not here: documents are added while an order is active [archived]
    [exit 3]
    ");
    let asked = shop.json(&format!(
        "archive request --order {number} --purpose legal --reason case-7"
    ));
    let (id, sha256) = (
        asked["id"].as_str().unwrap(),
        asked["sha256"].as_str().unwrap(),
    );
    for who in ["dpo", "finance"] {
        shop.make_key(&format!(
            "--recipient {who} --owner {who} --powers approve --expires P1D"
        ));
        shop.ok(&format!("--key-file key approve {id} --sha256 {sha256}"));
    }
    shop.ok(&format!("archive file {id} --out request"));
    let share = |name: &str| {
        format!(
            "--share shares/{name}.lethe-share --share-passphrase-file shares/{name}.passphrase"
        )
    };
    let shares = format!("{} {}", share("ada"), share("cleo"));
    shop.ok(&format!("archive open request {shares} --out reply --yes"));
    let read = shop.json("archive read reply --documents in/opened");
    let records = read["records"].as_array().unwrap();
    let of_documents = records.iter().find(|one| one["category"] == "document");
    let written = &of_documents.unwrap()["documents"][0];
    assert_eq!(written["name"], file.trim_start_matches("in/"));
    let path = written["file"].as_str().unwrap();
    assert!(fs::read(shop.path(path)).unwrap() == bytes);
    let folder = fs::metadata(shop.path("in/opened")).unwrap().permissions();
    assert_eq!(folder.mode() & 0o777, 0o700);
    assert_eq!(shop.run("archive read reply --documents in/opened").code, 2);
    assert_ne!(shop.run("archive read reply --documents in/again").code, 0);
    assert!(!shop.path("in/again").exists(), "an unused folder goes");
}
