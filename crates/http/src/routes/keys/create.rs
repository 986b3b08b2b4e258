//! `POST /v1/keys`: makes a key.

use super::NewKey;
use crate::app::Shared;
use crate::extract::JsonBody;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::routes::fields::{parse_fields, parse_purpose};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use lethe_model::{Grant, Power, PowerSet, PurposeSet};
use lethe_ops::NewCredential;
use serde::Deserialize;
use utoipa::ToSchema;

/// A key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "recipient": "warehouse", "powers": ["reveal", "list"],
    "fields": ["delivery.name", "delivery.street", "delivery.postal_code", "delivery.city"],
    "purposes": ["fulfilment"], "people_per_day": 200, "expires_at_ms": 1_798_761_600_000_i64
}))]
pub(crate) struct NewKeyRequest {
    /// Who will hold it, in lower-case letters, digits and dashes. Keys of one recipient share
    /// their tokens.
    recipient: String,
    /// What it may do: `reveal`, `list`, `intake`, `keys`, `audit`.
    powers: Vec<String>,
    /// With the power `reveal`: the fields.
    #[serde(default)]
    fields: Vec<String>,
    /// With the power `reveal`: the purposes.
    #[serde(default)]
    purposes: Vec<String>,
    /// With the power `reveal`: how many distinct people in any 24 hours.
    #[serde(default)]
    people_per_day: u32,
    /// When it expires, Unix milliseconds: a year from now at most.
    expires_at_ms: i64,
}

/// Makes a key. The secret is in the answer and nowhere else.
///
/// Needs the power `keys`, and nobody hands out more than they hold. With an `Idempotency-Key`
/// header a repeated request within 24 hours makes no second key: it is refused with
/// `idempotency-replay`, which names the id of the first. The secret cannot be shown again; if it
/// was lost on the way, revoke that key. Keys are remembered in memory: not beyond a restart.
#[utoipa::path(
    post,
    path = "/v1/keys",
    tag = "keys",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters, for example a UUID.")),
    request_body = NewKeyRequest,
    responses((status = 201, description = "The key and its secret.", body = NewKey)),
    security(("api_key" = []))
)]
pub(crate) async fn create_key(
    State(app): State<Shared>,
    Caller(credential): Caller,
    headers: HeaderMap,
    JsonBody(request): JsonBody<NewKeyRequest>,
) -> Result<(StatusCode, Json<NewKey>), Problem> {
    let new = request.parse()?;
    let attempt = app.idempotency.begin(&credential.id, &headers)?;
    let create = app.run(move |vault| {
        let created = vault.create_credential(&credential, &new)?;
        attempt.complete(&created.view.id);
        Ok(created)
    });
    Ok((StatusCode::CREATED, Json(create.await?.into())))
}

impl NewKeyRequest {
    fn parse(self) -> Result<NewCredential, Problem> {
        let purposes: Result<PurposeSet, Problem> =
            self.purposes.iter().map(|name| parse_purpose(name)).collect();
        let powers: Option<PowerSet> = self.powers.iter().map(|name| Power::parse(name)).collect();
        let unknown = || {
            let names = Power::ALL.map(Power::name).join(", ");
            Problem::invalid("powers", &format!("no such power; use some of {names}"))
        };
        Ok(NewCredential {
            grant: Grant {
                fields: parse_fields(&self.fields)?,
                purposes: purposes?,
                powers: powers.ok_or_else(unknown)?,
                people_per_day: self.people_per_day,
                expires_at_ms: Some(self.expires_at_ms),
            },
            recipient: self.recipient,
        })
    }
}
