//! Orders, as tokens.

mod documents;
mod explain;
mod fetch;
mod list;
mod note_event;
mod take_in;

use crate::app::Shared;
use crate::settings::Settings;
use axum::extract::DefaultBodyLimit;
use lethe_ops::DOCUMENT_BYTES_MAX;
use utoipa::ToSchema;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

pub(super) fn routes(settings: &Settings) -> OpenApiRouter<Shared> {
    let large = DefaultBodyLimit::max(settings.orders_bytes_max);
    let document = DefaultBodyLimit::max(DOCUMENT_BYTES_MAX);
    OpenApiRouter::new()
        .routes(routes!(list::list_orders))
        .routes(routes!(take_in::take_in_orders).layer(large))
        .routes(routes!(fetch::fetch_order))
        .routes(routes!(explain::explain_order))
        .routes(routes!(note_event::note_event))
        .routes(routes!(documents::add::add_document).layer(document))
        .routes(routes!(documents::list::list_documents))
        .routes(routes!(documents::fetch::fetch_document))
}

/// An order without a field of anybody.
#[derive(ToSchema)]
#[schema(as = Order, example = json!({
    "token": "ord_3kQ9…", "subject": "sub_8Zr2…", "is_gift": false, "country": "FR",
    "currency": "EUR", "total_minor": 11_900, "refunded_minor": null,
    "ordered_on": "2026-03-02", "paid_on": "2026-03-02", "fulfilled_on": "2026-03-04",
    "cancelled_on": null, "financial_status": "paid", "fulfillment_status": "fulfilled",
    "lines": [{ "sku": "WALLET-1", "title": "Wallet", "quantity": 1, "price_minor": 11_900 }]
}))]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct OrderDocument {
    /// The order's token.
    token: String,
    /// The buyer's token.
    subject: String,
    /// Whether the parcel goes to somebody else.
    is_gift: bool,
    /// Destination, ISO 3166-1 alpha-2.
    country: Option<String>,
    /// ISO 4217 code.
    currency: Option<String>,
    /// Total in the currency's minor unit.
    total_minor: Option<i64>,
    /// Refunded so far, in the currency's minor unit.
    refunded_minor: Option<i64>,
    /// Day of the order, ISO 8601.
    ordered_on: Option<String>,
    /// Day of payment.
    paid_on: Option<String>,
    /// Day of shipment.
    fulfilled_on: Option<String>,
    /// Day of cancellation.
    cancelled_on: Option<String>,
    /// The platform's word for the payment.
    financial_status: Option<String>,
    /// The platform's word for the shipment.
    fulfillment_status: Option<String>,
    /// What was bought.
    lines: Vec<OrderLineDocument>,
}

/// What was bought.
#[derive(ToSchema)]
#[schema(as = OrderLine)]
#[expect(
    dead_code,
    reason = "describes the answer; the operation's own type is serialised"
)]
pub(crate) struct OrderLineDocument {
    /// The merchant's article number.
    sku: Option<String>,
    /// What it is called.
    title: String,
    /// How many.
    quantity: i64,
    /// Price of one in the order's currency's minor unit.
    price_minor: Option<i64>,
}
