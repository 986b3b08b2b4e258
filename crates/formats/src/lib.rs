//! Parsers of foreign bytes: shop exports, and the detection of what must never be stored.
//!
//! Every parser takes a [`std::io::Read`], works in bounded memory whatever the size of the input,
//! and yields what it found one order or customer at a time. A row it cannot read is refused alone,
//! with its place and a stable code, and never with the value: the reports of an import are read,
//! mailed and kept by people who may not see what was in the file.

pub mod code;
mod error;
pub mod guard;
mod json;
mod map;
mod mapped;
pub mod shopify;
mod source;
mod table;
pub mod text;
mod values;

pub use error::{FormatError, RowError};
pub use map::{Map, MapError};
pub use mapped::{MappedCsv, read_mapped_csv};
pub use shopify::{
    ShopifyCustomers, ShopifyOrders, ShopifyOrdersJson, read_shopify_customers,
    read_shopify_orders, read_shopify_orders_json,
};
pub use source::{Incoming, Source};
