//! A folder as the operations make it: the thefts name nobody, the whole machine everybody.

use crate::harness::{PASSPHRASE, Theft, finding};
use lethe_drill::{DrillError, Verdict};

#[test]
fn stolen_databases_name_nobody_and_the_whole_machine_everybody() {
    let theft = Theft::of_customers(60);
    let before = contents(&theft);
    let report = theft.drill();
    println!("{}", report.to_table(100, false));
    for number in 1..=3 {
        let finding = finding(&report, number);
        assert_eq!(finding.verdict, Verdict::Kept, "{finding:#?}");
        assert_eq!((finding.named, finding.reachable), (0, 0));
        assert!(finding.shop_named * 10 > report.people * 8);
    }
    let machine = finding(&report, 6);
    assert_eq!(
        (machine.named, machine.reachable),
        (report.people, report.people)
    );
    assert_eq!(machine.verdict, Verdict::KnownLimit);
    assert_eq!(machine.shop_named, report.people);
    let index = finding(&report, 4);
    assert!(index.named > 0 && index.named < report.people);
    assert!(!report.promise_broken());
    assert!(report.people > 60 && report.searched == report.people);
    assert_eq!(contents(&theft), before, "the drill changed the copy");
}

#[test]
fn every_byte_of_the_keyring_was_tried_as_a_key() {
    let theft = Theft::of_customers(2).with_all_keys_tried();
    let report = theft.drill();
    let facts = finding(&report, 2).facts.join("\n");
    assert!(facts.contains("0 opened something"), "{facts}");
    assert!(!facts.contains("time limit"), "{facts}");
}

#[test]
fn a_probe_that_is_not_found_is_an_error_and_no_pass() {
    let mut theft = Theft::of_customers(5);
    theft.expect_stranger();
    let error = theft.try_drill(PASSPHRASE, None).unwrap_err();
    assert!(matches!(error, DrillError::Blind(_)), "{error}");
    assert!(error.to_string().contains("1 of 9 probe people"));
}

#[test]
fn a_wrong_passphrase_says_so() {
    let theft = Theft::of_customers(1);
    let error = theft.try_drill("another passphrase", None).unwrap_err();
    assert!(matches!(error, DrillError::Root(_)), "{error}");
}

#[test]
fn the_report_is_readable_and_complete() {
    let report = Theft::of_customers(5).drill();
    for width in [40, 72, 100, 200] {
        let table = report.to_table(width, false);
        let longest = table
            .lines()
            .map(|line| line.chars().count())
            .max()
            .unwrap();
        assert!(longest <= width.clamp(72, 110), "{longest} at {width}");
        assert!(!table.contains('\x1b'));
        assert!(table.contains("No promise was broken"));
    }
    assert!(report.to_table(100, true).contains("\x1b[32mkept"));
    let json = report.to_json();
    assert_eq!(json["promise_broken"], false);
    assert_eq!(json["findings"].as_array().unwrap().len(), 13);
    assert_eq!(json["findings"][0]["verdict"]["state"], "kept");
}

fn contents(theft: &Theft) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut folders = vec![theft.copy()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((path.clone(), std::fs::read(path).unwrap()));
            }
        }
    }
    files.sort();
    files
}
