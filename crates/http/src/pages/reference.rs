//! The reference page: an OpenAPI document, readable.

use super::html::{escape, inline};
use serde_json::Value;
use std::fmt::Write;

const METHODS: [&str; 3] = ["get", "post", "delete"];

/// Renders a document.
pub(super) fn render(document: &Value) -> String {
    let mut page = String::new();
    let info = &document["info"];
    push(
        &mut page,
        format_args!(
            "<h1>{} {}</h1>",
            text(&info["title"]),
            text(&info["version"])
        ),
    );
    push(
        &mut page,
        format_args!("<p>{}</p>", text(&info["description"])),
    );
    contents(&mut page, document);
    for tag in items(&document["tags"]) {
        let name = text(&tag["name"]);
        push(
            &mut page,
            format_args!("<h2>{name}</h2>\n<p>{}</p>", text(&tag["description"])),
        );
        for (path, method, operation) in operations(document) {
            if operation["tags"][0] == tag["name"] {
                section(&mut page, path, method, operation);
            }
        }
    }
    push(&mut page, format_args!("<h2>Shapes</h2>"));
    for (name, schema) in members(&document["components"]["schemas"]) {
        shape(&mut page, name, schema);
    }
    page
}

fn contents(page: &mut String, document: &Value) {
    page.push_str("<ul class=\"contents\">\n");
    for (path, method, operation) in operations(document) {
        let (id, summary) = (text(&operation["operationId"]), text(&operation["summary"]));
        let (method, path) = (method.to_uppercase(), escape(path));
        push(
            page,
            format_args!("<li><a href=\"#{id}\"><b>{method}</b> {path}</a> {summary}</li>"),
        );
    }
    page.push_str("</ul>\n");
}

fn section(page: &mut String, path: &str, method: &str, operation: &Value) {
    let id = text(&operation["operationId"]);
    let (method, path) = (method.to_uppercase(), escape(path));
    push(
        page,
        format_args!("<section id=\"{id}\">\n<h3><b>{method}</b> {path}</h3>"),
    );
    push(page, format_args!("<p>{}</p>", text(&operation["summary"])));
    if let Some(description) = operation["description"].as_str() {
        push(page, format_args!("<p>{}</p>", inline(description)));
    }
    let key = if operation["security"].is_array() {
        "Needs an API key."
    } else {
        "Needs no key."
    };
    push(page, format_args!("<p class=\"key\">{key}</p>"));
    let parameters = items(&operation["parameters"]);
    if !parameters.is_empty() {
        page.push_str("<table>\n");
        for parameter in parameters {
            let kind = format!(
                "{} {}",
                kind_of(&parameter["schema"]),
                text(&parameter["in"])
            );
            row(
                page,
                &text(&parameter["name"]),
                &kind,
                &text(&parameter["description"]),
            );
        }
        page.push_str("</table>\n");
    }
    for (_, content) in members(&operation["requestBody"]["content"]) {
        push(
            page,
            format_args!("<p>Body: {}</p>", kind_of(&content["schema"])),
        );
        example(page, &content["example"]);
    }
    for (status, response) in members(&operation["responses"]) {
        answer(page, status, response);
    }
    page.push_str("</section>\n");
}

fn answer(page: &mut String, status: &str, response: &Value) {
    if status == "default" {
        page.push_str("<p>Otherwise a <a href=\"/docs/problems\">problem document</a>.</p>\n");
        return;
    }
    let description = text(&response["description"]);
    push(
        page,
        format_args!("<p><b>{}</b> {description}</p>", escape(status)),
    );
    for (media_type, content) in members(&response["content"]) {
        let kind = kind_of(&content["schema"]);
        push(page, format_args!("<p>{}: {kind}</p>", escape(media_type)));
    }
}

fn shape(page: &mut String, name: &str, schema: &Value) {
    let name = escape(name);
    push(
        page,
        format_args!("<section id=\"{name}\">\n<h3>{name}</h3>"),
    );
    push(
        page,
        format_args!("<p>{}</p>\n<table>", text(&schema["description"])),
    );
    for (property, of) in members(&schema["properties"]) {
        let is_required = items(&schema["required"]).iter().any(|one| one == property);
        let optional = if is_required { "" } else { ", optional" };
        let kind = format!("{}{optional}", kind_of(of));
        row(page, &escape(property), &kind, &text(description(of)));
    }
    page.push_str("</table>\n");
    example(page, &schema["example"]);
    page.push_str("</section>\n");
}

/// Finds the description of a member: where it may be null, it stands beside the other shape.
fn description(schema: &Value) -> &Value {
    let nested = items(&schema["oneOf"])
        .iter()
        .map(|one| &one["description"]);
    let mut all = std::iter::once(&schema["description"]).chain(nested);
    all.find(|one| one.is_string()).unwrap_or(&Value::Null)
}

/// Says what a value is: its type, or a link to its shape.
fn kind_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = escape(reference.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    if let Some(shapes) = schema["oneOf"].as_array() {
        return shapes.iter().map(kind_of).collect::<Vec<_>>().join(" or ");
    }
    if schema["type"] == "array" {
        return format!("list of {}", kind_of(&schema["items"]));
    }
    match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(" or "),
        one => text(one),
    }
}

fn row(page: &mut String, name: &str, kind: &str, description: &str) {
    push(
        page,
        format_args!("<tr><td><code>{name}</code></td><td>{kind}</td><td>{description}</td></tr>"),
    );
}

fn example(page: &mut String, example: &Value) {
    if !example.is_null() {
        let example = serde_json::to_string_pretty(example).unwrap_or_default();
        push(page, format_args!("<pre>{}</pre>", escape(&example)));
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &'static str, &Value)> {
    members(&document["paths"]).flat_map(|(path, item)| {
        METHODS
            .into_iter()
            .filter_map(move |method| Some((path, method, item.get(method)?)))
    })
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value))
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    inline(value.as_str().unwrap_or_default())
}

fn push(page: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(page, "{line}").expect("a String takes everything");
}
