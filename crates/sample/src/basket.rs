//! What an order holds and what it costs.

use crate::catalogue::Product;
use crate::chance::Chance;
use crate::country::Country;
use crate::money::Currency;
use crate::rates;

/// One line of an order; amounts in the order's currency's minor unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleLine {
    /// The merchant's article number.
    pub sku: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// Who makes it.
    pub vendor: &'static str,
    /// How many.
    pub quantity: u32,
    /// Price of one.
    pub price_minor: i64,
    /// Price of one before a sale.
    pub compare_at_minor: Option<i64>,
}

/// The lines of an order and its amounts, in the currency's minor unit. Prices include tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    /// Currency of every amount of the order.
    pub currency: Currency,
    /// What was bought, at least one line.
    pub lines: Vec<SampleLine>,
    /// Discount code used.
    pub discount_code: Option<&'static str>,
    /// What the code took off.
    pub discount_minor: i64,
    /// The lines less the discount.
    pub subtotal_minor: i64,
    /// Postage.
    pub shipping_minor: i64,
    /// What was to pay: subtotal and postage.
    pub total_minor: i64,
    /// Name of the tax included in the total.
    pub tax_name: Option<&'static str>,
    /// Amount of the tax included in the total.
    pub tax_minor: i64,
}

const DISCOUNT_CODES: [(&str, i64); 5] = [
    ("WELCOME10", 10),
    ("BLACKFRIDAY", 30),
    ("FRIEND5", 5),
    ("HODL15", 15),
    ("SUMMER-20", 20),
];

impl Basket {
    /// Draws a basket in the buyer's currency, taxed where the parcel goes.
    pub(crate) fn draw(buyer: Country, destination: Country, chance: &mut Chance) -> Self {
        let currency = buyer.currency();
        let count = 1 + chance.weighted(&[640, 230, 85, 30, 15]);
        let mut lines: Vec<SampleLine> = Vec::with_capacity(count);
        for _ in 0..count {
            let product = Product::draw(chance);
            let quantity = 1 + chance.weighted(&[88, 9, 2, 0, 1]) as u32;
            match lines.iter_mut().find(|line| line.sku == product.sku) {
                Some(line) => line.quantity += quantity,
                None => lines.push(SampleLine {
                    sku: product.sku,
                    title: product.title,
                    vendor: product.vendor,
                    quantity,
                    price_minor: product.price(currency),
                    compare_at_minor: product.compare_at(currency),
                }),
            }
        }
        let goods: i64 = lines
            .iter()
            .map(|line| line.price_minor * i64::from(line.quantity))
            .sum();
        let discount = chance
            .permille(rates::DISCOUNTS)
            .then(|| *chance.pick(&DISCOUNT_CODES));
        let discount_minor = discount.map_or(0, |(_, percent)| goods * percent / 100);
        let subtotal_minor = goods - discount_minor;
        let shipping_minor = shipping(currency, subtotal_minor);
        let total_minor = subtotal_minor + shipping_minor;
        let tax = destination.vat();
        Self {
            currency,
            lines,
            discount_code: discount.map(|(code, _)| code),
            discount_minor,
            subtotal_minor,
            shipping_minor,
            total_minor,
            tax_name: tax.map(|(name, _)| name),
            tax_minor: tax.map_or(0, |(_, percent)| included(total_minor, percent)),
        }
    }
}

/// Returns the postage: none from about 100 euros.
fn shipping(currency: Currency, subtotal_minor: i64) -> i64 {
    let (free_from, price) = match currency {
        Currency::Eur => (10_000, 590),
        Currency::Gbp => (9_000, 550),
        Currency::Usd => (10_000, 690),
        Currency::Jpy => (15_000, 1_200),
    };
    if subtotal_minor >= free_from {
        0
    } else {
        price
    }
}

/// Returns the tax that a gross amount includes, rounded to the nearest unit.
fn included(gross: i64, percent: i64) -> i64 {
    (gross * percent * 2 + 100 + percent) / ((100 + percent) * 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Domain;

    #[test]
    fn amounts_add_up() {
        for position in 0..2000 {
            let mut chance = Chance::of(&[5; 32], Domain::Setup, position);
            let country = Country::draw(&mut chance);
            let basket = Basket::draw(country, country, &mut chance);
            let goods: i64 = basket
                .lines
                .iter()
                .map(|line| line.price_minor * i64::from(line.quantity))
                .sum();
            assert_eq!(basket.subtotal_minor, goods - basket.discount_minor);
            assert_eq!(
                basket.total_minor,
                basket.subtotal_minor + basket.shipping_minor
            );
            assert!(basket.tax_minor >= 0 && basket.tax_minor < basket.total_minor / 5 + 1);
            assert_eq!(basket.discount_code.is_some(), basket.discount_minor > 0);
        }
    }

    #[test]
    fn included_tax_is_rounded_to_the_nearest_cent() {
        assert_eq!(included(12_000, 20), 2_000);
        assert_eq!(included(7_900, 20), 1_317);
        assert_eq!(included(7_900, 19), 1_261);
    }
}
