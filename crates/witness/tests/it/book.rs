//! What a witness remembers, across restarts and clocks.

use crate::growing_log::{GrowingLog, ORIGIN, signer};
use lethe_tlog::{Note, NoteSignature, TrustPolicy};
use lethe_witness::{Refused, Witness, WitnessError, create_key};
use std::fs;
use std::path::{Path, PathBuf};

fn log_key() -> String {
    signer().verifier_key().to_string()
}

fn made(dir: &Path) -> Witness {
    create_key(dir, "witness.example/w", &[3; 32]).unwrap();
    open(dir)
}

fn open(dir: &Path) -> Witness {
    Witness::open(dir, &[log_key()]).unwrap()
}

fn state_file(dir: &Path) -> PathBuf {
    let mut files = fs::read_dir(dir.join("state")).unwrap();
    files.next().unwrap().unwrap().path()
}

#[test]
fn a_cosignature_verifies_under_the_witness_key_with_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let witness = made(dir.path());
    let log = GrowingLog::of_size(7, 1);
    let line = witness
        .add_checkpoint(log.request(0, 7).to_string().as_bytes(), 1_700_000_000)
        .unwrap();
    let mut note = log.note(7);
    note.add_signature(line.trim_end().parse::<NoteSignature>().unwrap());
    let policy = TrustPolicy::log_only(ORIGIN, signer().verifier_key().clone())
        .unwrap()
        .with_witnesses(vec![witness.verifier_key().clone()], 1)
        .unwrap();
    let verified = policy.open_checkpoint(&note).unwrap();
    assert_eq!(verified.cosignatures()[0].timestamp, 1_700_000_000);
    // What lies in the folder is that very note.
    let kept = fs::read(state_file(dir.path())).unwrap();
    assert_eq!(Note::parse(&kept).unwrap(), note);
}

#[test]
fn a_restart_forgets_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let log = GrowingLog::of_size(9, 1);
    let ask = |witness: &Witness, old, new| {
        witness.add_checkpoint(log.request(old, new).to_string().as_bytes(), 5)
    };
    ask(&made(dir.path()), 0, 7).unwrap();
    let witness = open(dir.path());
    assert_eq!(ask(&witness, 0, 9), Err(Refused::Conflict(7)));
    ask(&witness, 7, 9).unwrap();
    assert_eq!(witness.sizes(), [(ORIGIN, 9)]);
}

#[test]
fn a_clock_that_is_set_back_does_not_take_the_cosignatures_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = GrowingLog::of_size(9, 1);
    let at = |witness: &Witness, old, new, now| {
        let body = log.request(old, new).to_string();
        witness.add_checkpoint(body.as_bytes(), now).unwrap();
        let kept = Note::parse(&fs::read(state_file(dir.path())).unwrap()).unwrap();
        let verified = kept.open([witness.verifier_key()]).unwrap();
        verified[0].timestamp.unwrap()
    };
    let witness = made(dir.path());
    assert_eq!(at(&witness, 0, 5, 1_000), 1_000);
    assert_eq!(at(&witness, 5, 6, 400), 1_000);
    drop(witness);
    assert_eq!(at(&open(dir.path()), 6, 7, 400), 1_000);
}

#[test]
fn a_damaged_memory_stops_the_witness_instead_of_starting_anew() {
    let dir = tempfile::tempdir().unwrap();
    let witness = made(dir.path());
    let body = GrowingLog::of_size(5, 1).request(0, 5).to_string();
    witness.add_checkpoint(body.as_bytes(), 1).unwrap();
    drop(witness);
    let path = state_file(dir.path());
    let altered = fs::read_to_string(&path)
        .unwrap()
        .replacen("\n5\n", "\n4\n", 1);
    fs::write(&path, altered).unwrap();
    let refused = Witness::open(dir.path(), &[log_key()]);
    assert!(matches!(refused, Err(WitnessError::BadState(_))));
}

#[test]
fn a_checkpoint_that_cannot_be_remembered_is_not_cosigned() {
    let dir = tempfile::tempdir().unwrap();
    let witness = made(dir.path());
    let log = GrowingLog::of_size(9, 1);
    let ask = |old, new| witness.add_checkpoint(log.request(old, new).to_string().as_bytes(), 5);
    ask(0, 5).unwrap();
    // A folder where the file is written aside: even root cannot write that.
    let aside = state_file(dir.path()).with_extension("new");
    fs::create_dir(&aside).unwrap();
    assert_eq!(ask(5, 9), Err(Refused::Failed));
    fs::remove_dir(&aside).unwrap();
    assert_eq!(ask(9, 9), Err(Refused::Conflict(5)));
    ask(5, 9).unwrap();
}

#[test]
fn a_folder_has_one_key_and_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let witness = made(dir.path());
    let again = create_key(dir.path(), "witness.example/w", &[4; 32]);
    assert!(matches!(again, Err(WitnessError::HasKey(_))));
    let second = Witness::open(dir.path(), &[log_key()]);
    assert!(matches!(second, Err(WitnessError::InUse(_))));
    drop(witness);
    open(dir.path());
}

#[test]
fn a_log_that_was_not_named_is_unknown() {
    let dir = tempfile::tempdir().unwrap();
    create_key(dir.path(), "witness.example/w", &[3; 32]).unwrap();
    let witness = Witness::open(dir.path(), &[]).unwrap();
    let body = GrowingLog::of_size(5, 1).request(0, 5).to_string();
    let refused = witness.add_checkpoint(body.as_bytes(), 1).unwrap_err();
    assert_eq!(refused.status(), 404);
}
