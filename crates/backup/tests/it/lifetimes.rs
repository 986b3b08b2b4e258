//! Days of destruction: kept, told, and true in the record.

use crate::fixture::{DAY_MS, Place};
use lethe_backup::{BackupSpec, Catalog, CatalogLine, Class, PrunePlan, Recipients, back_up, list};
use lethe_model::Clock;
use std::fs;
use std::io::Write;

fn days(place: &Place, days: i64) {
    place.test.clock.advance_hours(24 * days);
}

fn plan(place: &Place) -> PrunePlan {
    PrunePlan::make(&place.to(), place.test.clock.now_ms()).unwrap()
}

#[test]
fn backups_are_destroyed_on_their_day_and_the_record_says_so() {
    let place = Place::with_orders();
    let catalog = Catalog::of(&place.folder());
    let erased_at_ms = place.test.clock.now_ms() + DAY_MS;
    let first = place.keyring();
    days(&place, 10);
    let second = place.keyring();
    let until = catalog.keyring_copies_until(erased_at_ms).unwrap();
    assert_eq!(until, Some(first.header.destroy_after_ms));
    days(&place, 24);
    assert!(plan(&place).doomed.is_empty());
    days(&place, 1);
    let plan = plan(&place);
    assert_eq!(plan.doomed[0].file, first.file);
    let (destroyed, result) = plan.carry_out(Some(&catalog), &*place.test.clock);
    result.unwrap();
    assert_eq!(destroyed.len(), 1);
    assert!(!first.file.exists() && second.file.exists());
    assert_eq!(catalog.keyring_copies_until(erased_at_ms).unwrap(), None);
    let id = first.header.id;
    let at_ms = destroyed[0].at_ms;
    let lines = catalog.read().unwrap();
    assert_eq!(lines.last(), Some(&CatalogLine::Destroyed { id, at_ms }));
}

#[test]
fn no_chain_that_is_still_needed_is_broken() {
    let place = Place::with_orders();
    let first = place.make_for(Class::Data, false, 10).unwrap();
    let second = place.make_for(Class::Data, false, 5).unwrap();
    let third = place.make_for(Class::Data, false, 20).unwrap();
    days(&place, 11);
    let waiting = plan(&place);
    assert!(waiting.doomed.is_empty());
    let needed: Vec<_> = waiting.needed.iter().map(|one| one.name.id).collect();
    assert_eq!(needed.len(), 2);
    assert!(needed.contains(&first.header.id) && needed.contains(&second.header.id));
    days(&place, 10);
    let due = plan(&place);
    // Newest first: a crash in the middle leaves a chain that restores.
    let order: Vec<_> = due.doomed.iter().map(|one| one.name.id).collect();
    assert_eq!(order, [&third, &second, &first].map(|made| made.header.id));
    let (destroyed, result) = due.carry_out(None, &*place.test.clock);
    result.unwrap();
    assert_eq!(destroyed.len(), 3);
    assert!(!third.file.exists());
    assert!(list(&place.to()).unwrap().is_empty());
}

#[test]
fn keyring_backups_cannot_be_made_for_longer_than_their_limit() {
    let place = Place::with_orders();
    let error = place.make_for(Class::Keyring, false, 36).unwrap_err();
    assert!(error.to_string().contains("35 days at most"), "{error}");
    let error = place.make_for(Class::Data, false, 0).unwrap_err();
    assert_eq!(error.code(), "usage");
    let spec = BackupSpec {
        folder: &place.folder(),
        class: Class::Data,
        to: &place.to(),
        recipients: &Recipients::default(),
        destroy_after_ms: i64::MAX,
        is_full: false,
    };
    let error = back_up(&spec, &*place.test.clock, place.random(), &mut |_| ()).unwrap_err();
    assert!(
        error.to_string().contains("at least one recipient"),
        "{error}"
    );
    assert!(!place.to().exists());
}

#[test]
fn a_torn_line_of_the_record_spoils_no_other() {
    let place = Place::with_orders();
    let first = place.keyring();
    let path = place.test.path().join("backups/catalog.jsonl");
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"event\":\"made\",\"cla").unwrap();
    let second = place.keyring();
    let lines = Catalog::of(&place.folder()).read().unwrap();
    let made = lines.iter().filter_map(|line| match line {
        CatalogLine::Made { id, bytes, .. } => Some((*id, *bytes)),
        _ => None,
    });
    let expected = [&first, &second].map(|made| (made.header.id, made.bytes));
    assert_eq!(made.collect::<Vec<_>>(), expected);
    assert_eq!(lines.len(), 4);
}

#[test]
fn an_erasure_during_a_backup_finds_it_in_the_record() {
    let place = Place::with_orders();
    let catalog = Catalog::of(&place.folder());
    let spec = BackupSpec {
        folder: &place.folder(),
        class: Class::Keyring,
        to: &place.to(),
        recipients: &place.keeper.recipients,
        destroy_after_ms: place.test.clock.now_ms() + 35 * DAY_MS,
        is_full: true,
    };
    let mut during = Vec::new();
    let made = back_up(&spec, &*place.test.clock, place.random(), &mut |_| {
        let now_ms = place.test.clock.now_ms();
        during.push(catalog.keyring_copies_until(now_ms).unwrap());
    });
    made.unwrap();
    assert!(!during.is_empty());
    let expected = Some(spec.destroy_after_ms);
    assert!(during.iter().all(|until| *until == expected), "{during:?}");
}

#[test]
fn a_backup_that_failed_is_recorded_as_gone() {
    let place = Place::with_orders();
    let catalog = Catalog::of(&place.folder());
    fs::remove_file(place.test.path().join("log/tree/checkpoint")).unwrap();
    fs::create_dir(place.test.path().join("log/tree/checkpoint")).unwrap();
    place.make(Class::Keyring, true).unwrap_err();
    let now_ms = place.test.clock.now_ms();
    assert_eq!(catalog.keyring_copies_until(now_ms).unwrap(), None);
    assert_eq!(catalog.read().unwrap().len(), 2);
}

#[test]
fn the_record_stays_small_and_forgets_no_backup_that_exists() {
    let place = Place::new();
    let catalog = Catalog::of(&place.folder());
    let living = place.keyring();
    let path = place.test.path().join("backups/catalog.jsonl");
    let mut lines = fs::read_to_string(&path).unwrap();
    for number in 0..8_000 {
        let id = format!("{number:016x}");
        lines += &format!(
            "{{\"event\":\"begun\",\"class\":\"keyring\",\"id\":\"{id}\",\"created_at_ms\":1,\"destroy_after_ms\":2}}\n\
             {{\"event\":\"destroyed\",\"id\":\"{id}\",\"at_ms\":{number}}}\n"
        );
    }
    fs::write(&path, &lines).unwrap();
    assert!(lines.len() > 1 << 20);
    let newest = place.keyring();
    assert!(fs::metadata(&path).unwrap().len() < 1 << 18);
    let lines = catalog.read().unwrap();
    assert_eq!(lines.len(), 2 * 2 + 2 * 500);
    for made in [living, newest] {
        let is_it = |line: &CatalogLine| matches!(line, CatalogLine::Made { id, .. } if *id == made.header.id);
        assert_eq!(lines.iter().filter(|line| is_it(line)).count(), 1);
    }
}
