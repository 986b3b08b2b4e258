//! The log in a backup, over many segments: complete, in order, and what was signed.

use crate::fixture::Place;
use lethe_backup::{BackupError, Made};
use lethe_keeper::log::{ENTRY_LEN, Entry, LogFiles, SealedEntry, SegmentHeader, encode_group};
use lethe_tlog::{Checkpoint, Note, NoteSigner, TileStack};
use std::fs;
use std::path::PathBuf;

/// A log that grows, with segments far smaller than real ones.
struct Growing {
    folder: PathBuf,
    signer: NoteSigner,
    stack: TileStack,
    bundle: Vec<[u8; ENTRY_LEN]>,
    segment: PathBuf,
}

const ORIGIN: &str = "lethe.invalid/log/0123456789abcdef";

impl Growing {
    /// Takes the place of a vault's log.
    fn replace(place: &mut Place) -> Self {
        place.test.close();
        let folder = place.test.path().join("log");
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir_all(folder.join("segments")).unwrap();
        fs::create_dir_all(folder.join("tree")).unwrap();
        let signer = NoteSigner::new(ORIGIN, &[9; 32]).unwrap();
        fs::write(folder.join("vkey"), format!("{}\n", signer.verifier_key())).unwrap();
        let mut log = Self {
            folder,
            signer,
            stack: TileStack::new(),
            bundle: Vec::new(),
            segment: PathBuf::new(),
        };
        log.roll();
        log
    }

    fn roll(&mut self) {
        let header = SegmentHeader {
            origin: ORIGIN.into(),
            stack: self.stack.clone(),
            last_ms: 0,
            bundle: self.bundle.clone(),
            wrapped_key: [4; 60],
        };
        let name = format!("segments/{:016}.seg", self.stack.size());
        self.segment = self.folder.join(name);
        fs::write(&self.segment, header.to_bytes()).unwrap();
    }

    fn append(&mut self, count: u64) {
        let first = self.stack.size();
        let entries: Vec<SealedEntry> = (first..first + count)
            .map(|index| SealedEntry {
                entry: Entry {
                    at_ms: 1_000 + index,
                    index,
                    body_hash: [u8::try_from(index % 251).unwrap(); 32],
                },
                sealed_body: vec![8; 90],
            })
            .collect();
        for sealed in &entries {
            self.stack.push_leaf(sealed.entry.leaf(), &mut |_| ());
            self.bundle.push(sealed.entry.to_bytes());
            self.bundle
                .truncate(if self.bundle.len() == 256 { 0 } else { 256 });
        }
        self.write(&encode_group(&entries));
    }

    fn write(&self, bytes: &[u8]) {
        let whole = [fs::read(&self.segment).unwrap().as_slice(), bytes].concat();
        fs::write(&self.segment, whole).unwrap();
    }

    fn publish(&self) {
        let checkpoint = Checkpoint::new(ORIGIN, self.stack.size(), self.stack.root()).unwrap();
        let note = Note::sign(&checkpoint.to_string(), &self.signer).unwrap();
        fs::write(self.folder.join("tree/checkpoint"), note.to_string()).unwrap();
    }
}

fn refused(place: &Place) -> String {
    let error: BackupError = place.make(lethe_backup::Class::Data, true).unwrap_err();
    assert_eq!(error.code(), "log");
    error.to_string()
}

#[test]
fn a_log_of_many_segments_is_continued_and_its_tree_verifies() {
    let mut place = Place::with_orders();
    let mut log = Growing::replace(&mut place);
    let mut made: Vec<Made> = Vec::new();
    for round in 0..6 {
        log.append(150);
        log.publish();
        log.append(57);
        made.push(place.data());
        if round % 2 == 1 {
            log.publish();
            log.roll();
        }
    }
    made.push(place.data());
    let chain: Vec<_> = made.iter().map(|one| one.file.as_path()).collect();
    let unpacked = place.unpack(&chain, "restored").unwrap();
    assert_eq!(unpacked.log_entries, 6 * 207);
    let tree = LogFiles::new(&place.path("restored/log"));
    let key = tree.verifier_key().unwrap().unwrap();
    let verified = lethe_ops::verify_tree(&tree, &key, &mut |_| ()).unwrap();
    assert_eq!(verified.entries, 6 * 207);
}

#[test]
fn a_torn_tail_is_left_out_and_its_place_is_filled_later() {
    let mut place = Place::with_orders();
    let mut log = Growing::replace(&mut place);
    log.append(10);
    log.publish();
    let whole = fs::read(&log.segment).unwrap();
    log.write(&[0, 0, 4, 0, 0, 0, 0, 9, 1, 2, 3, 4, 5]);
    let first = place.data();
    fs::write(&log.segment, whole).unwrap();
    log.append(3);
    let second = place.data();
    let unpacked = place
        .unpack(&[&first.file, &second.file], "restored")
        .unwrap();
    assert_eq!(unpacked.log_entries, 13);
}

#[test]
fn a_log_that_lost_or_changed_something_is_not_backed_up() {
    let mut place = Place::with_orders();
    let mut log = Growing::replace(&mut place);
    log.append(10);
    let before = fs::read(&log.segment).unwrap();
    log.append(10);
    log.publish();
    let whole = fs::read(&log.segment).unwrap();
    fs::write(&log.segment, &before).unwrap();
    let said = refused(&place);
    assert!(
        said.contains("end at entry 10, its checkpoint signed 20"),
        "{said}"
    );
    fs::write(&log.segment, &whole).unwrap();
    log.roll();
    log.append(1);
    let first = log.folder.join("segments/0000000000000000.seg");
    let mut altered = whole.clone();
    altered[before.len() + 40] ^= 1;
    fs::write(&first, &altered).unwrap();
    let said = refused(&place);
    assert!(
        said.contains(&format!("damaged at byte {}", before.len())),
        "{said}"
    );
    altered = whole.clone();
    altered[20] ^= 1;
    fs::write(&first, &altered).unwrap();
    assert!(refused(&place).contains("damaged at byte 0"));
}

#[test]
fn entries_other_than_those_signed_do_not_verify() {
    let mut place = Place::with_orders();
    let mut log = Growing::replace(&mut place);
    log.append(10);
    log.publish();
    // The same number of whole groups, of other entries: only the signature tells.
    let signed = fs::read(log.folder.join("tree/checkpoint")).unwrap();
    let mut other = Growing::replace(&mut place);
    other.append(9);
    other.append(1);
    fs::write(other.folder.join("tree/checkpoint"), &signed).unwrap();
    place.data();
    let mut other = Growing::replace(&mut place);
    other.stack = TileStack::new();
    other.append(5);
    let entry = Entry {
        at_ms: 1,
        index: 5,
        body_hash: [77; 32],
    };
    other.write(&encode_group(&[SealedEntry {
        entry,
        sealed_body: vec![1],
    }]));
    other.stack.push_leaf(entry.leaf(), &mut |_| ());
    other.append(4);
    fs::write(other.folder.join("tree/checkpoint"), &signed).unwrap();
    let made = place.full();
    let error = place.unpack(&[&made.file], "restored").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("not the ones that the checkpoint"),
        "{error}"
    );
    // A checkpoint that the log's key did not sign.
    let text = String::from_utf8(signed)
        .unwrap()
        .replacen("\n10\n", "\n9\n", 1);
    fs::write(other.folder.join("tree/checkpoint"), text).unwrap();
    let made = place.full();
    let error = place.unpack(&[&made.file], "restored").unwrap_err();
    assert!(
        error.to_string().contains("not signed by the log's key"),
        "{error}"
    );
    assert!(!place.path("restored").exists());
}
