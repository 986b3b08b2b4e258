//! Whether answers are what the OpenAPI document says. Called by the harness for every answer.

use crate::testing::{Answer, TestServer};
use crate::{Settings, openapi_json};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use serde_json::Value;
use std::sync::OnceLock;

/// Checks an answer of a documented operation against its schema.
pub(crate) fn check(settings: &Settings, method: &Method, path: &str, answer: &Answer) {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| serde_json::from_str(&openapi_json(settings)).unwrap());
    let Some(operation) = operation(document, method, path) else {
        return;
    };
    let media_type = answer.header("content-type").split(';').next().unwrap();
    let responses = &operation["responses"];
    let response = responses
        .get(answer.status.as_str())
        .unwrap_or(&document["components"]["responses"]["Problem"]);
    if answer.body.is_empty() && response["description"].is_string() {
        assert!(
            response.get("content").is_none(),
            "{method} {path}: no body"
        );
        return;
    }
    let content = &response["content"][media_type];
    assert!(
        !content.is_null(),
        "{method} {path}: {} {media_type}",
        answer.status
    );
    if media_type.ends_with("json") {
        fits(
            document,
            &content["schema"],
            &answer.json(),
            &format!("{method} {path}"),
        );
    }
}

fn operation<'d>(document: &'d Value, method: &Method, path: &str) -> Option<&'d Value> {
    let paths = document["paths"].as_object()?;
    let exact = paths.get(path);
    let item = exact.or_else(|| {
        let template = paths.keys().find(|template| matches(template, path))?;
        paths.get(template)
    });
    item?.get(method.as_str().to_lowercase())
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(path)
            .all(|(wanted, given)| wanted.starts_with('{') || *wanted == given)
}

/// Holds a value against the part of JSON Schema that the document uses.
fn fits(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        let schema = &document["components"]["schemas"][name];
        assert!(!schema.is_null(), "{place}: {reference} leads nowhere");
        return fits(document, schema, value, place);
    }
    // What may be null is one of two shapes.
    if let Some(shapes) = schema["oneOf"].as_array() {
        let shape = shapes.iter().find(|one| one["type"] != "null");
        return match shape {
            Some(shape) if !value.is_null() => fits(document, shape, value, place),
            _ => (),
        };
    }
    if let Some(kind) = schema.get("type") {
        let kinds = match kind {
            Value::Array(kinds) => kinds.clone(),
            kind => vec![kind.clone()],
        };
        let is = |kind: &Value| match kind.as_str().unwrap() {
            "null" => value.is_null(),
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            other => panic!("{place}: type {other}"),
        };
        assert!(kinds.iter().any(is), "{place}: not a {kind}");
    }
    for item in value.as_array().into_iter().flatten() {
        fits(document, &schema["items"], item, &format!("{place}[]"));
    }
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    for required in schema["required"].as_array().into_iter().flatten() {
        assert!(
            value.get(required.as_str().unwrap()).is_some(),
            "{place}: no {required}"
        );
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let schema = properties.get(name);
        let schema = schema.unwrap_or_else(|| panic!("{place}: {name} is not in the document"));
        fits(document, schema, value, &format!("{place}.{name}"));
    }
}

#[test]
#[should_panic(expected = "/v1/status: secret is not in the document")]
fn a_member_that_the_document_does_not_know_is_noticed() {
    let server = TestServer::start();
    let answer = Answer {
        status: StatusCode::OK,
        headers: [(CONTENT_TYPE, HeaderValue::from_static("application/json"))]
            .into_iter()
            .collect(),
        body: br#"{"stores":[],"log_entries":1,"log_key":"a","secret":1}"#.to_vec(),
    };
    check(&server.settings, &Method::GET, "/v1/status", &answer);
}
