//! The parsers and the guard against files by others and against hostile bytes.

mod guard;
mod shopify_orders;
