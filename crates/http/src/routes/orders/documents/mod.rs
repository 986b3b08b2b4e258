//! Documents of an order: invoices and credit notes as they were issued.

pub(super) mod add;
mod disposition;
pub(super) mod fetch;
pub(super) mod list;

use crate::problem::Problem;
use crate::routes::fields::parse_purpose;
use lethe_model::Purpose;
use serde::Deserialize;
use utoipa::IntoParams;

/// Why documents are opened.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Why {
    /// One of the purposes of `GET /v1/fields`.
    purpose: String,
}

impl Why {
    fn parse(&self) -> Result<Purpose, Problem> {
        parse_purpose(&self.purpose)
    }
}
