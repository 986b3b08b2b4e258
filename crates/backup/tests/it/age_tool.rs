//! The `age` program that nobody here wrote reads what is written here.
//!
//! Needs `age` and `age-keygen` (Debian: `age`). Skipped with a printed line when they are missing,
//! required when `CI=true`.

use crate::fixture::Place;
use std::path::Path;
use std::process::Command;

/// Returns the program, if it is installed.
pub(crate) fn age() -> Option<Command> {
    let path = "/usr/bin/age";
    if Path::new(path).exists() {
        return Some(Command::new(path));
    }
    let required = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!required, "CI=true demands age: apt-get install age");
    println!("SKIPPED: no age found (apt-get install age)");
    None
}

#[test]
fn age_decrypts_a_backup_and_age_keygen_reads_the_identity() {
    let Some(mut age) = age() else { return };
    let place = Place::with_orders();
    let made = place.data();
    let output = age
        .args(["--decrypt", "-i"])
        .arg(&place.keeper.identity_file)
        .arg(&made.file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(output.stdout.starts_with(b"LETHEBK1"));
    let mut reader = lethe_backup::Reader::new(output.stdout.as_slice()).unwrap();
    assert_eq!(reader.header(), &made.header);
    while !matches!(
        reader.next_event().unwrap(),
        lethe_backup::Event::End { .. }
    ) {}
    let keygen = Command::new("/usr/bin/age-keygen")
        .arg("-y")
        .arg(&place.keeper.identity_file)
        .output()
        .unwrap();
    let recipient = String::from_utf8(keygen.stdout).unwrap();
    let identity = std::fs::read_to_string(&place.keeper.identity_file).unwrap();
    assert!(recipient.starts_with("age1"));
    assert!(identity.contains(recipient.trim()));
}
