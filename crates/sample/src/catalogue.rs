//! What the shop sells: hardware wallets of an invented maker, and what goes with them.

use crate::chance::Chance;
use crate::money::Currency;

/// An article with a price in each currency's minor unit.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) sku: &'static str,
    pub(crate) title: &'static str,
    pub(crate) vendor: &'static str,
    weight: u32,
    /// In the order of [`Currency`].
    prices: [i64; 4],
    /// The price before a sale, in per cent of the price.
    compare_at_percent: Option<i64>,
}

impl Product {
    /// Draws an article by how well it sells.
    pub(crate) fn draw(chance: &mut Chance) -> &'static Self {
        &PRODUCTS[chance.weighted(&PRODUCTS.each_ref().map(|product| product.weight))]
    }

    pub(crate) fn price(&self, currency: Currency) -> i64 {
        self.prices[currency as usize]
    }

    pub(crate) fn compare_at(&self, currency: Currency) -> Option<i64> {
        self.compare_at_percent
            .map(|percent| self.price(currency) * percent / 100)
    }
}

const fn product(
    sku: &'static str,
    title: &'static str,
    vendor: &'static str,
    weight: u32,
    prices: [i64; 4],
) -> Product {
    Product {
        sku,
        title,
        vendor,
        weight,
        prices,
        compare_at_percent: None,
    }
}

const fn on_sale(product: Product, compare_at_percent: i64) -> Product {
    Product {
        compare_at_percent: Some(compare_at_percent),
        ..product
    }
}

const HALCYON: &str = "Halcyon";
const FERRULE: &str = "Ferrule & Co";

static PRODUCTS: [Product; 24] = [
    product(
        "HW-ONE-GR",
        "Halcyon One - Graphite",
        HALCYON,
        220,
        [7900, 6900, 7900, 12800],
    ),
    product(
        "HW-ONE-IV",
        "Halcyon One - Ivory",
        HALCYON,
        110,
        [7900, 6900, 7900, 12800],
    ),
    product(
        "HW-AIR-BK",
        "Halcyon Air - Black",
        HALCYON,
        160,
        [14900, 12900, 14900, 24800],
    ),
    product(
        "HW-AIR-CO",
        "Halcyon Air - Copper",
        HALCYON,
        70,
        [15900, 13900, 15900, 26400],
    ),
    product(
        "HW-TOUCH",
        "Halcyon Touch",
        HALCYON,
        60,
        [27900, 24900, 27900, 45800],
    ),
    on_sale(
        product(
            "HW-ONE-3",
            "Halcyon One, pack of 3",
            HALCYON,
            30,
            [18900, 16900, 18900, 31800],
        ),
        125,
    ),
    product(
        "HW-FAM-5",
        "Halcyon \"Family\" Pack (5)",
        HALCYON,
        10,
        [34900, 30900, 34900, 57800],
    ),
    product(
        "CB-C-100",
        "Cable USB-C, 1 m",
        FERRULE,
        90,
        [1290, 1090, 1290, 1980],
    ),
    product(
        "CB-C-30",
        "Cable USB-C, 30 cm",
        FERRULE,
        60,
        [990, 890, 990, 1480],
    ),
    product(
        "CB-OTG",
        "OTG adapter kit",
        FERRULE,
        80,
        [1490, 1290, 1490, 2280],
    ),
    product(
        "CB-LI-100",
        "Cable Lightning, 1 m",
        FERRULE,
        30,
        [1990, 1790, 1990, 2980],
    ),
    product(
        "AC-CASE-S",
        "Travel case - Small",
        FERRULE,
        70,
        [1990, 1690, 1990, 3180],
    ),
    product(
        "AC-CASE-L",
        "Travel case - Large",
        FERRULE,
        30,
        [2990, 2590, 2990, 4680],
    ),
    product(
        "AC-LAN-BK",
        "Lanyard - Black",
        FERRULE,
        30,
        [790, 690, 790, 1180],
    ),
    on_sale(
        product(
            "AC-SLEEVE",
            "Leather sleeve",
            FERRULE,
            25,
            [3490, 2990, 3490, 5480],
        ),
        140,
    ),
    product(
        "AC-STAND",
        "Desk stand, oak",
        FERRULE,
        15,
        [3900, 3400, 3900, 5980],
    ),
    product(
        "BK-STEEL-24",
        "Steel backup plate, 24 words",
        HALCYON,
        90,
        [8900, 7900, 8900, 13800],
    ),
    product(
        "BK-STEEL-12",
        "Steel backup plate, 12 words",
        HALCYON,
        35,
        [6900, 5900, 6900, 10800],
    ),
    product(
        "BK-PUNCH",
        "Letter punch set 4 mm / 5/32\"",
        FERRULE,
        15,
        [4900, 4300, 4900, 7480],
    ),
    product(
        "BK-CARDS",
        "Recovery sheets (set of 5)",
        HALCYON,
        40,
        [590, 490, 590, 880],
    ),
    product(
        "BK-BAG",
        "Tamper-evident bags (10)",
        FERRULE,
        20,
        [890, 790, 890, 1280],
    ),
    product(
        "HW-KEY-C",
        "Halcyon Security Key - USB-C",
        HALCYON,
        55,
        [4900, 4300, 4900, 7980],
    ),
    product(
        "MR-TEE-M",
        "T-shirt \"Not your keys\" - M",
        FERRULE,
        15,
        [2500, 2200, 2500, 3980],
    ),
    product(
        "MR-MUG",
        "Mug \"Lethe\"",
        FERRULE,
        10,
        [1400, 1200, 1400, 2180],
    ),
];
