//! `GET /v1/fields`: the catalogue of what grants and requests can name.

use crate::problem::Problem;
use axum::Json;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use lethe_model::{Field, FieldSet, Power, Purpose};
use serde::Serialize;
use utoipa::ToSchema;

/// Everything that a grant or request can name.
#[derive(Serialize, ToSchema)]
pub(crate) struct Catalogue {
    /// The personal fields.
    fields: Vec<CatalogueField>,
    /// The purposes (GDPR Art. 5(1)(b)).
    purposes: Vec<&'static str>,
    /// The powers of keys.
    powers: Vec<&'static str>,
}

/// One personal field.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "field": "delivery.street", "category": "delivery", "fideslang": "user.contact.address.street"
}))]
pub(crate) struct CatalogueField {
    /// Its name in grants and requests.
    field: String,
    /// The record it stands in: the unit of retention.
    category: &'static str,
    /// Its data category in the fideslang taxonomy.
    fideslang: &'static str,
}

/// Lists fields, purposes and powers.
///
/// Needs no key: the same in every installation.
#[utoipa::path(
    get,
    path = "/v1/fields",
    tag = "catalogue",
    responses((status = 200, description = "The catalogue.", body = Catalogue))
)]
pub(crate) async fn list_fields() -> impl IntoResponse {
    let fields = Field::all().map(|field| CatalogueField {
        field: field.to_string(),
        category: field.category().name(),
        fideslang: field.kind().fideslang_key(),
    });
    let catalogue = Catalogue {
        fields: fields.collect(),
        purposes: Purpose::ALL.map(Purpose::name).to_vec(),
        powers: Power::ALL.map(Power::name).to_vec(),
    };
    ([(CACHE_CONTROL, "max-age=3600")], Json(catalogue))
}

/// Reads field names. A name that is none is told by its place: it may be anything, also a value.
pub(crate) fn parse_fields(names: &[String]) -> Result<FieldSet, Problem> {
    let numbered = names.iter().zip(1..);
    let parsed = numbered.map(|(name, number)| {
        Field::parse(name)
            .map_err(|error| Problem::invalid("fields", &format!("name {number}: {error}")))
    });
    parsed.collect()
}

/// Reads a purpose.
pub(crate) fn parse_purpose(name: &str) -> Result<Purpose, Problem> {
    Purpose::parse(name).map_err(|error| Problem::invalid("purpose", &error.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestServer;

    #[tokio::test]
    async fn the_catalogue_names_every_field_with_its_fideslang_key() {
        let server = TestServer::start();
        let catalogue = server.get("/v1/fields", None).await.ok().json();
        let fields = catalogue["fields"].as_array().unwrap();
        assert_eq!(fields.len(), lethe_model::FIELDS.len());
        let street = fields
            .iter()
            .find(|one| one["field"] == "delivery.street")
            .unwrap();
        assert_eq!(street["fideslang"], "user.contact.address.street");
        assert_eq!(catalogue["purposes"].as_array().unwrap().len(), 8);
        assert_eq!(catalogue["powers"][0], "reveal");
    }
}
