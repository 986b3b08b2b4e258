//! An ordinary shop database with the same people, built so that every attack can be measured on it
//! too. Tables as shop software has them: customers, orders, and a hashed list for advertising.

mod api;
mod build;

pub(crate) use api::names_on_day_one;
pub(crate) use build::PlainShop;
