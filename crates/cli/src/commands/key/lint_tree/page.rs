//! The scripts that a page names.

use super::address::Address;

/// No tag is longer, and no page names more scripts: a hostile page must not take hours.
const TAG_MAX: usize = 4096;
const SCRIPTS_MAX: usize = 1000;

/// Returns the scripts of a page at this address, in their order, each once.
///
/// Read are `<script src>` and `<link>` that preloads a script, under the first `<base href>`. A
/// reference in a comment or a string counts too: to look there does no harm.
pub(super) fn scripts(page: &str, at: &Address) -> Vec<Address> {
    let mut base = at.clone();
    let mut has_base = false;
    let mut scripts: Vec<Address> = Vec::new();
    for (start, _) in page.match_indices('<') {
        if scripts.len() == SCRIPTS_MAX {
            break;
        }
        let tag = &page[start + 1..];
        let tag = &tag[..tag.floor_char_boundary(TAG_MAX)];
        let end = tag
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(tag.len());
        let (name, rest) = tag.split_at(end);
        let reference = match name.to_ascii_lowercase().as_str() {
            "script" => attribute(rest, "src"),
            "link" if preloads_script(rest) => attribute(rest, "href"),
            "base" if !has_base => {
                let href = attribute(rest, "href").and_then(|href| at.resolve(&href));
                has_base = href.is_some();
                base = href.unwrap_or(base);
                None
            }
            _ => None,
        };
        let script = reference.and_then(|reference| base.resolve(&reference));
        scripts.extend(script.filter(|script| !scripts.contains(script)));
    }
    scripts
}

fn preloads_script(attributes: &str) -> bool {
    let has = |name: &str, wanted: &str| {
        attribute(attributes, name).is_some_and(|value| value.eq_ignore_ascii_case(wanted))
    };
    has("rel", "modulepreload")
        || (has("rel", "preload") || has("rel", "prefetch")) && has("as", "script")
}

/// Reads one attribute of a tag that goes on to its `>`.
fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return None;
        }
        // A name has at least one character, so that this comes to an end.
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/');
        let end = rest[first..].find(ends).map_or(rest.len(), |at| first + at);
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.trim_start().strip_prefix('=') {
            Some(after) => value(after.trim_start()),
            None => ("", after),
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value.replace("&amp;", "&"));
        }
        rest = after;
    }
}

/// Splits an attribute's value from what comes after it.
fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let ends = |c: char| c.is_ascii_whitespace() || c == '>';
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(page: &str) -> Vec<String> {
        let at = Address::parse("https://shop.example/de/").unwrap();
        scripts(page, &at).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn scripts_are_found_however_they_are_written() {
        let page = "<!doctype html><SCRIPT defer SRC='/a.js?x=1&amp;y=2'></SCRIPT>\
            <script type=module src=b.js></script><script>inline</script>\
            <link rel=modulepreload href=\"../c.js\"><link rel=stylesheet href=style.css>\
            <link rel='preload' as='script' href='//cdn.example/d.js'>\
            <script data-src=no.js src = \"/a.js?x=1&y=2\"></script>";
        let expected = [
            "https://shop.example/a.js?x=1&y=2",
            "https://shop.example/de/b.js",
            "https://shop.example/c.js",
            "https://cdn.example/d.js",
        ];
        assert_eq!(found(page), expected);
    }

    #[test]
    fn references_are_relative_to_the_base_of_the_page() {
        let page = "<base href=/app/><base href=/other/><script src=main.js></script>";
        assert_eq!(found(page), ["https://shop.example/app/main.js"]);
    }

    #[test]
    fn broken_pages_are_read_without_a_panic() {
        for page in [
            "<",
            "<script",
            "<script src",
            "<script src=",
            "<script src='",
            "<script =\u{e9}=>",
            "<script / = />",
        ] {
            found(page);
        }
    }
}
