//! People whose active period is over, and backups from before an erasure.

use crate::harness::{PASSPHRASE, Theft, broken, finding};
use lethe_drill::Verdict;
use std::fs;

#[test]
fn the_whole_machine_names_nobody_of_the_archive_and_two_custodians_do() {
    let mut theft = Theft::of_customers(10);
    theft.archive(3);
    let report = theft.drill();
    for (number, verdict, named) in [
        (8, Verdict::Kept, 0),
        (9, Verdict::Kept, 0),
        (10, Verdict::KnownLimit, 6),
    ] {
        let found = finding(&report, number);
        assert_eq!(
            (&found.verdict, found.named),
            (&verdict, named),
            "{found:#?}"
        );
    }
    let machine = finding(&report, 6);
    assert!(machine.sentence.contains("active period"), "{machine:#?}");
}

#[test]
fn a_private_key_left_on_the_machine_opens_the_archive_and_is_found() {
    let mut theft = Theft::of_customers(5);
    theft.archive(3);
    // What two shares give lies beside the data: somebody held the ceremony on this machine.
    let key = theft.joined_key("notification");
    fs::write(theft.copy().join("archive/notification.key"), key).unwrap();
    let said = broken(&theft.drill(), 9);
    assert!(said.contains("lies where it must not"), "{said}");
}

#[test]
fn an_archived_person_who_is_still_active_breaks_the_whole_machines_bound() {
    let mut theft = Theft::of_customers(5);
    theft.archive(2);
    theft.pretend_archived();
    broken(&theft.drill(), 6);
}

#[test]
fn an_old_data_backup_opens_nobody_who_was_erased_and_with_its_keyring_it_does() {
    let mut theft = Theft::of_customers(10);
    theft.back_up();
    theft.erase(3);
    let report = theft.drill();
    let without = finding(&report, 11);
    assert_eq!(
        (&without.verdict, without.named),
        (&Verdict::Kept, 0),
        "{without:#?}"
    );
    let with = finding(&report, 12);
    assert_eq!(
        (&with.verdict, with.named),
        (&Verdict::KnownLimit, 3),
        "{with:#?}"
    );
    assert!(!report.promise_broken());
}

#[test]
fn a_key_of_an_erased_person_in_todays_keyring_is_found_by_an_old_backup() {
    let mut theft = Theft::of_customers(10);
    theft.back_up();
    theft.erase(2);
    let copy = theft.copy();
    // The keyring is set back behind the drill's back.
    for name in ["keyring.db", "keyring.db-wal", "keyring.db-shm"] {
        drop(fs::remove_file(copy.join("keyring").join(name)));
    }
    lethe_drill::copy_folder(&theft.before().join("keyring"), &copy.join("keyring")).unwrap();
    let report = theft.try_drill(PASSPHRASE, None).unwrap();
    broken(&report, 11);
}
