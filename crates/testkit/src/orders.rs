//! Orders for tests, in Shopify's export format. Every personal value in them is marked.

/// An order in a few words; every personal value is `marked-…` and unique to the person.
#[derive(Debug, Clone)]
pub struct OrderSketch {
    number: u32,
    person: String,
    email: Option<String>,
    phone: Option<String>,
    gift_to: Option<String>,
    note: String,
    total: String,
    ordered: String,
    shipped: Option<String>,
    cancelled: Option<String>,
}

impl OrderSketch {
    /// An order by a person, to their own address, with their e-mail address.
    pub fn new(number: u32, person: &str) -> Self {
        Self {
            number,
            person: person.to_owned(),
            email: Some(format!("marked-{person}@example.com")),
            phone: None,
            gift_to: None,
            note: String::new(),
            total: "79.00".to_owned(),
            ordered: "2026-01-05 10:00:00 +0100".to_owned(),
            shipped: None,
            cancelled: None,
        }
    }

    /// With another e-mail address, or none.
    #[must_use]
    pub fn email(mut self, email: Option<&str>) -> Self {
        self.email = email.map(str::to_owned);
        self
    }

    /// With a phone number at the billing address.
    #[must_use]
    pub fn phone(mut self, phone: &str) -> Self {
        self.phone = Some(phone.to_owned());
        self
    }

    /// Sent to somebody else.
    #[must_use]
    pub fn gift_to(mut self, person: &str) -> Self {
        self.gift_to = Some(person.to_owned());
        self
    }

    /// With a note.
    #[must_use]
    pub fn note(mut self, note: &str) -> Self {
        self.note = note.to_owned();
        self
    }

    /// With another total.
    #[must_use]
    pub fn total(mut self, total: &str) -> Self {
        self.total = total.to_owned();
        self
    }

    /// Placed at noon of another day.
    #[must_use]
    pub fn ordered(mut self, day: &str) -> Self {
        self.ordered = format!("{day} 12:00:00 +0100");
        self
    }

    /// Handed to the carrier at noon of this day.
    #[must_use]
    pub fn shipped(mut self, day: &str) -> Self {
        self.shipped = Some(format!("{day} 12:00:00 +0100"));
        self
    }

    /// Cancelled at noon of this day.
    #[must_use]
    pub fn cancelled(mut self, day: &str) -> Self {
        self.cancelled = Some(format!("{day} 12:00:00 +0100"));
        self
    }

    /// Returns the personal values that must never be seen outside an envelope.
    pub fn marks(&self) -> Vec<String> {
        let mut marks: Vec<String> = self
            .email
            .clone()
            .into_iter()
            .chain(self.phone.clone())
            .collect();
        for person in std::iter::once(&self.person).chain(&self.gift_to) {
            marks.extend([
                name(person),
                street(person),
                format!("Marked City of {person}"),
            ]);
        }
        if self.note.len() >= 8 {
            marks.push(self.note.clone());
        }
        marks
    }

    fn row(&self) -> String {
        let receiver = self.gift_to.as_ref().unwrap_or(&self.person);
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let columns = [
            format!("#{}", self.number),
            self.email.clone().unwrap_or_default(),
            "paid".into(),
            "EUR".into(),
            self.total.clone(),
            self.ordered.clone(),
            self.shipped.clone().unwrap_or_default(),
            self.cancelled.clone().unwrap_or_default(),
            "1".into(),
            "Cable".into(),
            self.total.clone(),
            quoted(&name(&self.person)),
            quoted(&street(&self.person)),
            quoted(&format!("Marked City of {}", self.person)),
            "'75001".into(),
            "FR".into(),
            self.phone.clone().unwrap_or_default(),
            quoted(&name(receiver)),
            quoted(&street(receiver)),
            quoted(&format!("Marked City of {receiver}")),
            "'75001".into(),
            "FR".into(),
            quoted(&self.note),
            (5_000_000_000_000u64 + u64::from(self.number)).to_string(),
        ];
        columns.join(",")
    }
}

/// Writes orders as an export.
pub fn orders_csv(orders: &[OrderSketch]) -> String {
    let header = "Name,Email,Financial Status,Currency,Total,Created at,Fulfilled at,Cancelled at,Lineitem quantity,\
                  Lineitem name,Lineitem price,Billing Name,Billing Address1,Billing City,\
                  Billing Zip,Billing Country,Billing Phone,Shipping Name,Shipping Address1,\
                  Shipping City,Shipping Zip,Shipping Country,Notes,Id";
    let rows: Vec<String> = orders.iter().map(OrderSketch::row).collect();
    format!("{header}\n{}\n", rows.join("\n"))
}

fn name(person: &str) -> String {
    format!("Marked Name {person}")
}

fn street(person: &str) -> String {
    format!("1 Marked Street of {person}")
}
