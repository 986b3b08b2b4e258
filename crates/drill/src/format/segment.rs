//! The head of a log segment, as far as a thief needs it: whose it is, its wrapped key, and the
//! first sealed body.

use lethe_crypto::WRAPPED_LEN;

const MAGIC: &[u8; 8] = b"LETHELG1";
const ENTRY_LEN: usize = 49;
const GROUP_HEAD_LEN: usize = 12;

/// The parts of a segment's beginning that keys can be tried on.
pub(crate) struct SegmentHead {
    pub(crate) origin: Vec<u8>,
    pub(crate) wrapped_key: [u8; WRAPPED_LEN],
    /// Index and sealed bytes of the first body, if there is one.
    pub(crate) first_body: Option<(u64, Vec<u8>)>,
}

impl SegmentHead {
    /// Reads the beginning of a segment; `None` when it is none.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = &mut bytes.strip_prefix(MAGIC)?;
        let origin_len = take_len(rest)?;
        let origin = take(rest, origin_len)?.to_vec();
        take(rest, 8)?;
        let wrapped_key = take(rest, WRAPPED_LEN)?.try_into().ok()?;
        let stack_len = take_len(rest)?;
        take(rest, stack_len)?;
        let bundle_len = take_len(rest)?;
        take(rest, bundle_len.checked_mul(ENTRY_LEN)?)?;
        take(rest, 4)?;
        Some(Self {
            origin,
            wrapped_key,
            first_body: first_body(rest),
        })
    }
}

fn first_body(mut rest: &[u8]) -> Option<(u64, Vec<u8>)> {
    let rest = &mut rest;
    take(rest, GROUP_HEAD_LEN)?;
    let entry = take(rest, ENTRY_LEN)?;
    // Version, time, index, hash of the body.
    let index = u64::from_be_bytes(entry.get(9..17)?.try_into().ok()?);
    let body_len = take_len(rest)?;
    Some((index, take(rest, body_len)?.to_vec()))
}

fn take<'b>(rest: &mut &'b [u8], len: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(len)?;
    *rest = left;
    Some(taken)
}

fn take_len(rest: &mut &[u8]) -> Option<usize> {
    let len = u32::from_be_bytes(take(rest, 4)?.try_into().ok()?);
    usize::try_from(len).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(rest in proptest::collection::vec(0_u8..4, 0..400)) {
            let _head: Option<SegmentHead> = SegmentHead::parse(&[MAGIC.as_slice(), &rest].concat());
        }
    }
}
