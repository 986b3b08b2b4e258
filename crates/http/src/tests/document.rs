//! The OpenAPI document and the pages made from it.

use crate::openapi_json;
use crate::problem::ProblemKind;
use crate::testing::TestServer;
use serde_json::Value;
use std::path::Path;

#[test]
fn the_committed_document_is_the_generated_one() {
    let generated = openapi_json(&TestServer::start().settings);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "docs/openapi.json is out of date: run UPDATE_OPENAPI=1 cargo test -p lethe-http"
    );
}

#[test]
fn every_operation_is_documented_with_a_summary_an_id_and_a_tag() {
    let server = TestServer::start();
    let document: Value = serde_json::from_str(&openapi_json(&server.settings)).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = std::collections::HashSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(!path.contains('*'), "{path}");
        for operation in item.as_object().unwrap().values() {
            assert!(operation["summary"].is_string(), "{path}");
            assert!(operation["tags"][0].is_string(), "{path}");
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
        }
    }
}

#[tokio::test]
async fn the_reference_page_shows_every_operation_and_loads_nothing_from_elsewhere() {
    let server = TestServer::start();
    let document = server.get("/openapi.json", None).await.ok().json();
    let page = server.get("/docs", None).await.ok();
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'; style-src 'self'")
    );
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(page.text().contains(path), "{path}");
    }
    let optional = "<a href=\"#ErasureDone\">ErasureDone</a> or null";
    assert!(
        page.text().contains(optional),
        "what may be null has a kind"
    );
    for forbidden in ["<script", "http://", "https://", "style=", "onclick"] {
        assert!(!page.text().contains(forbidden), "{forbidden}");
    }
    assert_eq!(
        server
            .get("/docs/style.css", None)
            .await
            .ok()
            .header("content-type"),
        "text/css"
    );
}

#[tokio::test]
async fn the_type_of_every_problem_leads_to_its_section() {
    let server = TestServer::start();
    let page = server.get("/docs/problems", None).await.ok();
    for kind in ProblemKind::ALL {
        assert!(
            page.text()
                .contains(&format!("<h2 id=\"{}\">", kind.code())),
            "{kind:?}"
        );
    }
}
