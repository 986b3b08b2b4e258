//! What a crash leaves, and what a failure leaves: nothing that looks like a backup.

use crate::fixture::{Place, names};
use lethe_backup::{BackupId, Class, PrunePlan, Reader, Writer, list};
use lethe_model::Clock;
use std::fs;
use std::io::{self, Write};

/// A file that takes so many writes and then fails, as when the power goes.
struct Cut {
    bytes: Vec<u8>,
    writes_left: usize,
}

impl Write for Cut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.writes_left == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.writes_left -= 1;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_content(out: &mut Cut, header: &lethe_backup::Header) -> io::Result<()> {
    let mut writer = Writer::new(out, header)?;
    writer.begin(lethe_backup::EntryName::VerifierKey, false)?;
    writer.chunk(0, b"some key")?;
    writer.end(8, &[1; 32])?;
    writer.begin(lethe_backup::EntryName::Keyring, false)?;
    writer.chunk(0, &[5; 65_536])?;
    writer.chunk(65_536, &[6; 100])?;
    writer.end(65_636, &[2; 32])?;
    writer.finish().map(drop)
}

#[test]
fn content_that_breaks_off_between_any_two_writes_is_refused() {
    let header = Place::new().keyring().header;
    for writes in 0.. {
        let mut out = Cut {
            bytes: Vec::new(),
            writes_left: writes,
        };
        let result = write_content(&mut out, &header);
        let read = || -> Result<(), lethe_backup::FormatError> {
            let mut reader = Reader::new(out.bytes.as_slice())?;
            while !matches!(reader.next_event()?, lethe_backup::Event::End { .. }) {}
            Ok(())
        };
        assert_eq!(read().is_ok(), result.is_ok(), "after {writes} writes");
        if result.is_ok() {
            assert!(writes > 8);
            return;
        }
    }
}

#[test]
fn what_a_killed_run_left_is_no_backup_and_the_next_run_removes_it() {
    let place = Place::with_orders();
    place.data();
    let id = BackupId::generate(place.random());
    let leave = |folder: &std::path::Path| {
        for name in ["lock", "partial", "0.db", "0.db-journal"] {
            fs::write(folder.join(format!(".lethe-{id}.{name}")), "half").unwrap();
        }
    };
    let beside = place.test.path().join("backups");
    leave(&place.to());
    leave(&beside);
    assert_eq!(list(&place.to()).unwrap().len(), 1);
    place.keyring();
    let left = [names(&place.to()), names(&beside)].concat();
    assert!(left.iter().all(|name| !name.starts_with('.')), "{left:?}");
    leave(&place.to());
    let plan = PrunePlan::make(&place.to(), place.test.clock.now_ms()).unwrap();
    let (destroyed, result) = plan.carry_out(None, &*place.test.clock);
    result.unwrap();
    assert!(destroyed.is_empty());
    assert_eq!(names(&place.to()).len(), 2);
}

#[test]
fn a_run_that_lives_is_not_disturbed_by_another() {
    let place = Place::with_orders();
    let spec = lethe_backup::BackupSpec {
        folder: &place.folder(),
        class: Class::Data,
        to: &place.to(),
        recipients: &place.keeper.recipients,
        destroy_after_ms: place.test.clock.now_ms() + 1_000_000,
        is_full: true,
    };
    let mut inner = 0;
    lethe_backup::back_up(&spec, &*place.test.clock, place.random(), &mut |_| {
        if inner < 2 {
            inner += 1;
            place.data();
            place.keyring();
        }
    })
    .unwrap();
    assert_eq!(list(&place.to()).unwrap().len(), 5);
}

#[test]
fn a_place_that_cannot_be_written_is_a_clean_error() {
    let place = Place::with_orders();
    fs::write(place.to(), "a file where the folder should be").unwrap();
    let error = place.make(Class::Data, false).unwrap_err();
    assert_eq!(error.code(), "file-system", "{error}");
    assert!(error.to_string().contains("cannot write"), "{error}");
}
