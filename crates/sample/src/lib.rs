//! A deterministic sample shop in the export formats of real ones.
//!
//! The same [`ShopSpec`] gives the same bytes on every machine: every customer is derived from the
//! seed and its index, every order from its customer, and nothing is kept. All people are invented.
//! E-mail addresses end in names that RFC 2606 reserves; see [`Country`] for what is known of the
//! phone numbers.
//!
//! ```
//! use lethe_sample::{Shop, ShopSpec, write_orders_csv};
//!
//! let shop = Shop::new(ShopSpec::new(1, jiff::civil::date(2026, 1, 31)));
//! let mut csv = Vec::new();
//! write_orders_csv(&shop, &mut csv)?;
//! assert_eq!(shop.orders().next().map(|order| order.number), Some(1001));
//! # Ok::<(), std::io::Error>(())
//! ```

mod address;
mod basket;
mod catalogue;
mod chance;
mod country;
mod customers_csv;
mod history;
mod lexicon;
mod money;
mod note;
mod order;
mod orders_csv;
mod party;
mod person;
mod phone;
mod probe;
mod progress;
pub mod rates;
mod row;
mod shop;

pub use basket::{Basket, SampleLine};
pub use country::Country;
pub use customers_csv::{CUSTOMERS_HEADER, write_customers_csv};
pub use money::Currency;
pub use note::{NoteSecret, TEST_CARD_NUMBER, TEST_MNEMONIC};
pub use order::SampleOrder;
pub use orders_csv::{ORDERS_HEADER, write_orders, write_orders_csv};
pub use party::SampleParty;
pub use person::SamplePerson;
pub use probe::{PROBE_PHONES, probe_orders, probe_people, write_probe_orders_csv};
pub use progress::{FinancialStatus, FulfillmentStatus, Progress};
pub use shop::{Orders, Shop, ShopSpec};
