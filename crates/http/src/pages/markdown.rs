//! The part of Markdown that `docs/problems.md` uses: headings, paragraphs, lists, code spans.

use super::html::{escape, inline};

/// Renders a text. A heading of the second level is its own anchor.
pub(super) fn render(markdown: &str) -> String {
    let blocks = markdown.split("\n\n").map(str::trim);
    blocks
        .filter(|block| !block.is_empty())
        .map(block)
        .collect()
}

fn block(text: &str) -> String {
    if let Some(code) = text.strip_prefix("## ") {
        let code = escape(code);
        return format!("<h2 id=\"{code}\"><a href=\"#{code}\">{code}</a></h2>\n");
    }
    if let Some(title) = text.strip_prefix("# ") {
        return format!("<h1>{}</h1>\n", inline(title));
    }
    if let Some(items) = text.strip_prefix("- ") {
        let items = items
            .split("\n- ")
            .map(|item| format!("<li>{}</li>\n", inline(&joined(item))));
        return format!("<ul>\n{}</ul>\n", items.collect::<String>());
    }
    format!("<p>{}</p>\n", inline(&joined(text)))
}

fn joined(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_used_part_of_markdown_is_rendered() {
        let text = "# Title\n\n## a-code\n\nOne\ntwo `x<y`.\n\n- a\n- b\n  c\n";
        insta::assert_snapshot!(render(text), @r##"
        <h1>Title</h1>
        <h2 id="a-code"><a href="#a-code">a-code</a></h2>
        <p>One two <code>x&lt;y</code>.</p>
        <ul>
        <li>a</li>
        <li>b c</li>
        </ul>
        "##);
    }
}
