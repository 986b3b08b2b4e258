//! Orders of invented people, as an export and as the API takes them.
//!
//! They are free samples: of an order nothing was paid for no law keeps anything, so that an erasure
//! leaves nothing but tombstones. What moves to the archive has tests of its own.

use serde_json::{Value, json};

/// One order in one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order {
    pub(crate) number: u32,
    /// Whose: an e-mail address and a name follow from it.
    pub(crate) person: String,
    /// Another version is another street.
    pub(crate) version: u32,
    /// Sent to somebody else.
    pub(crate) is_gift: bool,
}

impl Order {
    /// The number as people write it.
    pub(crate) fn reference(&self) -> String {
        format!("#{}", self.number)
    }

    /// The buyer's e-mail address.
    pub(crate) fn email(&self) -> String {
        email(&self.person)
    }

    /// The street the parcel goes to.
    pub(crate) fn street(&self) -> String {
        format!("{} Street of {}", self.version, self.receiver())
    }

    fn receiver(&self) -> String {
        if self.is_gift {
            format!("Friend of {}", self.person)
        } else {
            format!("Name of {}", self.person)
        }
    }

    fn id(&self) -> u64 {
        5_000_000_000_000 + u64::from(self.number)
    }

    fn row(&self) -> String {
        let (buyer, receiver) = (format!("Name of {}", self.person), self.receiver());
        let billing = format!("1 Street of {buyer}");
        format!(
            "{},{},paid,EUR,0.00,2026-01-05 10:00:00 +0100,1,Sample,0.00,{buyer},{billing},Paris,\
             '75001,FR,{receiver},{},Lyon,'69001,FR,{}",
            self.reference(),
            self.email(),
            self.street(),
            self.id(),
        )
    }

    /// The body that the API takes.
    pub(crate) fn body(&self) -> Value {
        let buyer = format!("Name of {}", self.person);
        json!({
            "id": self.id(),
            "name": self.reference(),
            "created_at": "2026-01-05T10:00:00+01:00",
            "currency": "EUR",
            "total_price": "0.00",
            "email": self.email(),
            "billing_address": { "name": buyer, "address1": format!("1 Street of {buyer}"),
                "city": "Paris", "zip": "75001", "country_code": "FR" },
            "shipping_address": { "name": self.receiver(), "address1": self.street(),
                "city": "Lyon", "zip": "69001", "country_code": "FR" },
            "line_items": [{ "title": "Sample", "quantity": 1, "price": "0.00" }],
        })
    }
}

/// Returns a person's e-mail address.
pub(crate) fn email(person: &str) -> String {
    format!("{person}@example.com")
}

/// Writes orders as Shopify exports them.
pub(crate) fn csv<'o>(orders: impl IntoIterator<Item = &'o Order>) -> String {
    let header = "Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,\
                  Lineitem name,Lineitem price,Billing Name,Billing Address1,Billing City,\
                  Billing Zip,Billing Country,Shipping Name,Shipping Address1,Shipping City,\
                  Shipping Zip,Shipping Country,Id";
    let rows: Vec<String> = orders.into_iter().map(Order::row).collect();
    format!("{header}\n{}\n", rows.join("\n"))
}

/// Writes orders that were paid for and shipped in January: the law wants the invoices, nobody else
/// wants anything.
pub(crate) fn csv_shipped<'o>(orders: impl IntoIterator<Item = &'o Order>) -> String {
    let export = csv(orders).replace("EUR,0.00", "EUR,79.00");
    let shipped = |(at, line): (usize, &str)| match at {
        0 => format!("{line},Fulfilled at\n"),
        _ => format!("{line},2026-01-07 10:00:00 +0100\n"),
    };
    export.lines().enumerate().map(shipped).collect()
}
