//! Fills an arm with the sample shop, by the same statement that is measured, many to a transaction.

use super::session::{Sale, Session};
use super::{Sealing, connect, failed};
use crate::error::{CliError, Exit};
use lethe_sample::{SampleOrder, Shop};
use tokio_postgres::Config;

/// Connections that fill at once. A customer's orders go through one of them: two would wait for each
/// other.
const FILLING: usize = 4;
const SALES_PER_TRANSACTION: usize = 200;

/// Stores every order of the shop; returns the orders' numbers and the customers' addresses.
pub(super) async fn fill(
    config: &Config,
    sealing: Sealing,
    shop: &Shop,
) -> Result<(Vec<i64>, Vec<String>), CliError> {
    let mut shares: Vec<Vec<Sale>> = (0..FILLING).map(|_| Vec::new()).collect();
    let mut emails = Vec::new();
    for order in shop.orders() {
        let Some(email) = order.email.clone() else {
            continue;
        };
        emails.push(email.clone());
        // The same address may be that of two people of the shop.
        let share = email.to_lowercase().bytes().map(usize::from).sum::<usize>() % FILLING;
        shares[share].push(sale(&order, email));
    }
    let mut tasks = Vec::new();
    for share in shares {
        let session = Session::open(connect(config).await?, sealing).await?;
        tasks.push(tokio::spawn(store(session, share)));
    }
    let mut orders = Vec::new();
    for task in tasks {
        let stored = task
            .await
            .map_err(|_| CliError::new(Exit::Failure, "bench", "the tables could not be filled"))?;
        orders.extend(stored?);
    }
    Ok((orders, emails))
}

async fn store(session: Session, sales: Vec<Sale>) -> Result<Vec<i64>, CliError> {
    let mut orders = Vec::with_capacity(sales.len());
    for some in sales.chunks(SALES_PER_TRANSACTION) {
        session
            .client()
            .batch_execute("BEGIN")
            .await
            .map_err(failed)?;
        for sale in some {
            orders.push(session.create(sale).await?);
        }
        session
            .client()
            .batch_execute("COMMIT")
            .await
            .map_err(failed)?;
    }
    Ok(orders)
}

fn sale(order: &SampleOrder, email: String) -> Sale {
    let shipping = &order.shipping;
    let lines = order.basket.lines.iter();
    Sale {
        email,
        name: shipping.name.clone(),
        phone: shipping.phone.clone().unwrap_or_default(),
        number: format!("#{}", order.number),
        total_minor: lines
            .map(|line| line.price_minor * i64::from(line.quantity))
            .sum(),
        street: shipping.street_lines(),
        city: shipping.city.clone(),
        postal_code: shipping.postal_code.clone(),
        country: shipping.country.code().to_owned(),
        reference: order.payment_reference.clone(),
    }
}
