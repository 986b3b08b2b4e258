//! The files: columns, rows, quoting.

use crate::{END, default_shop};
use csv::{Reader, StringRecord};
use lethe_sample::{
    CUSTOMERS_HEADER, Currency, ORDERS_HEADER, Shop, ShopSpec, write_customers_csv,
    write_orders_csv,
};

struct Table {
    header: StringRecord,
    rows: Vec<StringRecord>,
}

impl Table {
    // The reader refuses rows of another length than the header's.
    fn read(bytes: &[u8]) -> Self {
        let mut reader = Reader::from_reader(bytes);
        let header = reader.headers().unwrap().clone();
        Self {
            header,
            rows: reader.records().collect::<Result<_, _>>().unwrap(),
        }
    }

    fn orders() -> Self {
        let mut bytes = Vec::new();
        write_orders_csv(&default_shop(), &mut bytes).unwrap();
        Self::read(&bytes)
    }

    fn column(&self, name: &str) -> usize {
        self.header
            .iter()
            .position(|column| column == name)
            .unwrap()
    }
}

#[test]
fn every_row_has_the_70_columns_of_the_export() {
    assert_eq!(ORDERS_HEADER.split(',').count(), 70);
    let table = Table::orders();
    assert_eq!(table.header, ORDERS_HEADER.split(',').collect::<Vec<_>>());
    assert!(table.rows.len() > 3_000);
    assert!(table.rows.iter().all(|row| row.len() == 70));
}

#[test]
fn the_file_reads_back_as_the_orders() {
    let table = Table::orders();
    let column = |name| table.column(name);
    let mut rows = table.rows.iter();
    for order in default_shop().orders() {
        let first = rows.next().unwrap();
        assert_eq!(first[0], format!("#{}", order.number));
        assert_eq!(
            &first[column("Email")],
            order.email.as_deref().unwrap_or_default()
        );
        assert_eq!(
            &first[column("Notes")],
            order.note.as_deref().unwrap_or_default()
        );
        assert_eq!(first[column("Id")], order.id.to_string());
        assert_eq!(&first[column("Billing Name")], order.billing.name);
        assert_eq!(&first[column("Shipping Address1")], order.shipping.street);
        assert_eq!(
            first[column("Shipping Street")],
            order.shipping.street_lines()
        );
        assert_eq!(
            &first[column("Shipping Zip")].replace('\'', ""),
            &order.shipping.postal_code
        );
        assert_eq!(
            &first[column("Shipping Phone")],
            order.shipping.phone.as_deref().unwrap_or_default()
        );
        assert_eq!(
            rows.by_ref().take(order.basket.lines.len() - 1).count() + 1,
            order.basket.lines.len()
        );
    }
    assert!(rows.next().is_none());
}

#[test]
fn continuation_rows_hold_the_order_and_the_line_and_nothing_else() {
    let table = Table::orders();
    let filled = ["Name", "Email", "Created at", "Vendor"];
    let mut continuations = 0;
    for pair in table
        .rows
        .windows(2)
        .filter(|pair| pair[0][0] == pair[1][0])
    {
        continuations += 1;
        let row = &pair[1];
        assert_eq!((&row[1], &row[15]), (&pair[0][1], &pair[0][15]));
        assert!(!row[table.column("Lineitem sku")].is_empty());
        for (name, value) in table.header.iter().zip(row) {
            let may_hold = filled.contains(&name) || name.starts_with("Lineitem ");
            assert!(may_hold || value.is_empty(), "{name}: {value}");
        }
    }
    assert!(continuations > 500);
}

#[test]
fn instants_have_the_form_and_the_offset_of_the_platform() {
    let table = Table::orders();
    let created = table.column("Created at");
    for row in &table.rows {
        let (instant, offset) = row[created].rsplit_once(' ').unwrap();
        assert!(
            jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S", instant).is_ok(),
            "{instant}"
        );
        assert!(["+0100", "+0200"].contains(&offset));
    }
    let order = default_shop().orders().next().unwrap();
    let read = jiff::Timestamp::strptime("%Y-%m-%d %H:%M:%S %z", &table.rows[0][created]).unwrap();
    assert_eq!(read, order.created_at);
}

#[test]
fn amounts_have_the_decimals_of_their_currency() {
    let table = Table::orders();
    let (currency, total) = (table.column("Currency"), table.column("Total"));
    for row in table.rows.iter().filter(|row| !row[total].is_empty()) {
        let decimals = row[total]
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len());
        let expected = if &row[currency] == Currency::Jpy.code() {
            0
        } else {
            2
        };
        assert_eq!(decimals, expected, "{}", &row[total]);
    }
    for code in ["EUR", "GBP", "USD", "JPY"] {
        assert!(
            table.rows.iter().any(|row| &row[currency] == code),
            "{code}"
        );
    }
}

#[test]
fn a_small_shop_is_written_as_the_platform_writes_it() {
    let shop = Shop::new(ShopSpec {
        customers: 2,
        ..ShopSpec::new(42, END)
    });
    let mut bytes = Vec::new();
    write_orders_csv(&shop, &mut bytes).unwrap();
    let expected = include_str!("two_customers.csv");
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn the_customers_export_has_everyone_with_what_they_spent() {
    let shop = default_shop();
    let mut bytes = Vec::new();
    write_customers_csv(&shop, &mut bytes).unwrap();
    let table = Table::read(&bytes);
    assert_eq!(
        table.header,
        CUSTOMERS_HEADER.split(',').collect::<Vec<_>>()
    );
    assert_eq!(table.rows.len(), 2_000);
    let column = |name| table.column(name);
    let orders: usize = table
        .rows
        .iter()
        .map(|row| row[column("Total Orders")].parse::<usize>().unwrap())
        .sum();
    assert_eq!(orders, shop.orders().count());
    for (person, row) in shop.people().zip(&table.rows) {
        assert_eq!(row[0], format!("'{}", person.customer_id));
        assert_eq!(
            &row[column("Email")],
            person.email.as_deref().unwrap_or_default()
        );
        assert_eq!(row[column("Phone")], format!("'{}", person.phone_e164));
        assert!(row[column("Total Spent")].parse::<f64>().unwrap() >= 0.0);
    }
}
