//! What Shopify gives out: the exports of its admin, and the bodies of its REST API and webhooks.

mod customers_csv;
mod order_body;
mod order_columns;
mod order_resource;
mod orders_csv;
mod orders_json;

pub(crate) use customers_csv::NOBODY;
pub use customers_csv::{ShopifyCustomers, read_shopify_customers};
pub(crate) use order_columns::NO_CURRENCY;
pub use orders_csv::{ShopifyOrders, read_shopify_orders};
pub use orders_json::{ShopifyOrdersJson, read_shopify_orders_json};
