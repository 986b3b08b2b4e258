//! Writes a sample shop's orders export: `orders SEED CUSTOMERS END > orders.csv`.

use lethe_sample::{Shop, ShopSpec, write_orders_csv};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let mut next = || {
        words
            .next()
            .ok_or("usage: orders SEED CUSTOMERS END, as in 1 2000 2026-01-31")
    };
    let (seed, customers, end) = (next()?.parse()?, next()?.parse()?, next()?.parse()?);
    let shop = Shop::new(ShopSpec {
        customers,
        ..ShopSpec::new(seed, end)
    });
    write_orders_csv(&shop, std::io::stdout().lock())?;
    Ok(())
}
