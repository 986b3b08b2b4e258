//! What Shopify gives out: the exports of its admin, and the bodies of its REST API and webhooks.

mod order_columns;
mod orders_csv;

pub use orders_csv::{ShopifyOrders, read_shopify_orders};
