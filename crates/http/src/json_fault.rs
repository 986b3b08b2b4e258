//! What is wrong with a JSON body, said without a word of it.
//!
//! `serde_json` quotes the offending value in its messages. Only its place, and those parts of a
//! message that come from this program's own types, are passed on.

use serde_json::Error;
use serde_json::error::Category;

/// Describes an error of `serde_json` by place and expectation.
pub(crate) fn describe(error: &Error) -> String {
    let what = match error.classify() {
        Category::Eof => "the JSON ends too early".to_owned(),
        Category::Data => fault(&error.to_string()),
        Category::Syntax | Category::Io => "the body is not JSON".to_owned(),
    };
    match (error.line(), error.column()) {
        (0, _) => what,
        (line, column) => format!("{what} (line {line}, column {column})"),
    }
}

fn fault(message: &str) -> String {
    // The names of missing and repeated members are those of our own types.
    for known in ["missing field `", "duplicate field `"] {
        let name = message
            .strip_prefix(known)
            .and_then(|rest| rest.split('`').next());
        if let Some(name) = name {
            return format!("{known}{name}`");
        }
    }
    let expected = expectation(message);
    if message.starts_with("unknown field") {
        return format!("a member is not known here; expected {expected}");
    }
    format!("a value is not of the right kind; expected {expected}")
}

/// Returns what was expected: the last part of a message, after whatever it quotes.
fn expectation(message: &str) -> &str {
    let tail = message.rsplit("expected ").next().unwrap_or_default();
    let tail = tail.split(" at line ").next().unwrap_or_default();
    if tail.len() == message.len() {
        "what /docs says"
    } else {
        tail
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Body {
        token: String,
        fields: Vec<String>,
        people: u32,
    }

    fn refusal(json: &str) -> String {
        describe(&serde_json::from_str::<Body>(json).unwrap_err())
    }

    #[test]
    fn faults_name_their_place_and_the_expectation() {
        insta::assert_snapshot!(refusal("{\"token\": 7}"), @"a value is not of the right kind; expected a string (line 1, column 11)");
        insta::assert_snapshot!(refusal("{}"), @"missing field `token` (line 1, column 2)");
        insta::assert_snapshot!(refusal("{\"token\": \"a\",\n\"token\": \"b\"}"), @"duplicate field `token` (line 2, column 7)");
        insta::assert_snapshot!(refusal("{\"mail\": 1}"), @"a member is not known here; expected one of `token`, `fields`, `people` (line 1, column 7)");
        insta::assert_snapshot!(refusal("{\"token\": \"a"), @"the JSON ends too early (line 1, column 12)");
        insta::assert_snapshot!(refusal("token=a"), @"the body is not JSON (line 1, column 2)");
        insta::assert_snapshot!(refusal("{\"people\": -1}"), @"a value is not of the right kind; expected u32 (line 1, column 13)");
    }

    #[test]
    fn no_fault_repeats_what_was_sent() {
        let marked = [
            "{\"people\": \"Zq7 expected Zq7 at line Zq7\"}",
            "{\"people\": \"missing field `Zq7`\"}",
            "{\"Zq7`, expected `Zq7\": 1}",
            "{\"Zq7\": 1}",
            "{\"fields\": \"Zq7\"}",
            "{\"fields\": [\"Zq7\", {\"Zq7\": \"Zq7\"}]}",
            "\"Zq7\"",
            "Zq7",
            "{\"token\": \"Zq7",
            "{\"token\": \"Zq7\" \"Zq7\"}",
            "[\"Zq7\", \"Zq7\"]",
        ];
        for json in marked {
            let text = refusal(json);
            assert!(!text.contains("Zq7"), "{text}");
        }
    }
}
