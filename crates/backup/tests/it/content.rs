//! The content's format: every byte counts, and foreign bytes are refused without a panic.

use crate::fixture::Place;
use lethe_backup::{EntryName, Event, FormatError, Header, Reader, Writer};
use proptest::prelude::*;
use std::sync::LazyLock;

static HEADER: LazyLock<Header> = LazyLock::new(|| Place::new().keyring().header);

fn sample() -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &HEADER).unwrap();
    writer.begin(EntryName::Keyring, false).unwrap();
    writer.chunk(0, &[7; 300]).unwrap();
    writer.chunk(300, &[8; 20]).unwrap();
    writer.end(320, &[3; 32]).unwrap();
    writer.begin(EntryName::VerifierKey, false).unwrap();
    writer.end(0, &[4; 32]).unwrap();
    writer.finish().unwrap().0
}

fn read(bytes: &[u8]) -> Result<Vec<Event>, FormatError> {
    let mut reader = Reader::new(bytes)?;
    let mut events = Vec::new();
    loop {
        let event = reader.next_event()?;
        events.push(event);
        if matches!(event, Event::End { .. }) {
            assert_eq!(reader.next_event()?, event);
            return Ok(events);
        }
    }
}

#[test]
fn every_byte_is_covered_and_none_can_be_missing() {
    let bytes = sample();
    assert_eq!(read(&bytes).unwrap().len(), 7);
    for at in 0..bytes.len() {
        assert!(read(&bytes[..at]).is_err(), "cut at {at}");
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        assert!(read(&altered).is_err(), "byte {at}");
    }
    assert!(read(&[bytes.as_slice(), b"x"].concat()).is_err());
}

#[test]
fn a_newer_format_is_named() {
    let mut header = serde_json::to_value(&*HEADER).unwrap();
    header["format"] = 2.into();
    header["something new"] = true.into();
    let header = header.to_string();
    let mut bytes = b"LETHEBK1".to_vec();
    bytes.extend(u32::try_from(header.len()).unwrap().to_be_bytes());
    bytes.extend(header.as_bytes());
    assert!(matches!(read(&bytes), Err(FormatError::Version(2))));
}

#[test]
fn names_that_lead_elsewhere_and_files_of_the_other_class_are_refused() {
    for name in ["root.key", "../up", "/etc/passwd", "active/active.db"] {
        let mut writer = Writer::new(Vec::new(), &HEADER).unwrap();
        writer.begin(EntryName::Keyring, false).unwrap();
        writer.end(0, &[0; 32]).unwrap();
        let (mut bytes, _) = writer.finish().unwrap();
        let entry = bytes.len() - 37 - 41 - 1 - "keyring/keyring.db".len() - 2 - 1;
        bytes.truncate(entry);
        bytes.push(1);
        bytes.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
        bytes.extend(name.as_bytes());
        bytes.push(0);
        let error = read(&bytes).unwrap_err();
        assert!(
            matches!(error, FormatError::Malformed("list of files")),
            "{name}: {error}"
        );
    }
}

#[test]
fn gaps_repetitions_and_links_to_no_base_are_refused() {
    let refused = |write: &dyn Fn(&mut Writer<Vec<u8>>)| {
        let mut writer = Writer::new(Vec::new(), &HEADER).unwrap();
        write(&mut writer);
        assert!(matches!(
            read(&writer.finish().unwrap().0),
            Err(FormatError::Malformed(_))
        ));
    };
    let key = EntryName::Keyring;
    refused(&|writer| {
        writer.begin(key, false).unwrap();
        writer.chunk(1, b"a gap before").unwrap();
    });
    refused(&|writer| {
        writer.begin(key, false).unwrap();
        writer.chunk(0, b"twice").unwrap();
        writer.chunk(0, b"twice").unwrap();
    });
    refused(&|writer| {
        writer.begin(key, false).unwrap();
        writer.chunk(u64::MAX, b"far away").unwrap();
    });
    refused(&|writer| {
        writer.begin(key, false).unwrap();
        writer.end(1_000, &[0; 32]).unwrap();
    });
    refused(&|writer| writer.begin(key, true).unwrap());
    refused(&|writer| {
        for _ in 0..2 {
            writer.begin(key, false).unwrap();
            writer.end(0, &[0; 32]).unwrap();
        }
    });
    refused(&|writer| writer.chunk(0, b"of no file").unwrap());
    refused(&|writer| writer.begin(key, false).unwrap());
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(rest in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read(&rest).is_err());
        let head = &sample()[..];
        let start = 12 + serde_json::to_vec(&*HEADER).unwrap().len();
        prop_assert!(read(&[&head[..start], &rest].concat()).is_err());
    }
}
