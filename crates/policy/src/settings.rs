//! The parts of a policy that are not rules: backups, tombstones, statistics and brakes.

/// How long backups live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backups {
    /// Of the keyring, in days: an erasure is complete when the last of these is gone.
    pub keyring_days: u32,
    /// Of the sealed data, in days.
    pub data_days: u32,
}

/// What remains of erased orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatisticsRules {
    /// The smallest number of buyers that is shown as a group.
    pub minimum_group: u32,
    /// Upper ends of the bands of totals, in minor units, rising; the last band is open.
    pub amount_bands: Vec<i64>,
    /// Product groups, in the order in which they are tried.
    pub products: Vec<ProductRule>,
    /// The group of everything else.
    pub other: String,
}

/// A group of articles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRule {
    /// What it is called.
    pub name: String,
    /// Article numbers; a `*` at the end stands for any rest.
    pub skus: Vec<String>,
}

impl StatisticsRules {
    /// Returns the group of an order by its article numbers: the first that names any of them.
    /// Capitals do not matter.
    pub fn product(&self, skus: &[&str]) -> String {
        let names = |group: &&ProductRule| {
            let mut patterns = group.skus.iter();
            patterns.any(|pattern| skus.iter().any(|sku| fits(pattern, sku)))
        };
        let found = self.products.iter().find(names);
        found.map_or_else(|| self.other.clone(), |group| group.name.clone())
    }

    /// Returns the number of the band that a total falls in, from 0. A total on a limit is below it.
    pub fn band(&self, total_minor: i64) -> i64 {
        let below = self.amount_bands.iter().filter(|end| **end < total_minor);
        i64::try_from(below.count()).unwrap_or(0)
    }
}

fn fits(pattern: &str, sku: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => sku
            .get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start)),
        None => pattern.eq_ignore_ascii_case(sku),
    }
}

/// The brakes on destruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Safety {
    /// Records that the first run on real data takes at most.
    pub first_run_at_most: u64,
    /// Records a day; more need two approvers.
    pub per_day_at_most: u64,
    /// Erasures that API keys may ask for in a day.
    pub erasures_per_day_at_most: u32,
    /// How long such a request waits unless the operator confirms it, in days.
    pub request_delay_days: u32,
    /// How long an adopted policy that destroys earlier waits, in days.
    pub shorter_policy_delay_days: u32,
    /// How far the clock may have moved since somebody vouched for it, in days.
    pub clock_jump_at_most_days: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statistics() -> StatisticsRules {
        StatisticsRules {
            minimum_group: 10,
            amount_bands: vec![5000, 10_000],
            products: vec![
                ProductRule {
                    name: "Wallets".into(),
                    skus: vec!["LW-*".into()],
                },
                ProductRule {
                    name: "Cables".into(),
                    skus: vec!["USB-1".into()],
                },
            ],
            other: "Other".into(),
        }
    }

    #[test]
    fn an_order_belongs_to_the_first_group_that_names_one_of_its_articles() {
        let statistics = statistics();
        for (skus, group) in [
            (&["LW-1"][..], "Wallets"),
            (&["lw-blue"], "Wallets"),
            (&["LW"], "Other"),
            (&["usb-1"], "Cables"),
            (&["USB-12"], "Other"),
            (&["USB-1", "LW-1"], "Wallets"),
            (&["Lé"], "Other"),
            (&[], "Other"),
        ] {
            assert_eq!(statistics.product(skus), group, "{skus:?}");
        }
    }

    #[test]
    fn a_total_on_a_limit_is_in_the_band_below_it() {
        let bands = [
            (-1, 0),
            (0, 0),
            (5000, 0),
            (5001, 1),
            (10_000, 1),
            (10_001, 2),
        ];
        for (total, band) in bands {
            assert_eq!(statistics().band(total), band, "{total}");
        }
    }
}
