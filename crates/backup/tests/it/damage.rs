//! Backups that are not what they were.

use crate::fixture::{Keeper, Place};
use lethe_backup::{BackupError, verify};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

fn check(place: &Place, file: &Path) -> Result<(), BackupError> {
    let identities = &place.keeper.identities;
    verify(
        file,
        identities,
        place.dir.path(),
        place.random(),
        &mut |_| (),
    )
    .map(drop)
}

#[test]
fn a_backup_that_was_cut_is_refused_wherever_it_was_cut() {
    let place = Place::with_orders();
    let made = place.keyring();
    let bytes = fs::read(&made.file).unwrap();
    let places = (0..bytes.len()).step_by(bytes.len() / 150);
    for at in places.chain([bytes.len() - 1, bytes.len() - 16, bytes.len() - 17]) {
        fs::write(&made.file, &bytes[..at]).unwrap();
        let error = check(&place, &made.file).unwrap_err();
        assert_eq!(error.code(), "backup-damaged", "{at}: {error}");
        assert!(
            error.to_string().contains("cut short or altered"),
            "{error}"
        );
    }
    // More than it was is not what it was either.
    fs::write(&made.file, [&bytes[..], b"x"].concat()).unwrap();
    assert_eq!(
        check(&place, &made.file).unwrap_err().code(),
        "backup-damaged"
    );
    fs::write(&made.file, &bytes).unwrap();
    check(&place, &made.file).unwrap();
}

#[test]
fn a_flipped_bit_is_noticed_wherever_it_is() {
    let place = Place::with_orders();
    let made = place.keyring();
    let bytes = fs::read(&made.file).unwrap();
    for at in (0..bytes.len()).step_by(bytes.len() / 150) {
        let mut altered = bytes.clone();
        altered[at] ^= 4;
        fs::write(&made.file, altered).unwrap();
        let error = check(&place, &made.file).unwrap_err();
        // In the recipient's line, it is a file for somebody else.
        let codes = ["backup-damaged", "wrong-identity"];
        assert!(codes.contains(&error.code()), "{at}: {error}");
    }
    assert_eq!(
        crate::fixture::names(place.dir.path()),
        ["backups", "identity"]
    );
}

#[test]
fn exchanged_and_renamed_backups_are_refused() {
    let place = Place::with_orders();
    let (one, other) = (place.keyring(), place.keyring());
    fs::copy(&other.file, &one.file).unwrap();
    let error = check(&place, &one.file).unwrap_err();
    assert!(
        error.to_string().contains("renamed or exchanged"),
        "{error}"
    );
    // A name of the user's own claims nothing.
    let own = place.path("the one from Tuesday");
    fs::copy(&other.file, &own).unwrap();
    check(&place, &own).unwrap();
    // A later day of destruction does.
    let name = other
        .file
        .to_str()
        .unwrap()
        .replace("until-2026", "until-2036");
    fs::rename(&other.file, &name).unwrap();
    let error = check(&place, Path::new(&name)).unwrap_err();
    assert!(
        error.to_string().contains("renamed or exchanged"),
        "{error}"
    );
}

#[test]
fn another_identity_and_another_file_are_told_apart_from_damage() {
    let mut place = Place::with_orders();
    let made = place.keyring();
    let plain = place.path("plain.age");
    fs::write(
        &plain,
        "a text that nobody encrypted, long enough to be read as something",
    )
    .unwrap();
    assert_eq!(check(&place, &plain).unwrap_err().code(), "backup-damaged");
    if let Some(mut age) = crate::age_tool::age() {
        let foreign = place.path("foreign.age");
        let key = place.keeper.identity_file.clone();
        let sealed = age.args(["-e", "-i"]).arg(key).arg("-o").arg(&foreign);
        feed(sealed, b"somebody's holiday pictures");
        let error = check(&place, &foreign).unwrap_err();
        assert!(
            error.to_string().contains("no backup of Lethe's"),
            "{error}"
        );
    }
    place.keeper = Keeper::new(place.dir.path(), "other");
    let error = check(&place, &made.file).unwrap_err();
    assert_eq!(error.code(), "wrong-identity", "{error}");
}

fn feed(command: &mut Command, bytes: &[u8]) {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_damaged_database_is_not_backed_up_and_leaves_nothing() {
    let mut place = Place::with_orders();
    place.test.close();
    let database = place.test.path().join("active/active.db");
    let whole = fs::read(&database).unwrap();
    let mut bytes = whole.clone();
    for page in bytes.chunks_mut(4096).skip(1) {
        page[0] = 0x77;
    }
    fs::write(&database, bytes).unwrap();
    let error = place.make(lethe_backup::Class::Data, false).unwrap_err();
    assert_eq!(error.code(), "database", "{error}");
    assert!(crate::fixture::names(&place.to()).is_empty());
    fs::write(&database, whole).unwrap();
    place.data();
}
