//! The sample shop keeps what its documentation promises.

mod export;
mod oddities;
mod probes;
mod shop;

use jiff::civil::{Date, date};
use lethe_sample::{Shop, ShopSpec};

const END: Date = date(2026, 1, 31);

fn default_shop() -> Shop {
    Shop::new(ShopSpec::new(1, END))
}
