//! Cuts an input into its objects without reading it whole.
//!
//! Only brackets and strings are looked at here; whether an object is valid JSON is for the parser
//! to say. So one broken object does not end the input, and a list of any length needs the memory
//! of its largest element.

use std::io::{self, Read};

use crate::text::{Decoder, TextEncoding};

/// A larger object is passed over. Shopify's own limits keep an order far below.
const OBJECT_BYTES_MAX: usize = 10 * 1024 * 1024;
const BUFFER_BYTES: usize = 64 * 1024;

/// Why there is no object where one should be.
#[derive(Debug)]
pub(crate) enum Broken {
    /// Something else stands there; it was passed over.
    NotAnObject,
    /// The object is larger than the bound; it was passed over.
    TooLarge,
    /// The input ends within an object or a list.
    CutOff,
    /// The input cannot be read any further.
    Read(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

/// The objects of an input: a single one, objects one after the other (as on lines), or the
/// elements of a list; each as it is, or as the member `one` of another object, or all of them in
/// the list `many` of one.
pub(crate) struct Objects<R> {
    input: Decoder<R>,
    buffer: Box<[u8]>,
    at: usize,
    end: usize,
    object: Vec<u8>,
    too_large: bool,
    one: &'static [u8],
    many: &'static [u8],
    place: Place,
    count: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    /// Within a list; `wrapped` when further members of the object around it may follow.
    List {
        wrapped: bool,
    },
    Ended,
}

impl<R: Read> Objects<R> {
    pub(crate) fn new(input: Decoder<R>, one: &'static str, many: &'static str) -> Self {
        Self {
            input,
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            at: 0,
            end: 0,
            object: Vec::new(),
            too_large: false,
            one: one.as_bytes(),
            many: many.as_bytes(),
            place: Place::Outside,
            count: 0,
        }
    }

    /// Returns the first byte that is not white space, without taking it.
    pub(crate) fn first_byte(&mut self) -> io::Result<Option<u8>> {
        self.skip_blank()
    }

    /// Returns the next object's text. Its place is [`Objects::count`].
    pub(crate) fn next_object(&mut self) -> Option<Result<&[u8], Broken>> {
        match self.find_object() {
            Ok(false) => None,
            Ok(true) if self.too_large => Some(Err(Broken::TooLarge)),
            Ok(true) => Some(Ok(&self.object)),
            Err(broken) => {
                if matches!(broken, Broken::CutOff | Broken::Read(_)) {
                    self.place = Place::Ended;
                }
                Some(Err(broken))
            }
        }
    }

    fn find_object(&mut self) -> Result<bool, Broken> {
        loop {
            let byte = match (self.place, self.skip_blank()?) {
                (Place::Ended, _) | (Place::Outside, None) => return Ok(false),
                (_, None) => return Err(Broken::CutOff),
                (_, Some(byte)) => byte,
            };
            match (byte, self.place) {
                (b'{', _) => {
                    self.count += 1;
                    if self.read_object()? {
                        return Ok(true);
                    }
                    // It was the object around a list, not one of the list's.
                    self.count -= 1;
                }
                (b'[', Place::Outside) => {
                    self.at += 1;
                    self.place = Place::List { wrapped: false };
                }
                (b']', Place::List { wrapped }) => {
                    self.at += 1;
                    self.place = Place::Outside;
                    if wrapped {
                        self.skip_rest()?;
                    }
                }
                // Between elements, and before each object of a JSON text sequence (RFC 7464).
                (b',' | 0x1e, _) => self.at += 1,
                _ => {
                    self.count += 1;
                    self.skip_other()?;
                    return Err(Broken::NotAnObject);
                }
            }
        }
    }

    /// Reads the object that begins here. Returns false when it turns out to hold the list.
    fn read_object(&mut self) -> Result<bool, Broken> {
        self.object.clear();
        self.too_large = false;
        let (mut depth, mut key_next) = (0u64, false);
        while let Some(byte) = self.next_byte()? {
            self.keep(byte);
            match byte {
                b'{' | b'[' => {
                    depth += 1;
                    key_next = depth == 1;
                }
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(true);
                    }
                }
                b',' => key_next = depth == 1,
                b'"' => {
                    let from = self.object.len();
                    self.read_string()?;
                    if std::mem::take(&mut key_next)
                        && let Some(wraps) = self.unwrap_member(from)?
                    {
                        return Ok(wraps);
                    }
                }
                _ => {}
            }
        }
        Err(Broken::CutOff)
    }

    /// Looks at a member name that ends the kept text: if the member is what is looked for, goes
    /// on with it in place of the object around it.
    fn unwrap_member(&mut self, from: usize) -> Result<Option<bool>, Broken> {
        let name = self
            .object
            .get(from..self.object.len().saturating_sub(1))
            .unwrap_or_default();
        let (is_one, is_many) = (name == self.one, name == self.many);
        if !is_one && !is_many || self.skip_blank()? != Some(b':') {
            return Ok(None);
        }
        self.keep(b':');
        self.at += 1;
        match self.skip_blank()? {
            Some(b'[') if is_many && self.place == Place::Outside => {
                self.at += 1;
                self.place = Place::List { wrapped: true };
                Ok(Some(false))
            }
            Some(b'{') if is_one => {
                self.object.clear();
                self.copy_balanced()?;
                self.skip_rest()?;
                Ok(Some(true))
            }
            _ => Ok(None),
        }
    }

