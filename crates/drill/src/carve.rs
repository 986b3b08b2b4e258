//! Carving: finding rows of the two tables that matter in raw bytes, wherever they lie: free pages,
//! gaps inside pages, write-ahead logs, files that nobody deleted.
//!
//! SQLite writes a row as a header of type codes followed by the columns without anything between
//! them (sqlite.org/fileformat2.html §2.1), so that a row is recognised by the types of its columns.

use crate::DrillError;
use crate::format::{record_id, whole_fields};
use crate::stolen::open_file;
use lethe_crypto::{FieldContext, WRAPPED_LEN};
use lethe_model::{RecordId, StoreId};
use std::io::Read;
use std::path::Path;

const CHUNK_BYTES: usize = 1 << 20;
/// A longer envelope does not lie in one piece: its first fields do.
const ROW_BYTES_MAX: usize = 64 * 1024;
/// The type code of a BLOB of 16 bytes: an id.
const ID_TYPE: u8 = 12 + 2 * 16;
const ID_LEN: usize = 16;

/// A row that was found among raw bytes.
pub(crate) enum Carved {
    /// A wrapped data key.
    Key {
        record: RecordId,
        generation: u32,
        epoch: i64,
        wrapped: [u8; WRAPPED_LEN],
    },
    /// A sealed record, possibly without its last fields.
    Record {
        context: FieldContext,
        envelope: Vec<u8>,
    },
}

/// Calls `each` with every row that can be recognised in a file.
pub(crate) fn carve_file(path: &Path, mut each: impl FnMut(Carved)) -> Result<(), DrillError> {
    let Some(mut file) = open_file(path)? else {
        return Ok(());
    };
    let mut buffer = Vec::new();
    loop {
        let mut next = (&mut file).take(CHUNK_BYTES as u64);
        let read = next
            .read_to_end(&mut buffer)
            .map_err(DrillError::file(path))?;
        let done = match read {
            0 => buffer.len(),
            _ => buffer.len().saturating_sub(ROW_BYTES_MAX),
        };
        for at in 0..done {
            // Two ids side by side, after the length of the header.
            if buffer[at..].get(1..3) == Some(&[ID_TYPE, ID_TYPE]) {
                row_at(&buffer[at..]).map(&mut each);
            }
        }
        buffer.drain(..done);
        if read == 0 {
            return Ok(());
        }
    }
}

fn row_at(bytes: &[u8]) -> Option<Carved> {
    let header_len = usize::from(bytes[0]);
    let (header, body) = bytes.split_at_checked(header_len)?;
    let types = types_of(header.get(1..)?)?;
    let body = &mut &*body;
    let (subject, order) = (take(body, ID_LEN)?, take(body, ID_LEN)?);
    let [_, _, category, third, fourth, last] = *types.as_slice() else {
        return None;
    };
    let record = record_id(subject, order, number(body, category)?)?;
    let (third, fourth) = (number(body, third)?, number(body, fourth)?);
    let blob_len = blob_len(last)?;
    if blob_len == WRAPPED_LEN {
        return Some(Carved::Key {
            record,
            generation: u32::try_from(third).ok()?,
            epoch: fourth,
            wrapped: take(body, WRAPPED_LEN)?.try_into().ok()?,
        });
    }
    let envelope = whole_fields(&body[..blob_len.min(body.len())]);
    Some(Carved::Record {
        context: FieldContext {
            store: StoreId(third),
            record,
            generation: u32::try_from(fourth).ok()?,
        },
        envelope: envelope.to_vec(),
    })
}

/// Reads a header's type codes: numbers of seven bits a byte, the high bit saying that more follow.
fn types_of(mut header: &[u8]) -> Option<Vec<u64>> {
    let mut types = Vec::new();
    while !header.is_empty() {
        let mut code = 0;
        loop {
            let (byte, rest) = header.split_first()?;
            header = rest;
            code = code << 7 | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
        }
        types.push(code);
    }
    Some(types)
}

fn number(body: &mut &[u8], code: u64) -> Option<i64> {
    let len = match code {
        8 => return Some(0),
        9 => return Some(1),
        1..=4 => code as usize,
        5 => 6,
        6 => 8,
        _ => return None,
    };
    let bytes = take(body, len)?;
    let sign = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
    Some(
        bytes
            .iter()
            .fold(sign, |number, byte| number << 8 | i64::from(*byte)),
    )
}

fn blob_len(code: u64) -> Option<usize> {
    (code >= 12 && code.is_multiple_of(2)).then(|| ((code - 12) / 2) as usize)
}

fn take<'b>(rest: &mut &'b [u8], len: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(len)?;
    *rest = left;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_row_is_recognised_by_the_types_of_its_columns() {
        let mut row = vec![8, ID_TYPE, ID_TYPE, 1, 8, 9, 0x81, 0x04];
        row.extend_from_slice(&[0xaa; ID_LEN]);
        row.extend_from_slice(&[0xbb; ID_LEN]);
        row.push(2);
        row.extend_from_slice(&[0xcc; WRAPPED_LEN]);
        row.extend_from_slice(b"the next cell");
        let Some(Carved::Key {
            record,
            generation,
            epoch,
            wrapped,
        }) = row_at(&row)
        else {
            panic!("no key was carved");
        };
        assert_eq!(record.subject.as_bytes(), &[0xaa; ID_LEN]);
        assert_eq!((record.category.number(), generation, epoch), (2, 0, 1));
        assert_eq!(wrapped, [0xcc; WRAPPED_LEN]);
        assert!(row_at(&row[..60]).is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_carved_without_panic(
            head in proptest::collection::vec(0_u8..140, 1..12),
            body in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let bytes = [vec![head.len() as u8, ID_TYPE, ID_TYPE], head, body].concat();
            let _carved: Option<Carved> = row_at(&bytes);
        }
    }
}
