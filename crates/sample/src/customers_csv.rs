//! Shopify's customers export.

use crate::money::Currency;
use crate::person::SamplePerson;
use crate::progress::FinancialStatus;
use crate::row::Rows;
use crate::shop::Shop;
use std::io;

/// The header line of Shopify's customers export, 20 columns.
pub const CUSTOMERS_HEADER: &str = "Customer ID,First Name,Last Name,Email,\
Accepts Email Marketing,Default Address Company,Default Address Address1,\
Default Address Address2,Default Address City,Default Address Province Code,\
Default Address Country Code,Default Address Zip,Default Address Phone,Phone,\
Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags";

/// Writes every customer of a shop as Shopify's customers export.
///
/// # Errors
///
/// Returns the error of the writer.
pub fn write_customers_csv(shop: &Shop, out: impl io::Write) -> io::Result<()> {
    let mut rows = Rows::new(out, CUSTOMERS_HEADER);
    for person in shop.people() {
        let orders = shop.orders_of(person.index);
        let spent = orders.iter().map(|order| {
            let paid = match order.progress.financial {
                FinancialStatus::Pending | FinancialStatus::Voided => 0,
                _ => order.basket.total_minor - order.progress.refunded_minor,
            };
            order.basket.currency.to_eur_minor(paid)
        });
        row(&mut rows, &person, spent.sum(), orders.len() as u64);
        rows.end()?;
    }
    rows.finish()
}

fn row<W: io::Write>(rows: &mut Rows<W>, person: &SamplePerson, spent: i64, orders: u64) {
    rows.apostrophised(&person.customer_id.to_string());
    rows.text(&person.first_name);
    rows.text(&person.last_name);
    rows.optional(person.email.as_deref());
    rows.yes_no(person.accepts_marketing && person.email.is_some());
    rows.nothing(1);
    rows.text(&person.street);
    rows.optional(person.street2.as_deref());
    rows.text(&person.city);
    rows.optional(person.region.as_deref());
    rows.text(person.country.code());
    rows.postal_code(&person.postal_code, true);
    rows.apostrophised(&person.phone);
    rows.apostrophised(&person.phone_e164);
    rows.yes_no(false);
    rows.amount(Currency::Eur, spent);
    rows.number(orders);
    rows.nothing(1);
    rows.yes_no(false);
    rows.present(if person.company.is_some() { "b2b" } else { "" });
}