    /// Keeps the bracketed value that begins here.
    fn copy_balanced(&mut self) -> Result<(), Broken> {
        let mut depth = 0u64;
        while let Some(byte) = self.next_byte()? {
            self.keep(byte);
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                b'"' => self.read_string()?,
                _ => {}
            }
        }
        Err(Broken::CutOff)
    }

    /// Passes over the further members of the object around, and its closing bracket.
    fn skip_rest(&mut self) -> Result<(), Broken> {
        let kept = std::mem::take(&mut self.object);
        let (was_too_large, mut depth) = (self.too_large, 1u64);
        while depth > 0 {
            match self.next_byte()?.ok_or(Broken::CutOff)? {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                b'"' => {
                    self.read_string()?;
                    self.object.clear();
                }
                _ => {}
            }
        }
        self.object = kept;
        self.too_large = was_too_large;
        Ok(())
    }

    /// Passes over something that is no object: in a list up to the next element, else the line.
    fn skip_other(&mut self) -> Result<(), Broken> {
        let in_list = self.place != Place::Outside;
        let mut depth = 0u64;
        while let Some(byte) = self.peek()? {
            match byte {
                b',' | b']' if in_list && depth == 0 => break,
                b'\n' if !in_list => break,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'"' if in_list => {
                    self.at += 1;
                    self.read_string()?;
                    self.object.clear();
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Reads a string whose opening quotation mark is taken, with its closing one.
    fn read_string(&mut self) -> Result<(), Broken> {
        loop {
            let Some(_) = self.peek()? else {
                return Err(Broken::CutOff);
            };
            let rest = &self.buffer[self.at..self.end];
            let (length, byte) = match memchr::memchr2(b'"', b'\\', rest) {
                Some(at) => (at + 1, Some(rest[at])),
                None => (rest.len(), None),
            };
            if self.object.len() + length <= OBJECT_BYTES_MAX {
                self.object.extend_from_slice(&rest[..length]);
            } else {
                self.too_large = true;
            }
            self.at += length;
            match byte {
                Some(b'"') => return Ok(()),
                Some(_) => {
                    let escaped = self.next_byte()?.ok_or(Broken::CutOff)?;
                    self.keep(escaped);
                }
                None => {}
            }
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.object.len() < OBJECT_BYTES_MAX {
            self.object.push(byte);
        } else {
            self.too_large = true;
        }
    }

    fn skip_blank(&mut self) -> io::Result<Option<u8>> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.at += 1;
        }
        Ok(None)
    }

    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        self.at += usize::from(byte.is_some());
        Ok(byte)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.at == self.end {
            self.at = 0;
            self.end = 0;
            self.end = self.input.read(&mut self.buffer)?;
        }
        Ok(self.buffer[self.at..self.end].first().copied())
    }
}

impl<R> Objects<R> {
    /// Returns how many objects there were so far, broken ones included.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.input.bytes_read()
    }

    pub(crate) fn encoding(&self) -> TextEncoding {
        self.input.encoding()
    }

    pub(crate) fn is_damaged(&self) -> bool {
        self.input.is_damaged()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let mut objects = Objects::new(Decoder::new(text.as_bytes()).unwrap(), "order", "orders");
        let mut found = Vec::new();
        while let Some(next) = objects.next_object() {
            found.push(match next {
                Ok(text) => String::from_utf8(text.to_vec()).unwrap(),
                Err(Broken::NotAnObject) => "other".into(),
                Err(Broken::TooLarge) => "large".into(),
                Err(Broken::CutOff) => "cut".into(),
                Err(Broken::Read(_)) => "read".into(),
            });
        }
        found
    }

    #[test]
    fn objects_are_found_in_every_wrapping() {
        for text in [
            r#"{"a":1}{"b":"}{"}"#,
            "{\"a\":1}\n{\"b\":\"}{\"}\r\n",
            r#"[{"a":1},{"b":"}{"}]"#,
            r#"{"orders":[{"a":1},{"b":"}{"}]}"#,
            r#" { "count" : [2, {}], "orders" : [ {"a":1} , {"b":"}{"} ] , "more" : {"x":"]"} } "#,
            r#"{"order":{"a":1}}{"x":{},"order":{"b":"}{"},"y":"}"}"#,
            r#"[{"order":{"a":1}},{"order":{"b":"}{"}}]"#,
        ] {
            assert_eq!(read(text), [r#"{"a":1}"#, r#"{"b":"}{"}"#], "{text}");
        }
        assert_eq!(read(r#"{"orders":[]}"#), [""; 0]);
        assert_eq!(read(r#"{"order":null,"orders":2}"#).len(), 1);
    }

    #[test]
    fn what_is_broken_does_not_end_the_input() {
        assert_eq!(read("{}\nnot json {\n{}"), ["{}", "other", "{}"]);
        assert_eq!(
            read(r#"[1,"a,]b",{},null,[[{}],2],{}]"#)
                .iter()
                .filter(|o| *o == "{}")
                .count(),
            2
        );
        assert_eq!(read(r#"[{"a":1},{"b""#), [r#"{"a":1}"#, "cut"]);
        assert_eq!(read(r#"[{"a":1}"#), [r#"{"a":1}"#, "cut"]);
        let large = format!("[{{\"a\":\"{}\"}},{{}}]", "x".repeat(OBJECT_BYTES_MAX));
        assert_eq!(read(&large), ["large", "{}"]);
        assert_eq!(read(&"[".repeat(1 << 20)), ["other", "cut"]);
        assert_eq!(read(&"{\"a\":".repeat(1 << 20)), ["cut"]);
    }
}
