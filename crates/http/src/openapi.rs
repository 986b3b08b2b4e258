//! The OpenAPI 3.1 document: gathered from the handlers, completed here.

use crate::problem::{PROBLEM_JSON, ProblemDocument, ProblemKind};
use crate::routes;
use crate::settings::Settings;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

/// The parts that belong to no handler.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lethe",
        description = "The customer database that forgets: personal data sealed, every reveal logged first.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemDocument)),
    tags(
        (name = "orders and subjects", description = "Orders and people as tokens: opaque, and different for every recipient."),
        (name = "personal data", description = "Reveal and look-up. Each begins with a durable entry in the access log."),
        (name = "forgetting", description = "Policy, retention, erasure, legal holds, and the archive with its approvals."),
        (name = "keys", description = "API keys: fields, purposes, powers, a daily quota of distinct people, an expiry."),
        (name = "people", description = "People who log in with a password and a code, and act under their role's grant."),
        (name = "access log", description = "A transparency log in C2SP's formats: prefix `/v1/log`."),
        (name = "catalogue", description = "What grants and requests can name."),
        (name = "operation", description = "Health, metrics, numbers, this document."),
    )
)]
pub(crate) struct Frame;

/// Returns the OpenAPI document as committed in `docs/openapi.json`.
pub fn openapi_json(settings: &Settings) -> String {
    let document = routes::documented(settings).into_openapi();
    to_text(&complete(document))
}

/// Adds what every operation has: the frame, authentication, problem documents.
pub(crate) fn complete(gathered: Document) -> Value {
    let mut document = Frame::openapi();
    document.merge(gathered);
    let mut document = serde_json::to_value(document).expect("documents serialise");
    document["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    document["components"]["securitySchemes"] = json!({ "api_key": {
        "type": "http", "scheme": "bearer", "bearerFormat": "lethe_sk_… or lethe_ss_…",
        "description": "An API key, or the session of somebody who logged in. Never in a web page: requests from browsers are refused."
    }});
    document["components"]["responses"] = json!({ "Problem": problem_response() });
    let Some(paths) = document["paths"].as_object_mut() else {
        return document;
    };
    // The router's way of writing a parameter that spans slashes is not OpenAPI's.
    *paths = std::mem::take(paths)
        .into_iter()
        .map(|(path, item)| (path.replace("{*", "{"), item))
        .collect();
    let operations = paths.values_mut().filter_map(Value::as_object_mut);
    operations.flat_map(Map::values_mut).for_each(|operation| {
        operation["responses"]["default"] = json!({ "$ref": "#/components/responses/Problem" });
    });
    document
}

pub(crate) fn to_text(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("documents serialise");
    text.push('\n');
    text
}

fn problem_response() -> Value {
    let codes: Vec<String> = ProblemKind::ALL
        .iter()
        .map(|kind| format!("`{}` ({})", kind.code(), kind.status().as_u16()))
        .collect();
    json!({
        "description": format!("A problem document (RFC 9457). Codes: {}.", codes.join(", ")),
        "headers": { "Retry-After": {
            "description": "With 429 and 503: after how many seconds to try again.",
            "schema": { "type": "integer" }
        }},
        "content": { PROBLEM_JSON: { "schema": { "$ref": "#/components/schemas/ProblemDocument" } } }
    })
}
