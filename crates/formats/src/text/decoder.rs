//! A reader that hands out UTF-8 whatever it is given.

use std::io::{self, Read};

use super::encoding::{TextEncoding, sniff};

/// The size of a block: the encoding is decided on the first one.
const BLOCK_BYTES: usize = 64 * 1024;

/// Turns a reader of bytes in any encoding into a reader of valid UTF-8.
///
/// The encoding is decided on the first 64 KiB. Where they look like ASCII and a later byte is not
/// valid UTF-8, the rest is read as Windows-1252, because a file of that size with its first accent
/// late is far more likely than damage. After UTF-8 letters were seen, only the invalid bytes
/// themselves are read as Windows-1252.
pub struct Decoder<R> {
    input: R,
    encoding: TextEncoding,
    block: Box<[u8]>,
    /// `block[start..end]` is not decoded yet, of which `block[start..valid]` is known UTF-8.
    start: usize,
    valid: usize,
    end: usize,
    input_ended: bool,
    bytes_read: u64,
    foreign: Option<encoding_rs::Decoder>,
    foreign_ended: bool,
    /// Decoded text that is not handed out yet.
    ready: String,
    ready_at: usize,
    saw_utf8_letter: bool,
    damaged: bool,
}

impl<R: Read> Decoder<R> {
    /// Reads the first block and decides on the encoding.
    pub fn new(input: R) -> io::Result<Self> {
        let mut decoder = Self::empty(input);
        decoder.fill()?;
        let (encoding, mark) = sniff(&decoder.block[..decoder.end]);
        decoder.start = mark;
        decoder.valid = mark;
        decoder.set_encoding(encoding);
        Ok(decoder)
    }

    /// Reads in an encoding that the user has named; a byte order mark of it is still skipped.
    pub fn with_encoding(input: R, encoding: TextEncoding) -> io::Result<Self> {
        let mut decoder = Self::empty(input);
        decoder.fill()?;
        if let Some((marked, mark)) = encoding_rs::Encoding::for_bom(&decoder.block[..decoder.end])
            && TextEncoding::for_label(marked.name()) == Some(encoding)
        {
            decoder.start = mark;
            decoder.valid = mark;
        }
        decoder.set_encoding(encoding);
        Ok(decoder)
    }

    fn empty(input: R) -> Self {
        Self {
            input,
            encoding: TextEncoding::Utf8,
            block: vec![0; BLOCK_BYTES].into_boxed_slice(),
            start: 0,
            valid: 0,
            end: 0,
            input_ended: false,
            bytes_read: 0,
            foreign: None,
            foreign_ended: false,
            ready: String::new(),
            ready_at: 0,
            saw_utf8_letter: false,
            damaged: false,
        }
    }

    fn set_encoding(&mut self, encoding: TextEncoding) {
        self.encoding = encoding;
        self.foreign = encoding
            .foreign()
            .map(|e| e.new_decoder_without_bom_handling());
    }

