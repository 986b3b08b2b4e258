//! The parsers and the guard against files by others and against hostile bytes.

mod docs;
mod guard;
mod guard_false_positives;
mod mapped;
mod properties;
mod shopify_customers;
mod shopify_json;
mod shopify_orders;
