//! Line ends made alike, and an end of file that tells whether a quotation mark was left open.

use std::io::{self, Read};

/// What is put after the last byte. If the text before it is complete, this is one more record
/// whose only cell is a line end; if a quotation mark was left open, the same bytes close it and
/// there is no further record. So the CSV reader's own state says which, exactly.
const END: &[u8] = b"\n\"\n";

/// The only cell of the record that [`END`] makes of itself.
pub(super) const END_CELL: &str = "\n";

/// Turns `\r\n` and `\r` into `\n`, so that lines can be counted, and marks the end.
pub(super) struct Lines<R> {
    input: R,
    after_return: bool,
    /// How much of [`END`] has been handed out, once the input has ended.
    ended: Option<usize>,
}

impl<R> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            after_return: false,
            ended: None,
        }
    }

    pub(super) fn input(&self) -> &R {
        &self.input
    }

    /// Rewrites the line ends in place and returns how many bytes remain.
    fn rewrite(&mut self, text: &mut [u8]) -> usize {
        let mut from = 0;
        if self.after_return && !text.is_empty() {
            self.after_return = false;
            from = usize::from(text[0] == b'\n');
        }
        let Some(first) = memchr::memchr(b'\r', &text[from..]) else {
            text.copy_within(from.., 0);
            return text.len() - from;
        };
        let mut written = 0;
        let mut next = Some(from + first);
        while let Some(at) = next {
            text.copy_within(from..at, written);
            written += at - from;
            text[written] = b'\n';
            written += 1;
            from = at + 1;
            match text.get(from) {
                Some(b'\n') => from += 1,
                Some(_) => {}
                None => self.after_return = true,
            }
            next = memchr::memchr(b'\r', &text[from..]).map(|offset| from + offset);
        }
        text.copy_within(from.., written);
        written + text.len() - from
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(done) = &mut self.ended {
                let n = (&END[*done..]).read(out)?;
                *done += n;
                return Ok(n);
            }
            let n = self.input.read(out)?;
            if n == 0 && !out.is_empty() {
                self.ended = Some(0);
                continue;
            }
            let n = self.rewrite(&mut out[..n]);
            if n > 0 || out.is_empty() {
                return Ok(n);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a few bytes at a time, so that pairs are cut apart.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(out.len());
            self.0.read(&mut out[..n])
        }
    }

    #[test]
    fn all_line_ends_become_one_kind() {
        for step in 1..9 {
            let mut text = String::new();
            let input = Drip(b"a\r\nb\rc\n\r\n\r\r\nd\r", step);
            Lines::new(input).read_to_string(&mut text).unwrap();
            assert_eq!(text, "a\nb\nc\n\n\n\nd\n\n\"\n", "{step}");
        }
    }
}
