//! The guard over all text of an order or a customer.

use lethe_model::{IncomingCustomer, IncomingOrder, IncomingParty, Personal};

use super::{Counts, Guard};

impl Guard {
    /// Masks every text of an order, and counts what was taken out.
    ///
    /// Ids and e-mail addresses are left alone: they are looked up by, and hold no free text.
    pub fn screen_order(&self, order: &mut IncomingOrder) -> Counts {
        let mut counts = Counts::default();
        for party in [&mut order.billing, &mut order.shipping]
            .into_iter()
            .flatten()
        {
            counts += self.screen_party(party);
        }
        for value in [&mut order.phone, &mut order.note].into_iter().flatten() {
            counts += self.screen_value(value);
        }
        for (name, value) in &mut order.attributes {
            counts += self.screen_named(name, value);
        }
        for line in &mut order.lines {
            counts += self.screen_text(&mut line.title);
            if let Some(sku) = &mut line.sku {
                counts += self.screen_text(sku);
            }
        }
        counts
    }

    /// Masks every text of a customer, and counts what was taken out.
    pub fn screen_customer(&self, customer: &mut IncomingCustomer) -> Counts {
        let mut counts = self.screen_party(&mut customer.party);
        for value in [&mut customer.phone, &mut customer.note]
            .into_iter()
            .flatten()
        {
            counts += self.screen_value(value);
        }
        counts
    }

    fn screen_party(&self, party: &mut IncomingParty) -> Counts {
        let IncomingParty {
            name,
            company,
            street,
            street2,
            city,
            region,
            postal_code,
            country,
            phone,
        } = party;
        let mut counts = Counts::default();
        let values = [
            name,
            company,
            street,
            street2,
            city,
            region,
            postal_code,
            country,
            phone,
        ];
        for value in values.into_iter().flatten() {
            counts += self.screen_value(value);
        }
        counts
    }

    fn screen_value(&self, value: &mut Personal) -> Counts {
        let masked = self.mask(value.expose());
        let counts = masked.findings;
        if counts.total() > 0 {
            *value = Personal::new(masked.text);
        }
        counts
    }

    /// Masks a value in the light of its name: `CVV` and `123` belong together.
    fn screen_named(&self, name: &mut String, value: &mut Personal) -> Counts {
        let mut counts = self.screen_text(name);
        let head = format!("{name}: ");
        let whole = [&head, value.expose()].concat();
        let masked = self.mask(&whole);
        if masked.findings.total() > 0 {
            counts += masked.findings;
            match masked.text.strip_prefix(&head) {
                Some(text) => *value = Personal::new(text),
                // What was found began in the name.
                None => {
                    *value = Personal::new(masked.text);
                    name.clear();
                }
            }
        }
        counts
    }

    fn screen_text(&self, text: &mut String) -> Counts {
        let masked = self.mask(text);
        let counts = masked.findings;
        if counts.total() > 0 {
            *text = masked.text.into_owned();
        }
        counts
    }
}
