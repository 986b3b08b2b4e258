//! Passwords, where a text says that one follows.

use super::findings::{Finding, Kind};
use super::keywords::{Topic, Words};

const LENGTH_MIN: usize = 3;
const VERBS: [&str; 8] = ["is", "est", "ist", "es", "è", "é", "jest", "je"];

/// Finds what stands after the word for a password and a `:` or `=`.
///
/// Without that sign too much ordinary text would go ("I forgot my password yesterday").
pub(super) fn find(text: &str, words: &Words, found: &mut Vec<Finding>) {
    // A word within a value is passed over: else each of many would read to the end of the text.
    let mut covered = 0;
    for word in words.of(Topic::Password) {
        if word.start < covered {
            continue;
        }
        let Some(start) = after_sign(text, word.end) else {
            continue;
        };
        let span = start..start + value_length(&text[start..]);
        // What was masked before stays as it is.
        if span.len() >= LENGTH_MIN && !text[start..].starts_with("[removed: ") {
            covered = span.end;
            found.push(Finding {
                kind: Kind::Password,
                span,
            });
        }
    }
}

/// Returns where the value begins, after `" is" ":"`, closing quotation marks and spaces.
fn after_sign(text: &str, from: usize) -> Option<usize> {
    let mut rest = text[from..].trim_start_matches(['"', '\'', '`', '*', '_', ')', ']']);
    rest = trim_blank(rest);
    for verb in VERBS {
        if let Some(after) = rest.strip_prefix(verb)
            && after.starts_with([' ', ':', '='])
        {
            rest = trim_blank(after);
            break;
        }
    }
    let rest = trim_blank(rest.strip_prefix([':', '=', '：', '＝'])?);
    Some(text.len() - rest.len())
}

fn trim_blank(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\u{a0}', '\u{202f}', '\u{3000}', '*'])
}

/// The value is what stands in quotation marks, or else up to the next white space.
fn value_length(text: &str) -> usize {
    if let Some(mark @ ('"' | '\'' | '`')) = text.chars().next() {
        let ends = text[1..].find([mark, '\n']).map(|at| at + 1);
        if let Some(end) = ends.filter(|end| text[*end..].starts_with(mark)) {
            return end + 1;
        }
    }
    let token = text.split(char::is_whitespace).next().unwrap_or_default();
    token.trim_end_matches([',', ';', ')', ']', '}', '"']).len()
}
