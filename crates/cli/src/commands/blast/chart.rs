//! The chart of blast radii: bars of people, the worst first.

use super::Bar;
use crate::chart::{self, Chart, Key, Row};
use crate::text;

const LEGEND: [Key<'static>; 2] = [
    Key {
        colour: "#b3261e",
        words: "within 24 hours",
    },
    Key {
        colour: "#f2b8b5",
        words: "until it expires",
    },
];

/// Draws one bar for each credential: people until it expires, and of these within 24 hours.
pub(super) fn draw(bars: &[Bar]) -> String {
    Chart {
        title: "If it were stolen now: people it could reveal",
        label: "People each credential could reveal if it were stolen now",
        legend: &LEGEND,
        rows: bars.iter().map(row).collect(),
    }
    .to_svg()
}

fn row(bar: &Bar) -> Row {
    let value = |people: Option<u64>| people.unwrap_or(0) as f64;
    let number = bar
        .people
        .map_or("nobody knows how many".to_owned(), text::count);
    let fields = text::plural(bar.fields as u64, "field", "fields");
    Row {
        label: bar.label.clone(),
        bars: vec![
            chart::Bar {
                value: value(bar.people),
                key: 1,
            },
            chart::Bar {
                value: value(bar.people_24h),
                key: 0,
            },
        ],
        note: format!("{number} · {fields}"),
    }
}
