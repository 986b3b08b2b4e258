//! `POST /v1/keys/{id}/narrow`: a narrower grant for a living key.

use super::KeyDocument;
use super::grant::parse_grant;
use crate::app::Shared;
use crate::caller::Caller;
use crate::extract::{InPath, JsonBody};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use lethe_ops::{CredentialView, GrantText};
use serde::Deserialize;
use utoipa::ToSchema;

/// What the key may do from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "to_use": true }))]
pub(crate) struct NarrowRequest {
    /// Narrow it to what it has used in 90 days, as the lint proposes.
    #[serde(default)]
    to_use: bool,
    /// Or the whole grant that it shall have.
    #[serde(default)]
    #[schema(value_type = Option<super::grant::GrantDocument>)]
    grant: Option<GrantText>,
}

/// Gives a key a narrower grant. The next request with it is measured by that.
///
/// Needs the power `keys`. A grant that is wider in anything is refused: make a new key instead.
#[utoipa::path(
    post,
    path = "/v1/keys/{id}/narrow",
    tag = "keys",
    params(("id" = String, Path, description = "The key's id.")),
    request_body = NarrowRequest,
    responses((status = 200, description = "The key.", body = KeyDocument)),
    security(("api_key" = []))
)]
pub(crate) async fn narrow_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    InPath(id): InPath<String>,
    JsonBody(request): JsonBody<NarrowRequest>,
) -> Result<Json<CredentialView>, Problem> {
    let grant = match (&request.grant, request.to_use) {
        (Some(text), false) => Some(parse_grant(text)?),
        (None, true) => None,
        _ => {
            return Err(Problem::invalid(
                "grant",
                "either this or `to_use` must be given",
            ));
        }
    };
    let narrow = app.run(move |vault| {
        let grant = match grant {
            Some(grant) => grant,
            None => vault.proposed_grant(&credential, &id)?,
        };
        vault.narrow_credential(&credential, &id, grant)
    });
    Ok(Json(narrow.await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;
    use lethe_model::Power;
    use serde_json::json;

    #[tokio::test]
    async fn a_grant_is_narrowed_at_once_and_never_widened() {
        let server = TestServer::start();
        let (keeper, key) = (
            server.key(&[Power::Keys]),
            server.key(&[Power::List, Power::Audit]),
        );
        let path = format!("/v1/keys/{}/narrow", key.id);
        server.get("/v1/orders", Some(&key)).await.ok();
        let narrowed = server
            .post(&path, Some(&keeper), json!({ "to_use": true }))
            .await
            .ok();
        assert_eq!(narrowed.json()["grant"]["powers"], json!(["list"]));
        let answer = server.get("/v1/log/entries", Some(&key)).await;
        assert_eq!(answer.problem(), "power-not-granted");
        let wider = json!({ "grant": {
            "fields": [], "purposes": [], "powers": ["list", "audit"],
            "expires_at_ms": server.clock.in_days(30)
        }});
        let answer = server.post(&path, Some(&keeper), wider).await;
        assert_eq!(answer.problem(), "invalid-input");
        let nothing = server.post(&path, Some(&keeper), json!({})).await;
        assert_eq!(nothing.problem(), "invalid-input");
    }
}
