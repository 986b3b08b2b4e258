//! People who were erased before the theft.

use crate::harness::{PASSPHRASE, Theft, broken, finding};
use lethe_drill::Verdict;
use std::fs;

#[test]
fn erased_people_are_gone_even_for_the_whole_machine() {
    let mut theft = Theft::of_customers(40);
    theft.erase(3);
    let report = theft.drill();
    let erasure = finding(&report, 7);
    assert_eq!(erasure.verdict, Verdict::Kept, "{erasure:#?}");
    assert_eq!(erasure.named, 0);
    assert_eq!(erasure.shop_named, 3);
}

#[test]
fn keys_and_records_that_survive_an_erasure_are_carved_and_opened() {
    let mut theft = Theft::of_customers(10);
    let leftover = theft.copy().join("active").join("active.db-journal");
    let keyring = fs::read(theft.copy().join("keyring/keyring.db")).unwrap();
    let active = fs::read(theft.copy().join("active/active.db")).unwrap();
    theft.erase(2);
    assert!(!theft.drill().promise_broken());
    // Only keys survive: no record to open, but the promise is broken already.
    fs::write(theft.copy().join("keyring/old-pages"), keyring).unwrap();
    let said = broken(&theft.drill(), 7);
    assert!(said.contains("0 records opened"), "{said}");
    fs::write(leftover, active).unwrap();
    let report = theft.drill();
    broken(&report, 7);
    assert_eq!(finding(&report, 7).named, 2);
}

#[test]
fn an_erased_person_who_is_still_there_is_found() {
    let mut theft = Theft::of_customers(5);
    theft.erase(1);
    // The erasure is undone behind the drill's back: the untouched folder is stolen instead.
    fs::remove_dir_all(theft.copy()).unwrap();
    lethe_drill::copy_folder(&theft.data(), &theft.copy()).unwrap();
    let report = theft.try_drill(PASSPHRASE, None).unwrap();
    broken(&report, 7);
    assert_eq!(finding(&report, 7).named, 1);
}
