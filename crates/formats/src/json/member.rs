//! The members of an object, each read as what it should be.
//!
//! A member is kept as its own text until then. So a number of any length stays exact, and an error
//! can name the member without showing what stood in it, as the parser's own messages would.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

use crate::code;
use crate::error::Fault;

/// The text of a member, where it is there and not null.
pub(crate) type Member<'a> = Option<&'a RawValue>;

/// Reads an object whose members are [`Member`]s.
pub(crate) fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Fault> {
    if !text.trim_start().starts_with('{') {
        return Err(TYPE);
    }
    serde_json::from_str(text).map_err(|error| match error.classify() {
        // Every member takes any value, so what is left is a name that stands twice.
        serde_json::error::Category::Data => DUPLICATE,
        _ => INVALID,
    })
}

/// Reads a list; a member that is not there is an empty one.
pub(crate) fn list<'a>(member: Member<'a>) -> Result<Vec<&'a RawValue>, Fault> {
    let Some(raw) = member else {
        return Ok(Vec::new());
    };
    serde_json::from_str(raw.get()).map_err(|_| TYPE)
}

/// Reads a string, or a number or flag as its text; blank is nothing.
pub(crate) fn text<'a>(member: Member<'a>) -> Result<Option<Cow<'a, str>>, Fault> {
    let Some(raw) = member else { return Ok(None) };
    let text = match raw.get().as_bytes().first() {
        Some(b'"') => {
            serde_json::from_str::<Text<'_>>(raw.get())
                .map_err(|_| INVALID)?
                .0
        }
        Some(b'0'..=b'9' | b'-' | b't' | b'f') => Cow::Borrowed(raw.get()),
        _ => return Err(TYPE),
    };
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

/// Borrows where the string has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

const TYPE: Fault = Fault::new(
    code::MEMBER_TYPE,
    "the member is not of the kind that Shopify's API gives: check where this file was made",
);
const DUPLICATE: Fault = Fault::new(
    code::JSON_DUPLICATE,
    "a member stands twice in one object, and which one counts cannot be known: remove one",
);
pub(crate) const INVALID: Fault = Fault::new(
    code::JSON_INVALID,
    "this is not valid JSON: get the response again, and keep it as it came",
);