    /// Moves what is left to the front and reads until the block is full or the input ends.
    fn fill(&mut self) -> io::Result<()> {
        self.block.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.valid -= self.start;
        self.start = 0;
        while self.end < self.block.len() && !self.input_ended {
            match self.input.read(&mut self.block[self.end..]) {
                Ok(0) => self.input_ended = true,
                Ok(n) => {
                    self.end += n;
                    self.bytes_read += n as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Looks at the undecoded bytes: extends the valid UTF-8 prefix, or decodes what is not.
    fn advance(&mut self) {
        match &mut self.foreign {
            Some(foreign) => {
                let pending = &self.block[self.start..self.end];
                self.ready.clear();
                self.ready_at = 0;
                self.ready.reserve(
                    foreign
                        .max_utf8_buffer_length(pending.len())
                        .unwrap_or(pending.len().saturating_mul(3) + 16),
                );
                let (_, read, damaged) =
                    foreign.decode_to_string(pending, &mut self.ready, self.input_ended);
                self.start += read;
                self.valid = self.start;
                self.damaged |= damaged;
                self.foreign_ended = self.input_ended && self.start == self.end;
            }
            None => match std::str::from_utf8(&self.block[self.start..self.end]) {
                Ok(text) => {
                    self.saw_utf8_letter |= !text.is_ascii();
                    self.valid = self.end;
                }
                Err(error) if error.valid_up_to() > 0 => {
                    self.valid = self.start + error.valid_up_to();
                    self.saw_utf8_letter |= !self.block[self.start..self.valid].is_ascii();
                }
                Err(error) => self.patch(error.error_len()),
            },
        }
    }

    /// Handles bytes at `start` that are not UTF-8; `None` means cut off by the end of the block.
    fn patch(&mut self, broken: Option<usize>) {
        let broken = match broken {
            None if !self.input_ended => return,
            None => self.end - self.start,
            Some(length) => length,
        };
        if !self.saw_utf8_letter && self.encoding == TextEncoding::Utf8 {
            self.set_encoding(TextEncoding::Windows1252);
            return self.advance();
        }
        self.encoding = TextEncoding::Utf8Mixed;
        let bytes = &self.block[self.start..self.start + broken];
        self.ready = encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(bytes)
            .0
            .into_owned();
        self.ready_at = 0;
        self.start += broken;
        self.valid = self.start;
    }
}

impl<R> Decoder<R> {
    /// Returns how the bytes are read, as far as they have been seen.
    pub fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    /// Returns how many bytes have been taken from the input.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Says whether characters had to be replaced by U+FFFD.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            if self.ready_at < self.ready.len() {
                let from = &self.ready.as_bytes()[self.ready_at..];
                let n = from.len().min(out.len());
                out[..n].copy_from_slice(&from[..n]);
                self.ready_at += n;
                return Ok(n);
            }
            if self.start < self.valid {
                let n = (self.valid - self.start).min(out.len());
                out[..n].copy_from_slice(&self.block[self.start..self.start + n]);
                self.start += n;
                return Ok(n);
            }
            let used_up = self.start == self.end;
            if used_up && self.input_ended && (self.foreign.is_none() || self.foreign_ended) {
                return Ok(0);
            }
            // A character cut off by the block's end needs the next block to be completed.
            if !self.input_ended && self.end - self.start < 4 {
                self.fill()?;
            }
            self.advance();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> (String, TextEncoding) {
        let mut decoder = Decoder::new(bytes).unwrap();
        let mut text = String::new();
        decoder.read_to_string(&mut text).unwrap();
        (text, decoder.encoding())
    }

    fn utf16(text: &str, swap: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|u| {
                if swap {
                    u.to_be_bytes()
                } else {
                    u.to_le_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "Name,Email\r\nZoë Müller,zoe@example.com\r\n";
        let latin1: Vec<u8> = text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        let mark = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), TextEncoding::Utf8),
            (mark(b"\xEF\xBB\xBF", text.into()), TextEncoding::Utf8),
            (mark(b"\xFF\xFE", utf16(text, false)), TextEncoding::Utf16Le),
            (mark(b"\xFE\xFF", utf16(text, true)), TextEncoding::Utf16Be),
            (utf16(text, false), TextEncoding::Utf16Le),
            (utf16(text, true), TextEncoding::Utf16Be),
            (latin1, TextEncoding::Windows1252),
        ] {
            assert_eq!(decode(&bytes), (text.to_owned(), encoding));
        }
    }

    #[test]
    fn a_first_accent_beyond_the_first_block_is_read_as_windows_1252() {
        let mut bytes = vec![b'a'; 3 * BLOCK_BYTES + 7];
        bytes.extend_from_slice(b"caf\xE9 \x80 fin");
        let (text, encoding) = decode(&bytes);
        assert!(text.ends_with("café € fin"));
        assert_eq!(encoding, TextEncoding::Windows1252);
    }

    #[test]
    fn stray_bytes_among_utf8_are_patched_alone() {
        let bytes = [
            "é".repeat(40_000).as_bytes(),
            b"caf\xE9 ",
            "日本".as_bytes(),
        ]
        .concat();
        let (text, encoding) = decode(&bytes);
        assert!(text.ends_with("écafé 日本"));
        assert_eq!(encoding, TextEncoding::Utf8Mixed);
    }

    #[test]
    fn characters_across_blocks_stay_whole() {
        for lead in 0..4 {
            let text = "a".repeat(lead) + &"日".repeat(50_000);
            assert_eq!(decode(text.as_bytes()), (text, TextEncoding::Utf8));
        }
    }

    #[test]
    fn half_a_utf16_character_is_reported_as_damage() {
        let mut bytes = utf16("Name,Email\n", false);
        bytes.push(b'x');
        let mut decoder = Decoder::new(&bytes[..]).unwrap();
        let mut text = String::new();
        decoder.read_to_string(&mut text).unwrap();
        assert!(text.ends_with('\u{FFFD}'));
        assert!(decoder.is_damaged());
    }

    #[test]
    fn a_named_encoding_overrules_the_guess() {
        let encoding = TextEncoding::for_label("shift_jis").unwrap();
        let bytes = [0x93, 0xFA, 0x96, 0x7B];
        let mut text = String::new();
        Decoder::with_encoding(&bytes[..], encoding)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "日本");
    }
}
