//! Private keys: extended (BIP-32), in wallet import format, as hex beside a word for it, and PEM.

use std::ops::Range;

use memchr::memmem;

use super::base58;
use super::findings::{Finding, Kind};
use super::keywords::{Topic, Words};

/// Runs shorter than a wallet import format key are no keys.
const RUN_BYTES_MIN: usize = 51;
/// How many characters of an extended key must follow its prefix; a whole one has 107.
const EXTENDED_BYTES_MIN: usize = 46;
/// How far from the word a key in hex may stand.
const NEAR_BYTES: usize = 80;
/// SLIP-132 and the coins that chose prefixes of their own.
const EXTENDED: [&[u8]; 13] = [
    b"xprv", b"yprv", b"zprv", b"Yprv", b"Zprv", b"tprv", b"uprv", b"vprv", b"Uprv", b"Vprv",
    b"Ltpv", b"Mtpv", b"dgpv",
];

/// Finds the runs of letters and digits that are long enough for a key.
///
/// Only every fiftieth byte is looked at first: a run of 51 cannot pass between two of them.
pub(super) fn long_runs(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut runs = Vec::new();
    let (mut done, mut at) = (0, RUN_BYTES_MIN - 1);
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphanumeric() {
            at += RUN_BYTES_MIN;
            continue;
        }
        let left = bytes[done..at]
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
        let right = bytes[at..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
        if left + right >= RUN_BYTES_MIN {
            runs.push(at - left..at + right);
        }
        done = at + right;
        at = done + RUN_BYTES_MIN;
    }
    runs
}

/// Finds the keys among the long runs.
pub(super) fn find(text: &str, runs: &[Range<usize>], words: &Words, found: &mut Vec<Finding>) {
    for run in runs {
        let bytes = &text.as_bytes()[run.clone()];
        let span = if let Some(start) = extended(bytes) {
            run.start + start..run.end
        } else if is_import_format(bytes) || (is_hex_key(bytes) && is_near(words, run)) {
            run.clone()
        } else {
            continue;
        };
        found.push(Finding {
            kind: Kind::PrivateKey,
            span,
        });
    }
}

/// An extended key needs no checksum to be recognised: nothing else is so long after such a
/// prefix, and one with a slip of the pen is nearly as good to a thief.
fn extended(run: &[u8]) -> Option<usize> {
    (0..run.len().saturating_sub(EXTENDED_BYTES_MIN)).find(|at| {
        let rest = &run[*at..];
        EXTENDED.iter().any(|prefix| rest.starts_with(prefix))
            && rest[4..]
                .iter()
                .take_while(|b| base58::is_digit(**b))
                .count()
                >= EXTENDED_BYTES_MIN
    })
}

fn is_import_format(run: &[u8]) -> bool {
    matches!(
        (run.len(), run[0]),
        (51, b'5' | b'9' | b'6' | b'7') | (52, b'K' | b'L' | b'c' | b'T' | b'Q')
    ) && base58::decode_checked(run).is_some_and(|payload| matches!(payload.len(), 33 | 34))
}

fn is_hex_key(run: &[u8]) -> bool {
    let digits = run.strip_prefix(b"0x").unwrap_or(run);
    digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit)
}

fn is_near(words: &Words, run: &Range<usize>) -> bool {
    words
        .of(Topic::PrivateKey)
        .any(|word| word.end + NEAR_BYTES >= run.start && run.end + NEAR_BYTES >= word.start)
}

/// Finds private keys in PEM (RFC 7468), to their end mark or the end of the text.
pub(super) fn find_pem(text: &str, found: &mut Vec<Finding>) {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(offset) = memmem::find(&bytes[from..], BEGIN) {
        let start = from + offset;
        from = start + BEGIN.len();
        let label = bytes[from..]
            .split(|b| matches!(b, b'-' | b'\n'))
            .next()
            .unwrap_or_default();
        if memmem::find(label, b"PRIVATE KEY").is_none() {
            continue;
        }
        let body = from + label.len() + 5;
        let end = bytes
            .get(body..)
            .and_then(|rest| Some(body + memmem::find(rest, b"-----END ")?))
            .and_then(|end| Some(end + 9 + memmem::find(&bytes[end + 9..], b"-----")? + 5));
        let end = end.unwrap_or(bytes.len());
        found.push(Finding {
            kind: Kind::PrivateKey,
            span: start..end,
        });
        from = end;
    }
}
