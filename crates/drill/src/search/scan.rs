//! Going through bytes of any size in bounded memory.

use super::index::folded;
use super::needles::{NEEDLE_BYTES_MAX, NEEDLE_BYTES_MIN, Needles};
use super::sightings::Sightings;
use crate::DrillError;
use crate::stolen::open_file;
use std::io::Read;
use std::path::Path;

const CHUNK_BYTES: usize = 1 << 20;

/// Searches a file. `place` names it in the report.
pub(crate) fn search_file(
    needles: &Needles,
    path: &Path,
    place: &str,
    sightings: &mut Sightings,
) -> Result<(), DrillError> {
    let Some(mut file) = open_file(path)? else {
        return Ok(());
    };
    let mut buffer = Vec::with_capacity(CHUNK_BYTES + NEEDLE_BYTES_MAX);
    loop {
        let kept = buffer.len();
        let mut next = (&mut file).take(CHUNK_BYTES as u64);
        let read = next
            .read_to_end(&mut buffer)
            .map_err(DrillError::file(path))?;
        sightings.count_bytes(read);
        if read == 0 {
            search_from(needles, &buffer, kept, place, sightings);
            return Ok(());
        }
        // A needle that begins in the last bytes may end in the next chunk: they stay.
        let done = buffer.len().saturating_sub(NEEDLE_BYTES_MAX);
        search_from(needles, &buffer, done, place, sightings);
        buffer.drain(..done);
    }
}

/// Searches bytes in memory.
pub(crate) fn search_bytes(
    needles: &Needles,
    bytes: &[u8],
    place: &str,
    sightings: &mut Sightings,
) {
    search_from(needles, bytes, bytes.len(), place, sightings);
}

/// Notes every needle that begins in the first `until` bytes.
fn search_from(
    needles: &Needles,
    bytes: &[u8],
    until: usize,
    place: &str,
    sightings: &mut Sightings,
) {
    let folded = folded(bytes);
    let last = (bytes.len() + 1)
        .saturating_sub(NEEDLE_BYTES_MIN)
        .min(until);
    for at in 0..last {
        for candidate in needles.index.candidates(&folded[at..]) {
            let needle = &needles.items[*candidate as usize];
            let wanted = needles.bytes(needle);
            let is_there = match needle.is_exact {
                true => bytes[at..].starts_with(wanted),
                false => folded[at..]
                    .get(..wanted.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(wanted)),
            };
            if is_there {
                sightings.add(needle, place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{ClearRecord, Person};
    use lethe_model::{Category, FieldKind};

    fn needles() -> Needles {
        let person = |name: &str, email: &str| Person {
            subject: [1; 16],
            records: vec![ClearRecord {
                order: [1; 16],
                category: Category::Contact,
                fields: vec![
                    (FieldKind::Name, name.to_owned()),
                    (FieldKind::Email, email.to_owned()),
                ],
            }],
        };
        let people = [
            person("Zoë Lacroix", "Zoe.Lacroix@example.com"),
            person("Ann Lee", "ann@example.org"),
        ];
        Needles::of_people(&people, &crate::allowed::Allowed::default())
    }

    fn found(bytes: &[u8]) -> u64 {
        let needles = needles();
        let mut sightings = Sightings::of(&needles);
        search_bytes(&needles, bytes, "bytes", &mut sightings);
        sightings.named(&needles)
    }

    #[test]
    fn every_encoding_of_a_value_is_found_and_nothing_else() {
        let utf16: Vec<u8> = "zoe.lacroix@EXAMPLE.com"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(found(&utf16), 1);
        assert_eq!(found("..ZOË LACROIX..".as_bytes()), 1);
        assert_eq!(found(b"ann@example.or"), 0);
        assert_eq!(found(b"ann@example.org zoe.lacroix%40example.com"), 2);
        let hashed = super::super::encoding::hashes("zoe.lacroix@example.com");
        for (_, _, bytes) in hashed {
            assert_eq!(found(&bytes), 1);
        }
        assert_eq!(found(b"Zoe"), 0);
    }

    #[test]
    fn a_value_across_two_chunks_is_found_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bytes");
        for shift in 0..40 {
            let mut bytes = vec![b'.'; CHUNK_BYTES * 2 + 100];
            let at = CHUNK_BYTES - 20 + shift;
            bytes[at..at + 15].copy_from_slice(b"ann@example.org");
            std::fs::write(&path, &bytes).unwrap();
            let needles = needles();
            let mut sightings = Sightings::of(&needles);
            search_file(&needles, &path, "file", &mut sightings).unwrap();
            assert_eq!(sightings.hits(), 1, "{shift}");
            assert_eq!(sightings.bytes(), bytes.len() as u64);
        }
    }
}
